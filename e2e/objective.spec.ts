/** The objective explainer: a step walked through by sub-steps, its numbers the record's, and two objectives compared. */
import { expect, test } from '@playwright/test';
import { Playground } from './playground.ts';

interface Trained {
  metrics: Record<string, number>;
  groups: {
    rollouts: { advantage: number; tokenIds: number[]; logProbs: number[]; oldLogProbs: number[] }[];
  }[];
}

/** As the page writes numbers: a true minus sign, a plus on positive ones. */
const written = (value: number, digits: number): string =>
  `${value > 0 ? '+' : ''}${value === 0 ? '0' : value.toFixed(digits)}`.replace('-', '−');

test('explains a step phase by phase with the numbers that trained', async ({ page }, { project }) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const fonts: number[] = [];
  page.on('response', (response) => {
    if (/KaTeX.*\.woff2/.test(response.url())) fonts.push(response.status());
  });
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  // Two updates a step and a tight clip, so that ratios move and some tokens are clipped.
  await playground.edit('Batch', 'promptsPerMiniBatch', '2');
  await playground.edit('Objective', 'objective.clipLow', '0.001');
  await playground.edit('Objective', 'objective.clipHigh', '0.001');
  await page.getByRole('tab', { name: 'Objective', exact: true }).click();
  await playground.press('Step');
  await playground.reach(1);
  await playground.rest();

  // The next step by its phases: the guide runs them and stands at what there is so far.
  await playground.press('Sub-step');
  const guide = page.getByTestId('objective-guide');
  await expect(guide.locator('[aria-current="step"]')).toContainText('Sample');
  await expect(page.getByTestId('objective-update')).toContainText('Comes with this phase');
  for (const [phase, beat] of [
    ['Roll out', 'Roll out'],
    ['Score', 'Score'],
    ['Advantage', 'Advantage'],
  ] as const) {
    await guide.getByRole('button', { name: `Run “${phase}”` }).click();
    await expect(guide.locator('[aria-current="step"]')).toContainText(beat);
  }
  await guide.getByRole('button', { name: 'Run “Update”' }).click();
  await playground.reach(2);
  // The step that was watched stays at its last beat.
  await expect(guide.locator('[aria-current="step"]')).toContainText('Update');

  // Keys walk on; every beat says something else.
  const said = new Set<string | null>();
  await guide.getByRole('button', { name: 'Sample' }).click();
  for (let beat = 0; beat < 5; beat++) {
    said.add(await page.getByTestId('objective-sentence').textContent());
    await page.keyboard.press('ArrowRight');
  }
  expect(said.size).toBe(5);
  await expect(page.getByTestId('objective-update')).toHaveAttribute('data-lit', 'true');
  // Nothing but the panel's own body has scrolled.
  expect(
    await page.evaluate(() => [
      document.scrollingElement?.scrollTop,
      document.querySelector('.app')?.scrollTop,
    ]),
  ).toEqual([0, 0]);

  // The tokens add up to the recorded loss, and a token's numbers are its own.
  await expect(page.getByTestId('objective-sum')).toContainText('reconciles ✓');
  const record = (await playground.records()).find(({ step }) => step === 2) as unknown as Trained;
  await expect(page.getByTestId('objective-sum')).toContainText(written(record.metrics.policy_loss, 6));
  const moved = record.groups.flatMap(({ rollouts }, group) =>
    rollouts.flatMap(({ logProbs, oldLogProbs }, rollout) =>
      logProbs.map((logProb, token) => ({
        group,
        rollout,
        token,
        by: Math.abs(logProb - oldLogProbs[token]),
      })),
    ),
  );
  const most = moved.reduce((one, other) => (other.by > one.by ? other : one));
  expect(most.by).toBeGreaterThan(0);
  for (let at = 0; at < most.group; at++) await page.keyboard.press('n');
  for (let at = 0; at < most.rollout; at++) await page.keyboard.press('j');
  const token = page.getByTestId('objective-update').locator('.ui-token').nth(most.token);
  await token.click();
  const { logProbs, oldLogProbs, advantage } = record.groups[most.group].rollouts[most.rollout];
  const steps = page.getByTestId('objective-token');
  const ratio = Math.exp(logProbs[most.token] - oldLogProbs[most.token]);
  await expect(steps).toContainText(`= ${ratio === 1 ? '1' : ratio.toFixed(4)}`);
  await expect(page.getByTestId('objective-advantage')).toContainText(written(advantage, 4));

  // KaTeX has set them, with its own fonts from beside the page.
  await expect(steps.locator('.katex').first()).toBeVisible();
  expect(
    await page.evaluate(() => document.fonts.ready.then(() => document.fonts.check('16px KaTeX_Main'))),
  ).toBe(true);
  expect(fonts.length).toBeGreaterThan(0);
  expect(fonts.every((status) => status === 200)).toBe(true);

  const comparison = page.getByTestId('objective-comparison');
  await comparison.getByLabel('Second objective').selectOption('dr_grpo');
  await expect(comparison.locator('[data-row="scale"]')).toHaveAttribute('data-differs', 'true');
  await expect(comparison.locator('[data-row="scale"] td').nth(1)).toHaveText('nothing');
  await comparison.getByLabel('First objective').selectOption('dr_grpo');
  await expect(comparison.locator('[data-differs="true"]')).toHaveCount(0);
  await expect(page.getByTestId('objective-plot-policyLoss')).toHaveAccessibleName(/Dr\. GRPO/);
  expect(playground.complaints).toEqual([]);
});

/** The reward inspector: a rollout that trained, taken apart, and what it would have been paid otherwise. */
import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { Playground } from './playground.ts';

const EDITED = `### Image Description: nothing at all
### Rationales: none
### Step 1: none
### The final answer is: none`;

test('weights and text follow a what-if, and the image shows where the policy looked', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  await playground.press('Step');
  await playground.reach(1);
  await playground.rest();
  const panel = page.getByTestId('inspector-panel');
  await expect(panel.getByTestId('inspector-provenance')).toHaveText('captured at step 1, this decode');

  // As it trained.
  const outcome = panel.getByTestId('what-if-outcome');
  await expect(panel.getByTestId('reconcile-what-if')).toHaveText('reconciles ✓');
  const [record] = await playground.records();
  const [{ reward, terms, response }] = record.groups[0].rollouts;
  const asSampled = panel.getByTestId('what-if-response');
  await expect(asSampled).toHaveValue(response);

  // Another weight, at once.
  const format = terms.find(({ name }) => name === 'format');
  await panel.getByTestId('knob-weight-format').getByRole('textbox').fill('0.6');
  const expected = reward + (0.6 - (format?.weight ?? NaN)) * (format?.value ?? NaN);
  await expect
    .poll(async () => Number(/→ ([\d.]+)/.exec(await outcome.innerText())?.[1]))
    .toBeCloseTo(expected, 3);
  await panel.getByTestId('what-if-reset').click();
  await expect(panel.getByTestId('reconcile-what-if')).toBeVisible();

  // Another text: what it says at once, the rest from the scorer.
  await asSampled.fill(EDITED);
  const whatIf = panel.getByTestId('inspector-what-if');
  await expect(whatIf.getByTestId('waterfall-format')).toContainText('4 of 4 headings');
  await expect(whatIf.getByTestId('waterfall-accuracy')).toContainText('differs from the truth');
  await expect(outcome).not.toContainText('pending');
  await expect(whatIf.getByTestId('waterfall-clip')).toContainText('nothing at all');
  await expect(whatIf.getByRole('table')).toContainText('→');

  // Attention of a token, by the weights that sampled it; from patch to tokens.
  await panel.getByRole('tab', { name: 'attention', exact: true }).click();
  const source = panel.getByTestId('attention-source');
  await expect(source).toContainText('by the weights that sampled it (after step 0)');
  const tokens = panel.getByTestId('inspector-tokens');
  await tokens.getByRole('option').nth(3).click();
  await expect(panel.getByTestId('attention-shares')).toContainText('When choosing #4');
  await panel.getByTestId('attention-layer').selectOption('1');
  await panel.getByTestId('attention-head').selectOption('2');
  const patches = panel.getByTestId('patch-map');
  await expect(patches.getByRole('option')).toHaveCount(9);
  await patches.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(tokens).toContainText('Attention to the patch in row 1, column 2');
  await page.keyboard.press('Escape');
  for (const mode of ['log-prob', 'entropy', 'ratio', 'KL', 'keyword hit', 'advantage × objective']) {
    await tokens.getByRole('tab', { name: mode, exact: true }).click();
    await expect(tokens.locator('.ui-scale-legend')).toBeVisible();
  }
  await panel.getByRole('tab', { name: 'similarity', exact: true }).click();
  await expect(patches).toHaveAccessibleName('Similarity by patch');

  // The picture for a paper.
  const download = page.waitForEvent('download');
  await panel.getByTestId('inspector-png').click();
  const bytes = await readFile(await (await download).path());
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(bytes.readUInt32BE(16)).toBe(1520);
  expect(playground.complaints).toEqual([]);
});

/** A reward term written, tried, joined and trained with, as a reader would; what goes wrong goes wrong visibly. */
import { expect, test, type Page } from '@playwright/test';
import { Playground, type StepRecord } from './playground.ts';

type CustomTerm = {
  name: string;
  value: number;
  weight: number;
  evidence: { kind: string; returned: number | null; note: string; error?: string };
};
const customTerms = (record: StepRecord): CustomTerm[] =>
  record.groups.flatMap((group) => group.rollouts).map(({ terms }) => terms.at(-1) as unknown as CustomTerm);

async function write(page: Page, code: string): Promise<void> {
  const editor = page.getByRole('textbox', { name: 'Code of the term' });
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(code);
}

test('a term is tried, joins the recipe, trains, and fails without stopping the run', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  await page.getByRole('tab', { name: 'Custom reward' }).click();
  const panel = page.getByTestId('custom-reward');
  await playground.press('Step');
  await playground.reach(1);
  const join = panel.getByRole('button', { name: 'Join the recipe' });
  await expect(join).toBeDisabled();

  await panel.getByRole('button', { name: 'Brevity' }).click();
  await page.getByRole('textbox', { name: 'Code of the term' }).press('ControlOrMeta+Enter');
  const trial = panel.getByTestId('trial').locator('tbody tr');
  await expect(trial).toHaveCount(4);
  await expect(trial.first()).toContainText('tokens');

  // A loop that never ends is stopped; one native call that never ends takes its thread with it.
  await write(page, 'function score() { for (;;); }');
  await expect(join).toBeDisabled();
  await panel.getByRole('button', { name: 'Try on 4 responses' }).click();
  await expect(trial.first()).toContainText('stopped', { timeout: 30_000 });
  await expect(panel.getByTestId('trial-summary')).toContainText('No response got a value');
  await expect(join).toBeDisabled();
  await write(page, 'const score = () => [].indexOf.call({ length: 2 ** 53 - 1 }, 1);');
  await panel.getByRole('button', { name: 'Try on 4 responses' }).click();
  await panel.getByRole('button', { name: 'Stop', exact: true }).click();

  // Every other length fails.
  const code =
    'function score(sample, { text, tokens }) {' +
    " if (tokens % 2) throw new Error('odd'); return { value: tokens / 100, evidence: [typeof fetch, typeof self].join() }; }";
  await write(page, code);
  await panel.getByRole('textbox', { name: 'Name' }).fill('even-length');
  await panel.getByRole('textbox', { name: 'Weight' }).fill('0.5');
  for (let group = 0; group < 4 && (await join.isDisabled()); group++) {
    if (group > 0) await panel.getByRole('button', { name: 'Next group' }).click();
    await panel.getByRole('button', { name: 'Try on 4 responses' }).click();
    await expect(trial.first()).toContainText(/undefined,undefined|odd/);
  }
  await join.click();
  await expect(panel.getByTestId('recipe-terms')).toContainText('custom:even-length × 0.5 in perception');
  await panel.getByRole('button', { name: 'Apply & restart' }).click();
  await expect(page.getByTestId('status')).toHaveText('ready');
  await playground.press('Step');
  await playground.reach(1);
  const [record] = await playground.records();
  const terms = customTerms(record);
  expect(terms).toHaveLength(16);
  expect(record.metrics['rewards/custom:even-length/mean']).toBeCloseTo(
    terms.reduce((sum, { value }) => sum + value, 0) / 16,
    12,
  );
  for (const { name, weight, value, evidence } of terms) {
    expect([name, weight]).toEqual(['custom:even-length', 0.5]);
    if (evidence.error === undefined)
      expect(evidence).toMatchObject({ returned: value, note: 'undefined,undefined' });
    else expect([value, evidence.error]).toEqual([0, 'Error: odd (line 1)']);
  }
  await expect(page.getByTestId('waterfall-custom:even-length')).toBeVisible();
  const failed = terms.filter(({ evidence }) => evidence.error !== undefined).length;
  if (failed > 0) {
    await expect(panel.getByText(/^Step 1: \d+ failures?, counted 0$/)).toContainText(` ${failed} failure`);
    await expect(panel.getByTestId('custom-failures')).toContainText('custom:even-length: Error: odd');
  }
  expect(playground.complaints).toEqual([]);
});

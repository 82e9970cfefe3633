/** Runs side by side: stored ones drawn in Charts and compared, and a control run in a second worker. */
import { expect, test, type Locator, type Page } from '@playwright/test';
import { Playground } from './playground.ts';

const legend = (page: Page): Locator => page.getByTestId('charts-runs');
const lines = (page: Page, chart: string): Locator =>
  page.getByTestId(`chart-${chart}`).locator('path.recharts-line-curve');

async function steps(playground: Playground, to: number): Promise<void> {
  for (let step = (await playground.session()).step + 1; step <= to; step++) {
    await playground.press('Step');
    await playground.reach(step);
    await playground.rest();
  }
}

test('runs are drawn over each other and compared; a control run steps beside the run', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  await playground.edit('Difficulty split', 'split.questions', '16');
  await steps(playground, 2);
  const { policyHash } = await playground.session();

  // The same once more, with a control run beside it: the numbers stay.
  await playground.press('Reset');
  await expect(page.getByTestId('status')).toHaveText('ready');
  await page.getByRole('tab', { name: 'Stages' }).click();
  await page.getByRole('button', { name: 'Start the control run' }).click();
  const control = page.getByTestId('control-status');
  await expect(control).toHaveAttribute('data-status', 'waiting');
  await steps(playground, 2);
  expect((await playground.session()).policyHash).toBe(policyHash);
  await expect(control).toHaveText('Control (no stage 1): step 2 of 2, waiting for this run');
  await expect(legend(page).getByRole('listitem')).toHaveText(['nano-1', 'control (no stage 1)']);
  await expect(lines(page, 'reward')).toHaveCount(2);
  await page.getByRole('button', { name: 'Stop the control run' }).click();
  await expect(control).toContainText('stopped after step 2');
  await page.getByRole('button', { name: 'Discard it' }).click();
  await expect(legend(page)).toBeHidden();

  // Another seed: two stored runs beside it.
  await playground.edit('Batch', 'seed', '7');
  await page.getByRole('button', { name: 'Apply & restart' }).click();
  await expect(page.getByTestId('status')).toHaveText('ready');
  await page.getByRole('tab', { name: 'Runs' }).click();
  const stored = page.locator('[data-testid="run"][data-origin="stored"]');
  for (const at of [0, 1]) {
    const toggle = stored.nth(at).getByRole('button', { name: 'Overlay' });
    await toggle.click();
    await expect(toggle).toHaveAttribute('aria-pressed', 'true');
  }
  await expect(legend(page).getByRole('listitem')).toHaveText(['nano-1', 'nano-2']);
  await steps(playground, 1);
  await expect(legend(page).getByRole('listitem')).toHaveText(['nano-3', 'nano-1', 'nano-2']);
  await expect(lines(page, 'reward')).toHaveCount(3);
  const dashes = await lines(page, 'reward').evaluateAll((all) =>
    all.map((line) => `${line.getAttribute('stroke')} ${line.getAttribute('stroke-dasharray')}`),
  );
  expect(new Set(dashes).size).toBe(3);
  const row = page.getByTestId('runs-comparison').getByRole('row', { name: 'seed' });
  await expect(row.getByRole('cell')).toHaveText(['7', '1', '1']);
  await expect(page.getByTestId('runs-comparison').locator('tr[data-kind="field"]')).toHaveCount(1);
  await legend(page).getByRole('button', { name: 'remove overlays' }).click();
  await expect(page.getByTestId('runs-comparison')).toBeHidden();
  expect(playground.complaints).toEqual([]);
});

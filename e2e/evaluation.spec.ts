/** Policies of a run measured in the page: the start against what a few steps made of it. */
import { expect, test } from '@playwright/test';
import { Playground } from './playground.ts';

test('measures the start of the run, its change of stage and the present policy', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  await playground.press('Play');
  await playground.reach(3);
  await page.getByRole('tab', { name: 'Evaluation' }).click();
  await expect(page.getByText('Pause the run first')).toBeVisible();
  await playground.press('Pause');
  await playground.rest();

  await page.getByLabel('Samples', { exact: true }).selectOption('32');
  await page.getByLabel('Responses to each').selectOption('2');
  await page.getByTestId('evaluate').click();
  const result = page.getByTestId('evaluation-result');
  await expect(result).toContainText('32 held-out samples of scenes-nano', { timeout: 100_000 });
  const accuracy = result.locator('[data-row="accuracy"] td');
  await expect(accuracy).toHaveCount(3);
  const [start, now, difference] = (await accuracy.allTextContents()).map((text) =>
    Number(
      text
        .split('[')[0]
        .replace('−', '-')
        .replace(/[^\d.-]/g, ''),
    ),
  );
  expect(difference).toBeCloseTo(now - start, 2);
  await result.getByRole('tab', { name: 'Mean over 2' }).click();
  await expect(result.locator('[data-row="pass@2"]')).toBeVisible();

  // The start was measured already: only the other policy is new.
  await page
    .getByTestId('panel-evaluation')
    .getByLabel('Compared with')
    .selectOption({ label: 'end of perception, step 2' });
  await page.getByTestId('evaluate').click();
  await expect(result.locator('th').filter({ hasText: 'end of perception' })).toHaveCount(2, {
    timeout: 100_000,
  });
  await page.getByLabel('Samples', { exact: true }).selectOption('1024');
  await page.getByTestId('evaluate').click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('evaluate')).toBeEnabled();

  // The probe of Stages measures every policy that the run has kept.
  await page.getByRole('tab', { name: 'Stages' }).click();
  await page.getByRole('button', { name: 'Measure', exact: true }).click();
  const probe = page.getByRole('region', { name: /^Probe/ });
  const policies = probe.getByRole('rowheader');
  await expect(policies.last()).toHaveText(/^after step \d+$/, { timeout: 100_000 });
  await expect(policies.nth(0)).toHaveText('start of the run');
  await expect(policies.nth(1)).toHaveText('end of perception, step 2');
  await expect(probe.getByRole('cell')).toHaveCount(2 * (await policies.count()));
  expect((await playground.session()).error).toBeNull();
  expect(playground.complaints).toEqual([]);
});

/** Stages warms up the start of a run on a teacher with chosen faults, and the run keeps that start. */
import { expect, test } from '@playwright/test';
import { Playground } from './playground.ts';

test('a teacher’s faults are chosen, the policy warmed up, and a run kept that starts from it', async ({
  page,
}, { project }) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  const hash = async (): Promise<string | undefined> => (await playground.session()).run?.policyHash;
  const shipped = await hash();
  // The page shows a recorded run until this one has begun.
  await playground.press('Sub-step');
  await playground.rest();
  await page.getByRole('tab', { name: 'Stages' }).click();
  const warmup = page.getByTestId('warmup');
  const start = warmup.getByTestId('warmup-start');
  const begin = warmup.getByRole('button', { name: 'Warm up', exact: true });
  await expect(start).toContainText('nano as shipped');

  const probability = warmup.getByLabel('Probability of perception fault 1', { exact: true });
  await probability.fill('1.5');
  await expect(probability).toHaveAttribute('aria-invalid', 'true');
  await expect(warmup.getByRole('alert')).toContainText('“1.5” will not do; give a number from 0 to 1');
  await expect(begin).toBeDisabled();
  const slider = warmup.getByLabel('Probability of perception fault 1, slider');
  const { width, height } = (await slider.boundingBox())!;
  await slider.click({ position: { x: width - 2, y: height / 2 } });
  await expect(probability).toHaveValue('1');
  await warmup.getByRole('button', { name: 'Remove reasoning fault 1' }).click();
  await warmup.getByRole('textbox', { name: 'Samples a step' }).fill('8');

  // Cancelled, nothing has changed.
  await warmup.getByRole('textbox', { name: 'Supervised steps' }).fill('2000');
  await begin.click();
  await expect(warmup.getByTestId('warmup-progress')).toContainText(/step \d+ of 2000 · loss/);
  await warmup.getByRole('button', { name: 'Cancel the warm-up' }).click();
  await expect(begin).toBeEnabled();
  await expect(start).toContainText('nano as shipped');

  await warmup.getByRole('textbox', { name: 'Supervised steps' }).fill('3');
  await begin.click();
  await expect(start).toContainText('warmed up here: 3 steps of 8 at rate 0.0005, faults: color (blue) 1');
  await expect(warmup.getByRole('row', { name: /^after 3 steps 0\.\d+ 0\.\d+/ })).toBeVisible();
  await expect.poll(hash).not.toBe(shipped);
  const warmed = await hash();
  expect((await playground.session()).step).toBe(0);

  await playground.press('Step');
  await playground.reach(1);
  await playground.rest();
  await page.getByRole('tab', { name: 'Runs' }).click();
  const run = page.locator('[data-testid="run"][data-origin="live"]');
  await expect(run.getByRole('textbox')).toHaveValue('nano-warmed-1');
  await expect(run).toContainText('begun after nano-1, 1 change');
  await expect(run).toContainText('warm-up as shipped → 3 steps of 8');
  await expect(run).toContainText('storage');
  await page.waitForTimeout(500);

  await page.reload();
  await expect(page.getByTestId('status')).toHaveText('ready', { timeout: 120_000 });
  await page.getByRole('button', { name: 'Go on with nano-warmed-1 at step 1' }).click();
  await playground.reach(1);
  await page.getByRole('tab', { name: 'Stages' }).click();
  await expect(start).toContainText('warmed up here: 3 steps of 8');
  await playground.press('Reset');
  await expect.poll(hash).toBe(warmed);
  await warmup.getByRole('button', { name: 'Go back to nano as shipped' }).click();
  await expect.poll(hash).toBe(shipped);
  expect(playground.complaints).toEqual([]);
});

/** The short benchmark in System: measured beside a run that stays as it is, and copied. */
import { expect, test } from '@playwright/test';
import { Playground } from './playground.ts';

test('System measures this machine and copies the result', async ({ page }, { project }) => {
  test.skip(project.name !== 'wasm', 'minutes on a software adapter');
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  const { policyHash } = await playground.session();
  await page.getByRole('tab', { name: 'System' }).click();
  const benchmark = page.getByTestId('benchmark');
  await benchmark.getByRole('button', { name: 'Benchmark this CPU' }).click();
  await expect(benchmark.getByRole('button', { name: 'Cancel the benchmark' })).toBeVisible();
  await expect(benchmark.getByRole('row', { name: /^whole step \d+(\.\d+)? \d+/ })).toBeVisible({
    timeout: 120_000,
  });
  await expect(benchmark).toContainText('One machine, one moment; medians of 3');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await benchmark.getByRole('button', { name: 'Copy as Markdown' }).click();
  await expect(benchmark.getByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^- backend: wasm\n[^]*\| training micro-batch \| \d/);
  expect((await playground.session()).policyHash).toBe(policyHash);
  expect(playground.complaints).toEqual([]);
});

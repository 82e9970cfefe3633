/** A first visit: a recorded run to explore before anything has been trained, and where nothing can be. */
import { gzipSync } from 'node:zlib';
import { expect, test, type Page } from '@playwright/test';
import { Playground } from './playground.ts';

/** Page chunks and styles before the recorded run is on screen, gzipped. */
const FIRST_PAINT_BYTES = 350 * 1024;

/** Goes through the recorded run as a reader would. */
async function explore(page: Page): Promise<void> {
  await expect(page.getByTestId('chart-reward').locator('.recharts-line-curve')).toBeVisible();
  await expect(page.getByTestId('chart-reward').locator('figcaption')).toContainText('step 120');
  await expect(page.getByTestId('rollouts-note')).toContainText('step 120 · reasoning · 8 groups × 8');
  await expect(page.getByTestId('rollout-group-0').locator('img')).toBeVisible();
  const inspector = page.getByTestId('inspector-panel');
  await page.getByTestId('rollouts-jump-best').click();
  await expect(inspector.getByTestId('waterfall')).toBeVisible();
  await expect(inspector.getByTestId('reconcile-reward')).toHaveAttribute('data-ok', 'true');
  await expect(inspector.getByTestId('reconcile-advantage')).toHaveAttribute('data-ok', 'true');
  await expect(inspector.getByRole('img', { name: /^Image of scenes-train-/ })).toBeVisible();
  await inspector.getByTestId('inspector-truth').click();
  await expect(inspector.getByTestId('inspector-truth-list').locator('li').first()).toBeVisible();
  // Over the stage boundary.
  for (let back = 0; back < 4; back++) await page.keyboard.press('[');
  await expect(page.getByTestId('rollouts-note')).toContainText('step 60 · perception');
  await expect(inspector.getByTestId('waterfall-clip')).toBeVisible();
  await inspector.getByRole('tab', { name: 'attention', exact: true }).click();
  await expect(inspector.getByTestId('not-recorded')).toBeVisible();
  // A click on a chart, right after the pointer has jumped there.
  const chart = page.getByTestId('chart-reward').locator('figure');
  const { width, height } = (await chart.boundingBox())!;
  await chart.click({ position: { x: width - 12, y: height / 2 } });
  await expect(page.getByTestId('rollouts-note')).toContainText('step 120');
  await chart.click({ position: { x: 54, y: height / 2 } });
  await expect(page.getByTestId('rollouts-note')).toContainText('step 1 ');
}

test('a recorded run is there before anything was trained, until the first step', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const loaded: Promise<number>[] = [];
  page.on('response', (response) => {
    const type = response.request().resourceType();
    if ((type !== 'script' && type !== 'stylesheet') || /\/entry-/.test(response.url())) return;
    loaded.push(response.body().then((body) => gzipSync(body).length));
  });
  const playground = new Playground(page);
  await page.goto('/?testing=1&preset=nano&backend=wasm');
  const notice = page.getByTestId('recorded-notice');
  await expect(notice).toContainText('Recorded run — press Play to train live');
  await expect(page.getByTestId('chart-reward').locator('.recharts-line-curve')).toBeVisible();
  const bytes = (await Promise.all(loaded)).reduce((sum, one) => sum + one, 0);
  test.info().annotations.push({ type: 'first paint', description: `${(bytes / 1024).toFixed(0)} KB gzip` });
  expect(bytes).toBeGreaterThan(100 * 1024);
  expect(bytes).toBeLessThanOrEqual(FIRST_PAINT_BYTES);
  await explore(page);
  expect((await playground.session()).step).toBe(0);
  expect(await playground.records()).toEqual([]);

  await notice.getByRole('tab', { name: 'reasoning only' }).click();
  await expect(page.getByTestId('rollouts-note')).toContainText('step 120 · reasoning');
  await page.getByRole('tab', { name: 'Stages' }).click();
  await expect(page.getByTestId('panel-stages')).toContainText('left out');
  await page.getByRole('tab', { name: 'Rollouts' }).click();

  await expect(page.getByTestId('status')).toHaveText('ready', { timeout: 120_000 });
  await page.keyboard.press('.');
  await expect(notice).toBeHidden();
  await playground.reach(1);
  await playground.rest();
  await expect(page.getByTestId('rollouts-note')).toContainText('step 1 · perception · 4 groups × 4');
  await expect(page.getByTestId('inspector-provenance')).toHaveText('captured at step 1, this decode');

  // While the run rests, a recorded one can be looked at, and left again.
  await page.getByRole('tab', { name: 'Runs' }).click();
  await page.getByTestId('recorded-runs').getByRole('button', { name: 'Show' }).first().click();
  await expect(page.getByTestId('inspector-provenance')).toContainText('step 120');
  await notice.getByRole('button', { name: 'Back to your run' }).click();
  await expect(page.getByTestId('inspector-provenance')).toHaveText('captured at step 1, this decode');
  expect(playground.complaints).toEqual([]);
});

test('where no backend runs, the failure is said and the recorded run explored', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'this project has WebGPU');
  const playground = new Playground(page);
  await page.goto('/?testing=1&backend=webgpu');
  await expect.poll(async () => (await playground.session()).status).toBe('failed');
  await expect(page.getByTestId('error')).toContainText('Backend "webgpu" was asked for but cannot run here');
  const notice = page.getByTestId('recorded-notice');
  await expect(notice).toContainText('Recorded run — training cannot run here');
  await expect(notice.getByRole('button', { name: 'Play' })).toHaveCount(0);
  await explore(page);
  expect(playground.complaints).toEqual([]);
});

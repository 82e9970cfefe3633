/** The page's own budget while it trains: main-thread tasks, by the processor time they took. */
import { expect, test } from '@playwright/test';
import { Playground } from './playground.ts';

test.describe.configure({ timeout: 400_000 });

const TRAINED_MS = 60_000;

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Thread time, microseconds: waiting for a processor does not count. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string; readonly data?: { readonly url?: string } };
}

test('the page stays responsive while tiny trains for a minute', async ({ page, browser }, { project }) => {
  test.skip(project.name !== 'wasm', 'training on a software GPU shares the processor with the page');
  const playground = new Playground(page);
  await playground.open('preset=tiny&backend=wasm');
  await playground.edit('Difficulty split', 'split.questions', '64');
  await playground.press('Play');
  await playground.reach(1);
  await expect(page.getByTestId('charts-panel')).toBeVisible();
  await expect(page.getByTestId('inspector-reward')).toBeVisible();

  const cdp = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  cdp.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise<void>((resolve) => cdp.on('Tracing.tracingComplete', () => resolve()));
  await cdp.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'devtools.timeline', '__metadata'] },
  });
  const before = (await playground.session()).step;
  await page.waitForTimeout(TRAINED_MS);
  const after = (await playground.session()).step;
  await cdp.send('Tracing.end');
  await complete;

  const main = events.find(
    (event) => event.name === 'FunctionCall' && /\/assets\/index/.test(event.args?.data?.url ?? ''),
  );
  expect(main, 'the trace holds the page').toBeDefined();
  const tasks = events
    .filter((event) => event.ph === 'X' && event.pid === main?.pid && event.tid === main.tid)
    .filter((event) => event.name.endsWith('RunTask') && event.tdur !== undefined)
    .map((event) => (event.tdur ?? 0) / 1000);
  const long = tasks.filter((ms) => ms > 50);
  const worst = Math.max(...tasks);
  test.info().annotations.push({
    type: 'main thread',
    description: `${after - before} steps, ${tasks.length} tasks, ${long.length} over 50 ms, longest ${worst.toFixed(0)} ms`,
  });
  expect(after).toBeGreaterThan(before);
  expect(tasks.length).toBeGreaterThan(500);
  expect(long.length / tasks.length).toBeLessThanOrEqual(0.01);
  expect(worst).toBeLessThanOrEqual(200);
});

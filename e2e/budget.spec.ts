/** The page's own budgets: while it trains, while much is scrolled, and with a long history. */
import { expect, test, type Locator } from '@playwright/test';
import { Playground, type StepRecord } from './playground.ts';
import { mainThread, scriptTimes, taskTimes } from './trace.ts';

test.describe.configure({ timeout: 400_000 });

const TRAINED_MS = 30_000;
/** Runs that Charts draws beside the one under way at most: five overlays and the control run. */
const BESIDE = 6;

test('the page stays responsive while tiny trains', async ({ page, browser }) => {
  const playground = new Playground(page);
  await playground.open('preset=tiny&backend=wasm');
  await playground.edit('Difficulty split', 'split.questions', '64');
  await playground.press('Play');
  await playground.reach(1);
  await expect(page.getByTestId('charts-panel')).toBeVisible();
  await expect(page.getByTestId('inspector-reward')).toBeVisible();

  const before = (await playground.session()).step;
  const tasks = taskTimes(await mainThread(browser, () => page.waitForTimeout(TRAINED_MS)));
  const after = (await playground.session()).step;
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

interface Stores {
  runStore: { getState(): { runs: object[] }; setState(state: { runs: object[] }): void };
  overlayStore: { setState(state: { overlays: object[] }): void };
  recordsStore: { setState(state: { records: Map<number, StepRecord>; steps: number[] }): void };
  seriesStore: { append(row: { step: number; stage: string; metrics: Record<string, number> }): void };
}

/** Scrolls a list on with every frame; gives the most rows that were there, and the script of each frame in ms. */
async function scroll(list: Locator, rows: string): Promise<{ most: number; frames: number[] }> {
  let most = 0;
  const events = await mainThread(list.page().context().browser()!, async () => {
    most = await list.evaluate(async (element, selector) => {
      let found = 0;
      for (let frame = 0; frame < 80; frame++) {
        element.scrollBy(0, 200);
        await new Promise((next) => requestAnimationFrame(next));
        found = Math.max(found, element.querySelectorAll(selector).length);
      }
      return found;
    }, rows);
  });
  return { most, frames: scriptTimes(events) };
}

test('a step of 1,000 groups scrolls, and 5,000 steps of history are drawn', async ({ page, browser }) => {
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  await playground.edit('Difficulty split', 'split.questions', '16');
  await playground.press('Step');
  await playground.reach(1);
  await playground.rest();
  const [record] = await playground.records();
  // The step's own groups and rollouts again and again.
  await page.evaluate((one) => {
    const again = <T>(of: readonly T[], count: number): T[] =>
      Array.from({ length: count }, (_, at) => of[at % of.length]);
    const groups = again(one.groups, 1000).map((group) => ({ ...group, rollouts: again(group.rollouts, 8) }));
    (window.pebr as Stores).recordsStore.setState({
      records: new Map([[1, { ...one, groups }]]),
      steps: [1],
    });
  }, record);
  await expect(page.getByTestId('rollouts-note')).toContainText('1000 groups × 8');
  await page.getByRole('button', { name: 'unfold all' }).click();
  const list = page.getByTestId('rollouts-list');
  await expect(list.getByRole('listitem').first()).toHaveAttribute('aria-setsize', '9000');
  const rollouts = await scroll(list, '[role="listitem"]');
  await page.getByRole('tab', { name: 'Data' }).click();
  await expect(page.getByTestId('sample-card').first()).toBeVisible();
  const body = page.locator('.ui-panel-body', { has: page.getByTestId('sample-grid') });
  const samples = await scroll(body, '[data-testid="sample-grid"] li');
  for (const [name, { most, frames }] of Object.entries({ rollouts, samples })) {
    const worst = Math.max(...frames);
    test.info().annotations.push({
      type: `scrolling ${name}`,
      description: `${most} rows at most, ${frames.length} frames with script, longest ${worst.toFixed(1)} ms`,
    });
    expect(most).toBeGreaterThan(5);
    expect(most).toBeLessThanOrEqual(60);
    expect(frames.length).toBeGreaterThan(20);
    expect(frames.filter((ms) => ms > 8).length / frames.length).toBeLessThanOrEqual(0.02);
  }

  /** Adds steps one by one, with so many milliseconds in between. */
  const append = (from: number, to: number, pause: number): Promise<void> =>
    page.evaluate(
      async ([first, last, wait, metrics]) => {
        for (let step = first; step <= last; step++) {
          const swing = 1 + Math.sin(step / 40) / 2 + ((step * 7919) % 100) / 400;
          const moved = Object.entries(metrics).map(([metric, value]) => [metric, value * swing] as const);
          const stage = step < 2500 ? 'perception' : 'reasoning';
          (window.pebr as Stores).seriesStore.append({ step, stage, metrics: Object.fromEntries(moved) });
          if (wait > 0) await new Promise((done) => setTimeout(done, wait));
        }
      },
      [from, to, pause, record.metrics] as const,
    );
  const newest = page.getByTestId('chart-reward').locator('figcaption');
  await append(2, 5000, 0);
  await expect(newest).toContainText('to 5000');
  const drawn = await page.getByTestId('charts-panel').locator('figure').count();
  const UPDATES = 8;
  /** Adds steps one by one; the median of the tasks that drew the charts with them, in ms. */
  const measureUpdates = async (what: string, from: number): Promise<number> => {
    const to = from + UPDATES - 1;
    const events = await mainThread(browser, () => append(from, to, 400));
    await expect(newest).toContainText(`to ${to}`);
    // One chart is drawn a frame, so as many of the longest tasks as there were charts to draw are theirs.
    const updates = taskTimes(events)
      .sort((a, b) => b - a)
      .slice(0, UPDATES * drawn);
    const median = updates[updates.length >> 1];
    test.info().annotations.push({
      type: `long history, ${what}`,
      description: `${drawn} charts, an update takes ${median.toFixed(1)} ms, the longest ${updates[0].toFixed(0)} ms`,
    });
    return median;
  };
  expect(await measureUpdates('one run', 5001)).toBeLessThanOrEqual(16);

  // Six runs as long drawn beside it: seven lines, the most a chart can have.
  await page.evaluate((count) => {
    const { runStore, overlayStore, seriesStore } = window.pebr as Stores;
    const { runs } = runStore.getState();
    const ids = Array.from({ length: count }, (_, at) => `beside-${at}`);
    const beside = ids.map((id, colour) => ({ ...runs[0], id, name: id, colour, origin: 'stored', step: 1 }));
    runStore.setState({ runs: [...runs, ...beside] });
    overlayStore.setState({
      overlays: ids.map((id, at) => ({ id, dash: `${at + 2} 3`, step: 1, series: seriesStore })),
    });
  }, BESIDE);
  await expect(page.getByTestId('chart-reward').locator('path.recharts-line-curve')).toHaveCount(BESIDE + 1);
  expect(await measureUpdates('seven runs', 5001 + UPDATES)).toBeLessThanOrEqual(16);
});

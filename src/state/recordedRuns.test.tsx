import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { startedInfo } from '../../fixtures/startedInfo.ts';
import { stepRecord } from '../../fixtures/stepRecord.ts';
import { decodeRecordedRun, type RunHeader } from '../runs/index.ts';
import { presetByName } from '../worker/protocol.ts';

const bytesOf = (name: string) =>
  new Uint8Array(readFileSync(resolve(import.meta.dirname, `../../public/runs/${name}.run`)));

/** The stores as a page that has just opened has them. */
async function page() {
  vi.resetModules();
  const [recordedRuns, shownRun, { recordsStore }, { selectionStore, select }, { runCommand }] =
    await Promise.all([
      import('./recordedRuns.ts'),
      import('./shownRun.ts'),
      import('./records.ts'),
      import('./selection.ts'),
      import('./commands.ts'),
    ]);
  const [
    { receive },
    { seriesStore },
    { sessionStore },
    { setClient },
    { setRuns },
    { currentView },
    { startRun },
  ] = await Promise.all([
    import('./connect.ts'),
    import('./series.ts'),
    import('./session.ts'),
    import('./bridge.ts'),
    import('./runStore.ts'),
    import('./shareView.ts'),
    import('./run.ts'),
  ]);
  setClient({ send: () => {} });
  const shown = () => shownRun.shownStore.getState();
  return {
    ...{ ...recordedRuns, recordsStore, selectionStore, select, runCommand, receive, seriesStore },
    ...{ sessionStore, setRuns, currentView, shown },
    steps: () => shown().records.getState().steps,
    /** The worker has loaded the model. */
    boot: () => {
      startRun(false);
      receive([{ type: 'started', info }]);
      sessionStore.setState({ status: 'idle' });
    },
  };
}

const info = startedInfo({
  config: presetByName('tiny'),
  checkpointName: 'tiny',
  tasks: { name: 'scenes', origin: 'built-in', sizes: { train: 10, heldout: 1 } },
});

beforeEach(() => {
  vi.stubGlobal('fetch', (address: URL) => {
    const name = /runs\/([\w-]+)\.run$/.exec(address.pathname)?.[1] ?? '';
    return Promise.resolve(new Response(bytesOf(name)));
  });
});

test('the list says of the shipped runs what they say of themselves', async () => {
  const { RECORDED_RUNS, showRecorded, shown } = await page();
  for (const { name, label } of RECORDED_RUNS) {
    const run = decodeRecordedRun(bytesOf(name));
    expect(run).toMatchObject({ name, label });
    await showRecorded(name);
    expect(shown().facts).toMatchObject({ recorded: { name, label }, checkpoint: run.checkpoint });
    // Every step's numbers, and the stage that the full records say.
    const rows = shown().series.rows();
    expect(rows).toHaveLength(run.metrics.length);
    for (const { step, stage, metrics } of run.records) {
      expect(rows.find((row) => row.step === step)).toEqual({ step, stage, metrics });
      expect(shown().records.getState().records.get(step)?.groups.length).toBeGreaterThan(0);
    }
    expect(shown().series.boundaries()).toEqual(
      run.stageChanges.map(({ atStep, to }) => ({ step: atStep + 1, stage: to })),
    );
  }
});

test('with nothing stored the first one is shown, and stays when the worker has booted', async () => {
  const { showFirst, steps, boot, selectionStore, recordsStore, seriesStore, runCommand } = await page();
  await showFirst(Promise.resolve());
  const last = steps().at(-1);
  expect(selectionStore.getState()).toMatchObject({ live: true, step: last, group: 0, rollout: 0 });
  boot();
  expect(steps().at(-1)).toBe(last);
  expect(selectionStore.getState().step).toBe(last);
  expect(recordsStore.getState().steps).toEqual([]);
  expect(seriesStore.rows()).toEqual([]);
  // Keys move among its steps and rollouts.
  runCommand('previousStep');
  runCommand('nextRollout');
  expect(selectionStore.getState()).toMatchObject({ live: false, step: steps().at(-2), rollout: 1 });
});

test.each(['play', 'step', 'subStep', 'reset', 'newSeed'])('%s shows the run under way', async (command) => {
  const { showFirst, shown, boot, select, selectionStore, runCommand, receive } = await page();
  await showFirst(Promise.resolve());
  boot();
  select({ group: 2, rollout: 3 });
  expect(runCommand(command)).toBe(true);
  expect(shown().facts).toBeNull();
  expect(selectionStore.getState()).toMatchObject({ live: true, step: null, group: 0, rollout: 0 });
  receive([{ type: 'record', record: stepRecord(1, 'perception', 2, 2) }]);
  expect(selectionStore.getState().step).toBe(1);
});

test('it can be looked at again while the run rests, and not while it goes on', async () => {
  const {
    showFirst,
    showRecorded,
    showLive,
    shown,
    boot,
    sessionStore,
    selectionStore,
    receive,
    runCommand,
  } = await page();
  await showFirst(Promise.resolve());
  boot();
  runCommand('step');
  await showRecorded('reasoning');
  expect(shown().facts).toBeNull();
  receive([{ type: 'record', record: stepRecord(1, 'perception', 2, 2) }]);
  sessionStore.setState({ status: 'paused' });
  await showRecorded('reasoning');
  expect(shown().facts?.recorded?.name).toBe('reasoning');
  showLive();
  expect(selectionStore.getState()).toMatchObject({ live: true, step: 1 });
});

test('neither runs of the reader’s own nor a Play before it has come make room for it', async () => {
  const own = await page();
  own.setRuns({ stored: [{ id: 'b', config: info.config } as RunHeader] });
  await own.showFirst(Promise.resolve());
  expect(own.shown().facts).toBeNull();

  const fast = await page();
  fast.boot();
  const shown = fast.showFirst(Promise.resolve());
  fast.runCommand('play');
  await shown;
  expect(fast.shown().facts).toBeNull();

  const faster = await page();
  faster.boot();
  const fetched = faster.showRecorded('two-stage');
  faster.runCommand('play');
  await fetched;
  expect(faster.shown().facts).toBeNull();
});

test('storage that does not open holds nothing up', async () => {
  const { showFirst, shown } = await page();
  await showFirst(new Promise(() => {}));
  expect(shown().facts).not.toBeNull();
});

test('what cannot be fetched or read is said', async () => {
  const { showFirst, shown, sessionStore } = await page();
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('', { status: 404, statusText: 'Not Found' })));
  await showFirst(Promise.resolve());
  expect(shown().facts).toBeNull();
  expect(sessionStore.getState().notices).toEqual([
    expect.stringMatching(/recorded run “two-stage” cannot be shown: .*404 Not Found/),
  ]);
});

test('its pins and its selection stay out of the run under way', async () => {
  const { showFirst, shown, boot, select, currentView, recordsStore } = await page();
  await showFirst(Promise.resolve());
  boot();
  const { togglePin } = await import('./persistence.ts');
  togglePin(60);
  expect(shown().records.getState().pinned.has(60)).toBe(true);
  expect(recordsStore.getState().pinned.size).toBe(0);
  select({ step: 60, group: 1 });
  expect(currentView().selection).toBeNull();
});

/** What the worker says, saved: through the real database code over an IndexedDB in memory. */
import 'fake-indexeddb/auto';
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startedInfo } from '../../fixtures/startedInfo.ts';
import { stepRecord } from '../../fixtures/stepRecord.ts';
import { savedState, wholeRun } from '../../fixtures/wholeRun.ts';
import { presetByName, type FromWorker, type ToWorker } from '../worker/protocol.ts';
import { setClient } from './bridge.ts';
import { receive } from './connect.ts';
import { deleteCheckpoint } from './checkpoints.ts';
import { togglePin } from './persistence.ts';
import { forkRun, resumeRun, wholeRun as wholeRunOf } from './resume.ts';
import { recordsStore } from './records.ts';
import { deleteRun, editRun, resumable } from './runList.ts';
import { loadRun, refreshRuns, runDatabase, runStore, setRuns } from './runStore.ts';
import { seriesStore } from './series.ts';
import { sessionStore } from './session.ts';

const info = startedInfo({
  config: presetByName('tiny'),
  checkpointName: 'tiny',
  tasks: { name: 'scenes', origin: 'built-in', sizes: { train: 10, heldout: 1 } },
});
const { files } = wholeRun('x', 0);
const record = (step: number): FromWorker => ({
  type: 'record',
  record: stepRecord(step, 'perception', 1, 2),
});
const snapshot = (step: number, isFirst = false): FromWorker => ({
  type: 'snapshot',
  state: savedState(step),
  isKept: isFirst,
  kept: [{ step: 0, stage: 'perception', why: 'start' }],
  files: isFirst ? files : null,
});
/** Steps of a run as the worker tells them. */
const train = (from: number, to: number): void => {
  receive(Array.from({ length: to - from + 1 }, (_, i) => record(from + i)));
  receive([snapshot(to)]);
};
const start = (runId: string): void =>
  receive([{ type: 'started', info: { ...info, runId } }, snapshot(0, true)]);
const saved = (id: string, step: number) =>
  vi.waitFor(async () => expect((await (await runDatabase()).load(id)).header.step).toBe(step));
const stored = async (id: string) => (await runDatabase()).load(id);
/** Runs are told apart by their ids; each test has its own. */
let id = '';
let count = 0;
let sent: ToWorker[];

beforeEach(async () => {
  id = `run-${count++}`;
  sent = [];
  setClient({ send: (message) => void sent.push(message) });
  for (const run of await (await runDatabase()).list()) await (await runDatabase()).remove(run.id);
  runStore.setState({ storage: { kind: 'kept' } });
  sessionStore.setState({ notices: [], status: 'idle', importReport: null });
  setRuns({ live: null, stored: [] });
});
afterEach(() => vi.restoreAllMocks());

test('a run is saved with its steps, and shown again as it was', async () => {
  start(id);
  train(1, 3);
  await saved(id, 3);
  const { metrics, records, header, kept } = await stored(id);
  expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(records).toEqual([1, 2, 3].map((step) => stepRecord(step, 'perception', 1, 2)));
  expect([...kept.keys()]).toEqual([0]);
  expect(header).toMatchObject({
    name: 'tiny-1',
    parent: null,
    best: { reward: { step: expect.anything() as number } },
  });
  expect(runStore.getState()).toMatchObject({ current: id, storage: { kind: 'kept' } });

  start(`${id}-other`);
  expect(recordsStore.getState().steps).toEqual([]);
  await refreshRuns();
  expect((await loadRun(id)).records).toHaveLength(3);
  await resumeRun(id);
  const asked = sent.at(-1);
  expect(asked).toMatchObject({ type: 'start', runId: id, play: false, resume: { state: savedState(3) } });
  receive([{ type: 'started', info: { ...info, runId: id } }]);
  expect(recordsStore.getState().steps).toEqual([1, 2, 3]);
  expect(seriesStore.rows().map(({ metrics: { reward } }) => reward)).toEqual(
    metrics.map((row) => row.metrics.reward),
  );
  train(4, 4);
  await saved(id, 4);
  expect((await stored(id)).metrics).toHaveLength(4);
});

test('a run of an earlier visit is offered, one that was replaced in this visit is not', async () => {
  const before = wholeRun(`${id}-before`, 2);
  await (await runDatabase()).saveWhole(before);
  start(id);
  train(1, 3);
  await saved(id, 3);
  start(`${id}-next`);
  await refreshRuns();
  expect(runStore.getState().runs.map((run) => run.id)).toContain(id);
  expect(resumable(runStore.getState())?.id).toBe(before.header.id);
});

test('steps after the last snapshot wait: storage always stands at a step that can be gone on from', async () => {
  start(id);
  receive([record(1), record(2)]);
  receive([snapshot(1)]);
  await saved(id, 1);
  expect((await stored(id)).metrics).toHaveLength(1);
  receive([snapshot(2)]);
  await saved(id, 2);
  expect((await stored(id)).records.map(({ step }) => step)).toEqual([1, 2]);
});

test('full storage is said once, names what to delete, and loses nothing once there is room', async () => {
  await (
    await runDatabase()
  ).saveWhole({ ...wholeRun('big', 2), header: { ...wholeRun('big', 2).header, name: 'big one' } });
  await refreshRuns();
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('', 'QuotaExceededError');
  });
  start(id);
  train(1, 1);
  await vi.waitFor(() => expect(runStore.getState().storage.kind).toBe('full'));
  train(2, 2);
  await vi.waitFor(() => expect(put.mock.calls.length).toBeGreaterThan(1));
  expect(sessionStore.getState().notices).toEqual([
    expect.stringMatching(/Storage is full.*“tiny-\d+” are not kept.*such as “big one” \(.* MB\)/),
  ]);
  vi.restoreAllMocks();
  train(3, 3);
  await saved(id, 3);
  const { metrics, records, kept } = await stored(id);
  expect(metrics.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(records.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect([...kept.keys()]).toEqual([0]);
  expect(runStore.getState().storage.kind).toBe('kept');
});

test('a run that is not kept can still be taken whole', async () => {
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('', 'QuotaExceededError');
  });
  start(id);
  train(1, 2);
  await vi.waitFor(() => expect(runStore.getState().storage.kind).toBe('full'));
  sessionStore.setState({ status: 'failed' });
  const whole = await wholeRunOf(id);
  expect(whole).toMatchObject({ header: { step: 2, kept: [{ step: 0 }] }, state: savedState(2), files });
  expect(whole.metrics).toHaveLength(2);
});

test('a fork has the steps it goes on from and its own name, and another config drops a step in progress', async () => {
  start(id);
  train(1, 2);
  await saved(id, 2);
  start(`${id}-other`);
  await refreshRuns();
  await forkRun(id, 0, 'same');
  const [first] = sent.filter((message) => message.type === 'start');
  expect(first).toMatchObject({ resume: { state: savedState(0) } });
  const fork = await stored(first.runId);
  expect(fork).toMatchObject({ header: { step: 0, parent: { id, step: 0 } }, metrics: [], records: [] });
  expect(fork.header.name).not.toBe((await stored(id)).header.name);
  await expect(forkRun(id, 7, 'same')).rejects.toThrow(/no state after step 7/);
});

test('checkpoints that the worker no longer lists go from storage, and a stored run’s are deleted', async () => {
  start(id);
  const kept = [
    { step: 0, stage: 'perception', why: 'start' },
    { step: 1, stage: 'perception', why: 'interval' },
    { step: 2, stage: 'perception', why: 'reader' },
  ] as const;
  const keeping = (step: number, ...steps: number[]): FromWorker => ({
    type: 'snapshot',
    state: savedState(step),
    isKept: steps.includes(step),
    kept: kept.filter((one) => steps.includes(one.step)),
    files: null,
  });
  receive([record(1), keeping(1, 0, 1), record(2), keeping(2, 0, 1, 2)]);
  await saved(id, 2);
  const whole = await stored(id);
  const bytes = whole.state.parameters.byteLength + whole.state.trainer.byteLength;
  expect(whole.header.kept).toEqual(kept.map((one) => ({ ...one, bytes: expect.any(Number) as number })));
  expect(whole.header.kept[2].bytes).toBe(bytes);
  expect([...whole.kept.keys()]).toEqual([0, 1, 2]);

  const asked = deleteCheckpoint(id, 1);
  expect(sent.map(({ type }) => type)).toContain('dropKept');
  receive([record(3), keeping(3, 0, 2)]);
  await asked;
  await saved(id, 3);
  expect([...(await stored(id)).kept.keys()]).toEqual([0, 2]);

  start(`${id}-other`);
  const { header } = await stored(id);
  await deleteCheckpoint(id, 2);
  const after = await stored(id);
  expect([...after.kept.keys()]).toEqual([0]);
  expect(after.header).toMatchObject({ kept: [{ step: 0 }], bytes: header.bytes - header.kept[1].bytes });
});

test('a switch by hand that is undone leaves no checkpoint of the later stage to fork from', async () => {
  start(id);
  const first = { step: 0, stage: 'perception', why: 'start' } as const;
  const kept = [first, { step: 1, stage: 'reasoning', why: 'stage' } as const];
  const later = savedState(1);
  const state = { ...later, progress: { ...later.progress, stage: 'reasoning' as const } };
  receive([record(1), { type: 'snapshot', state, isKept: true, kept, files: null }]);
  await saved(id, 1);
  expect((await stored(id)).kept.get(1)).toEqual(state);
  receive([record(2), { type: 'snapshot', state: savedState(2), isKept: false, kept, files: null }]);
  await saved(id, 2);
  receive([
    { type: 'rewound', step: 1, stageChanges: [] },
    { type: 'snapshot', state: later, isKept: false, kept: [first], files: null },
  ]);
  await saved(id, 1);
  expect(await stored(id)).toMatchObject({ state: later, header: { kept: [{ step: 0 }] } });
  start(`${id}-other`);
  await expect(forkRun(id, 1, 'same')).rejects.toThrow(/no state after step 1/);
});

test('names, colours and pins reach storage; deleting spares the run under way', async () => {
  start(id);
  train(1, 1);
  await saved(id, 1);
  await editRun(id, { name: 'mine', colour: 5 });
  togglePin(1);
  await vi.waitFor(async () =>
    expect((await stored(id)).header).toMatchObject({ name: 'mine', colour: 5, pinned: [1] }),
  );
  train(2, 2);
  await saved(id, 2);
  expect((await stored(id)).header.name).toBe('mine');
  await expect(deleteRun(id)).rejects.toThrow(/under way here/);
  start(`${id}-other`);
  await deleteRun(id);
  await expect(stored(id)).rejects.toThrow(/no longer stored/);
});

test('a browser that keeps nothing: the visit is said not to be kept', async () => {
  (await runDatabase()).close();
  vi.resetModules();
  globalThis.indexedDB = new IDBFactory();
  vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  });
  const fresh = {
    ...(await import('./connect.ts')),
    ...(await import('./session.ts')),
    ...(await import('./runStore.ts')),
  };
  fresh.receive([
    { type: 'started', info: { ...info, runId: id } },
    snapshot(0, true),
    record(1),
    snapshot(1),
  ]);
  await vi.waitFor(() => expect(fresh.runStore.getState().storage.kind).toBe('denied'));
  await vi.waitFor(() =>
    expect(fresh.sessionStore.getState().notices).toEqual([expect.stringMatching(/This visit is not kept/)]),
  );
});

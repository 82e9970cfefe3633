/** A run that is left and gone on with, in the real engine on wasm, equals one that was never left. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { selectBackend } from '../engine/compute/backend.ts';
import { prepareNodeBackends } from '../engine/compute/nodeBackend.ts';
import { loadScorer } from '../engine/rewards/scorer/index.ts';
import type { ImageTextScorer } from '../engine/rewards/types.ts';
import { presetByName } from '../engine/rl/presets.ts';
import { taskSetByName } from '../engine/tasks/index.ts';
import type { FileReader } from './assets.ts';
import { Outbox } from './outbox.ts';
import type { FromWorker, ResumedRun, Snapshot } from './protocol.ts';
import { RunHandle } from './runHandle.ts';
import { resumed, Snapshots } from './snapshots.ts';

const nano = presetByName('nano');
const config = {
  ...nano,
  promptsPerStep: 2,
  promptsPerMiniBatch: 2,
  sampling: { ...nano.sampling, maxNewTokens: 12 },
  split: { ...nano.split, questions: 4, n: 2, easyFrom: 2 },
  stageSwitch: { when: 'steps', perceptionSteps: 1 },
} as const;
const shipped: FileReader = async (name) =>
  readFile(join(import.meta.dirname, '../../public/models/nano', name)).catch(() => null);

let scorer: ImageTextScorer;
beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
  const folder = join(import.meta.dirname, '../../public/models/scorer');
  scorer = await loadScorer(async (name) => readFile(join(folder, name)).catch(() => null));
});

const load = (checkpoint: FileReader, before?: ReturnType<typeof resumed>): Promise<RunHandle> =>
  RunHandle.load(
    { runId: 'a', config, checkpointName: 'nano', checkpoint, tasks: taskSetByName('scenes-nano'), scorer },
    before,
  );
const advance = (run: RunHandle) => run.advance(() => {}, new AbortController().signal);
const until = async (run: RunHandle, isThere: () => boolean): Promise<void> => {
  while (!isThere()) await advance(run);
};

/** A page that stores what the worker sends, through a structured clone as between threads. */
class Storage {
  stored: Partial<ResumedRun> = {};
  kept = new Map<number, ResumedRun['state']>();
  list: Snapshot['kept'] = [];
  count = 0;
  readonly snapshots = new Snapshots(
    new Outbox(({ messages }) => structuredClone(messages).forEach((message) => this.#take(message))),
  );

  #take(message: FromWorker): void {
    if (message.type !== 'snapshot') return;
    this.count++;
    const { state, isKept, kept, files } = message;
    this.list = kept;
    this.stored = { ...this.stored, state, ...(files ? { files } : {}) };
    if (isKept) this.kept.set(state.progress.step, state);
  }

  async resume(): Promise<RunHandle> {
    await new Promise((resolve) => setTimeout(resolve, 150));
    const { state, files } = this.stored as ResumedRun;
    const kept = this.list.map((one) => ({ ...one, parameters: this.kept.get(one.step)!.parameters }));
    const before = resumed({ state, files, kept });
    const run = await load(before.checkpoint, before);
    this.snapshots.begin(run, true);
    return run;
  }
}

test('left in the middle of a step and between two stages, it goes on with the same numbers', async () => {
  const straight = await load(shipped);
  await until(straight, () => straight.trainer.step === 3);
  const expected = await straight.policyHash();

  const storage = new Storage();
  let run = await load(shipped);
  storage.snapshots.begin(run, false);
  storage.snapshots.send(run);
  expect(storage.count).toBe(0);
  await until(run, () => run.trainer.draft?.done === 'score');
  await storage.snapshots.update(run);
  run.dispose();

  run = await storage.resume();
  expect(run.trainer.draft?.done).toBe('score');
  await until(run, () => run.trainer.step === 1);
  storage.snapshots.send(run);
  run.dispose();

  // The stage has just changed: what the optimiser knew is forgotten, the reference is the policy.
  run = await storage.resume();
  expect([run.trainer.stage, run.trainer.step]).toEqual(['reasoning', 1]);
  expect(storage.stored.state!.trainer.byteLength).toBeLessThan(1000);
  await until(run, () => run.trainer.step === 2);
  await storage.snapshots.update(run);
  run.dispose();

  run = await storage.resume();
  await until(run, () => run.trainer.step === 3);
  expect(await run.policyHash()).toBe(expected);
  expect(run.trainer.stageChanges).toEqual(straight.trainer.stageChanges);
  expect([...run.kept.keys()]).toEqual([0, 1]);
  expect([...storage.kept.keys()]).toEqual([0, 1]);
}, 120_000);

test('a state is sent once, and again when the page asks', async () => {
  const storage = new Storage();
  const run = await load(shipped);
  storage.snapshots.begin(run, false);
  await advance(run);
  await storage.snapshots.update(run);
  await new Promise((resolve) => setTimeout(resolve, 150));
  const { count } = storage;
  expect(count).toBeGreaterThan(0);
  storage.snapshots.send(run);
  await storage.snapshots.update(run);
  await storage.snapshots.take(run);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(storage.count).toBe(count + 1);
  expect(Object.keys(storage.stored.files ?? {}).sort()).toContain('tokenizer.json');
});

/** What a run takes back and goes on from, in the real engine on wasm: a split estimated anew, a switch by hand. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { selectBackend } from '../engine/compute/backend.ts';
import { prepareNodeBackends } from '../engine/compute/nodeBackend.ts';
import { loadScorer } from '../engine/rewards/scorer/index.ts';
import { presetByName } from '../engine/rl/presets.ts';
import { nodeCodecLoader } from '../engine/tasks/images/codecs.node.ts';
import { setCodecLoader } from '../engine/tasks/images/index.ts';
import { loadTaskSet } from '../engine/tasks/imported/index.ts';
import { taskSetByName } from '../engine/tasks/index.ts';
import type { TaskSet } from '../engine/tasks/types.ts';
import { RunHandle } from './runHandle.ts';

const QUESTIONS = 20;
const shipped = (folder: string) => (name: string) =>
  readFile(join(import.meta.dirname, '..', '..', 'public', 'models', folder, name)).catch(() => null);

let run: RunHandle;
beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
});
afterEach(() => run.dispose());

/** Questions of the reader's own; none of so few is held out. */
async function ownTasks(): Promise<TaskSet> {
  setCodecLoader(nodeCodecLoader);
  const bytes = await readFile(join(import.meta.dirname, '..', '..', 'fixtures', 'images', 'rgb.png'));
  const records = Array.from({ length: QUESTIONS - 1 }, (_, i) => ({
    qid: `own-${i}`,
    problem: i % 2 === 0 ? 'How many red cubes are there?' : 'Is there a sphere?',
    answer: i % 2 === 0 ? '1' : 'yes',
    images: ['a.png'],
    key_words: ['red'],
  }));
  const json = new TextEncoder().encode(JSON.stringify(records));
  const { taskSet } = await loadTaskSet([
    { path: 'own.json', size: json.length, bytes: () => Promise.resolve(json) },
    { path: 'a.png', size: bytes.length, bytes: () => Promise.resolve(bytes) },
  ]);
  return taskSet!;
}

async function load(tasks: TaskSet = taskSetByName('scenes-nano')): Promise<void> {
  const nano = presetByName('nano');
  run = await RunHandle.load({
    runId: 'a',
    config: {
      ...nano,
      promptsPerStep: 2,
      promptsPerMiniBatch: 2,
      sampling: { ...nano.sampling, maxNewTokens: 16 },
      split: { ...nano.split, questions: QUESTIONS, n: 2, easyFrom: 2 },
    },
    checkpointName: 'nano',
    checkpoint: shipped('nano'),
    tasks,
    scorer: await loadScorer(shipped('scorer')),
  });
}
async function advance(): Promise<void> {
  await run.advance(() => {}, new AbortController().signal);
}
async function finishSplit(): Promise<void> {
  while (run.trainer.nextPhase === 'split') await advance();
}
async function trainOneStep(): Promise<void> {
  while (run.trainer.step === 0) await advance();
}

test('a cancelled re-estimate goes on where it stopped and ends as if it had never been', async () => {
  await load();
  await finishSplit();
  const first = run.trainer.split;
  run.trainer.setThresholds(3, 0);

  await run.reestimateSplit(false);
  await advance();
  // Borders that were moved hold for the new estimate too.
  expect(run.trainer.split).toMatchObject({ easyFrom: 3, mediumFrom: 0 });
  expect(run.cancelSplit()).toBe(true);
  expect(run.trainer.split?.entries).toHaveLength(QUESTIONS);
  expect(run.trainer.splitRemaining).toBe(0);
  expect(run.cancelledSplit).toMatchObject({ done: 16, total: QUESTIONS, policyHash: first?.policyHash });

  await run.reestimateSplit(true);
  expect(run.trainer.split?.entries).toHaveLength(16);
  expect(run.trainer.splitRemaining).toBe(QUESTIONS - 16);
  await finishSplit();
  // The draws are addressed by question: stopping in between leaves no trace.
  expect(run.trainer.split?.entries).toEqual(first?.entries);
  expect(run.cancelledSplit).toBeNull();
  expect(run.cancelSplit()).toBe(false);
});

test('a first estimate that was left off goes on; a re-estimate of an older policy does not', async () => {
  await load();
  await advance();
  expect(run.cancelSplit()).toBe(false);
  await run.reestimateSplit(true);
  expect(run.trainer.splitRemaining).toBe(QUESTIONS - 16);
  await finishSplit();

  await run.reestimateSplit(false);
  await advance();
  run.cancelSplit();
  await trainOneStep();
  const step = run.trainer.step;
  await expect(run.reestimateSplit(true)).rejects.toThrow(/estimate anew with the current policy/);
  // Refused: the split in use and the step stay.
  expect(run.trainer.split?.entries).toHaveLength(QUESTIONS);
  expect(run.trainer.step).toBe(step);
});

test('a switch by hand that is undone leaves no trace, steps since included', async () => {
  await load();
  await trainOneStep();
  await advance();
  const { draft } = run.trainer;
  expect(draft).not.toBeNull();
  const steps = async (count: number): Promise<unknown[]> => {
    const rewards: unknown[] = [];
    while (rewards.length < count) {
      const { record } = await run.advance(() => {}, new AbortController().signal);
      if (record) rewards.push([record.step, record.stage, record.groups.map(({ rollouts }) => rollouts)]);
    }
    return rewards;
  };
  await run.switchStage('reasoning');
  await steps(1);
  expect(run.trainer).toMatchObject({ stage: 'reasoning', step: 2 });
  expect([...run.kept.keys()]).toEqual([0, 1]);
  await run.undoSwitch();
  expect(run.trainer).toMatchObject({ stage: 'perception', step: 1, stepInStage: 1, draft });
  expect(run.trainer.stageChanges).toHaveLength(1);
  expect([...run.kept.keys()]).toEqual([0]);
  const undone = await steps(1);
  await expect(run.undoSwitch()).rejects.toThrow(/no switch by hand/);
  run.dispose();

  await load();
  await trainOneStep();
  expect(await steps(1)).toEqual(undone);
});

test('a step that is kept stays, is measured by its weights, and an undone switch gives it back', async () => {
  await load();
  run.keepEvery = 1;
  await trainOneStep();
  expect(run.keptList).toEqual([
    { step: 0, stage: 'perception', why: 'start' },
    { step: 1, stage: 'perception', why: 'interval' },
  ]);
  expect(run.isSnapshotKept).toBe(true);
  const weights = run.kept.get(1)?.parameters;
  await advance();
  await run.keepStep();
  // The state at the start of the step is the better one to fork from.
  expect(run.kept.get(1)).toMatchObject({ why: 'reader', parameters: weights });
  expect(run.snapshot.progress.draft).toBeNull();

  await run.switchStage('reasoning');
  expect(run.kept.get(1)).toMatchObject({ why: 'stage', stage: 'reasoning' });
  while (run.trainer.step === 1) await advance();
  expect(run.keptList.map(({ step }) => step)).toEqual([0, 1, 2]);
  await run.undoSwitch();
  expect(run.keptList).toEqual([
    { step: 0, stage: 'perception', why: 'start' },
    { step: 1, stage: 'perception', why: 'reader' },
  ]);
  // So that the page has it in the place of the later stage's.
  expect(run.isSnapshotKept).toBe(true);
  expect(run.snapshot.progress.stage).toBe('perception');
  run.dropKept(1);
  run.dropKept(0);
  expect(run.keptList.map(({ step }) => step)).toEqual([0]);
  expect(run.isSnapshotKept).toBe(false);
});

test('a split of own questions is estimated, cancelled and gone on with like any other', async () => {
  await load(await ownTasks());
  await finishSplit();
  const first = run.trainer.split;
  expect(first?.entries.map(({ qid }) => qid).sort()).toEqual(
    Array.from({ length: QUESTIONS - 1 }, (_, i) => `own-${i}`).sort(),
  );
  await run.reestimateSplit(false);
  await advance();
  expect(run.cancelSplit()).toBe(true);
  expect(run.cancelledSplit).toMatchObject({ done: 16, total: QUESTIONS - 1 });
  await run.reestimateSplit(true);
  await finishSplit();
  expect(run.trainer.split?.entries).toEqual(first?.entries);
  await trainOneStep();
  expect(run.trainer.step).toBe(1);
});

import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { prepareNodeBackends } from '../engine/compute/nodeBackend.ts';
import { selectBackend } from '../engine/compute/backend.ts';
import { loadScorer } from '../engine/rewards/scorer/index.ts';
import { presetByName } from '../engine/rl/presets.ts';
import type { DraftGroup } from '../engine/rl/types.ts';
import { taskSetByName } from '../engine/tasks/index.ts';
import { attend } from './attention.ts';
import { RunHandle } from './runHandle.ts';

const nano = presetByName('nano');
const config = {
  ...nano,
  promptsPerStep: 4,
  promptsPerMiniBatch: 4,
  // One update is to be seen.
  optimizer: { ...nano.optimizer, learningRate: 0.01 },
  sampling: { ...nano.sampling, maxNewTokens: 24 },
  split: { ...nano.split, questions: 4, n: 2, easyFrom: 2 },
};
const reader = (folder: string) => (name: string) =>
  readFile(new URL(`../../public/models/${folder}/${name}`, import.meta.url)).catch(() => null);

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
});

/** Largest distance between the log-probs of the recomputed forward and those of the decode. */
async function distance(run: RunHandle, { qid, rollouts }: DraftGroup, step: number) {
  const [{ tokenIds, decodeLogProbs }] = rollouts;
  const { attention, policyStep } = await attend(run, { qid, step, tokenIds, layer: 1 });
  expect(attention.tokens).toBe(tokenIds.length);
  return {
    policyStep,
    by: Math.max(...attention.logProbs.map((logProb, t) => Math.abs(logProb - decodeLogProbs[t]))),
  };
}

test('the weights that sampled a response are taken while they are there, else the present ones', async () => {
  const scorer = await loadScorer(reader('scorer'));
  const tasks = taskSetByName('scenes-nano');
  const run = await RunHandle.load({
    runId: 'a',
    config,
    checkpointName: 'nano',
    checkpoint: reader('nano'),
    tasks,
    scorer,
  });
  const signal = new AbortController().signal;
  const groups: (readonly DraftGroup[])[] = [];
  while (run.trainer.step < 2) {
    const { draft, record } = await run.advance(() => {}, signal);
    if (draft?.done === 'rollout' && draft.step === 1) {
      // The step in progress: the present weights are its own.
      const { policyStep, by } = await distance(run, draft.groups[0], 1);
      expect(policyStep).toBe(0);
      expect(by).toBeLessThan(1e-4);
    }
    if (record) groups.push(record.groups);
  }
  const [first, second] = groups;
  // Those of the start are kept.
  const ofFirst = await distance(run, first[0], 1);
  expect(ofFirst.policyStep).toBe(0);
  expect(ofFirst.by).toBeLessThan(1e-4);
  // Those after step 1 are gone, and the answer says so.
  const ofSecond = await distance(run, second[0], 2);
  expect(ofSecond.policyStep).toBe(2);
  expect(ofSecond.by).toBeGreaterThan(1e-4);
  const request = { qid: 'elsewhere', step: 1, tokenIds: [1], layer: 0 };
  await expect(attend(run, request)).rejects.toThrow('no question elsewhere');
  run.dispose();
});

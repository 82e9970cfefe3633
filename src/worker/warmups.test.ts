/** Warm-ups of a loaded run in the real engine on wasm: cancelled, refused, and done. */
import * as tf from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { selectBackend } from '../engine/compute/backend.ts';
import { prepareNodeBackends } from '../engine/compute/nodeBackend.ts';
import { policyHash } from '../engine/model/policy.ts';
import { readSafetensors } from '../engine/model/safetensors.ts';
import { loadScorer } from '../engine/rewards/scorer/index.ts';
import { presetByName } from '../engine/rl/presets.ts';
import { taskSetByName } from '../engine/tasks/index.ts';
import { filesReader } from './assets.ts';
import { Evaluations } from './evaluations.ts';
import { Outbox } from './outbox.ts';
import type { FromWorker } from './protocol.ts';
import { RunHandle, type RunRequest } from './runHandle.ts';
import { Warmups, type WarmupRequest } from './warmups.ts';

const shipped = (folder: string) => (name: string) =>
  readFile(join(import.meta.dirname, '../../public/models', folder, name)).catch(() => null);
const request: WarmupRequest = {
  steps: 2,
  batchSize: 8,
  learningRate: 0.001,
  faults: { perception: [{ attribute: 'color', p: 1 }], reasoning: [] },
  probe: { part: 'heldout', n: 8 },
};

let about: RunRequest;
let run: RunHandle;
let messages: FromWorker[];
let onBatch: () => void;
let out: Outbox;
let warmups: Warmups;
beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
  about = {
    runId: 'a',
    config: presetByName('nano'),
    checkpointName: 'nano',
    checkpoint: shipped('nano'),
    tasks: taskSetByName('scenes-nano'),
    scorer: await loadScorer(shipped('scorer')),
  };
});
beforeEach(async () => {
  run = await RunHandle.load(about);
  messages = [];
  onBatch = () => {};
  out = new Outbox((batch) => {
    messages.push(...batch.messages);
    onBatch();
  });
  warmups = new Warmups(out, new Evaluations(out));
});
afterEach(() => run.dispose());

const told = (): FromWorker[] => {
  out.flush();
  return messages;
};
const stepsDone = (): number =>
  Math.max(...messages.map((message) => (message.type === 'warmupProgress' && message.progress?.done) || 0));

test('cancelled after a step it leaves the policy bit-equal and nothing allocated', async () => {
  const before = await run.parts.policy.exportTensors();
  const { numTensors } = tf.memory();
  const done = warmups.job({ ...request, steps: 1000 })(run);
  // Told while it trains: a batch of messages leaves between two steps.
  onBatch = () => {
    if (stepsDone() > 0) warmups.cancel();
  };
  await done;
  expect(stepsDone()).toBeGreaterThan(0);
  expect(stepsDone()).toBeLessThan(1000);
  expect(await run.parts.policy.exportTensors()).toEqual(before);
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(told().at(-1)).toEqual({ type: 'warmupProgress', progress: null });
  expect(told().some(({ type }) => type === 'warmedUp')).toBe(false);
});

test('faults that the task set has not are named, and the policy stays', async () => {
  const hash = await run.policyHash();
  const faults = { perception: [{ attribute: 'size', p: 0.5 }], reasoning: [] };
  await expect(warmups.job({ ...request, faults })(run)).rejects.toThrow(
    /attribute: got "size"; give one of/,
  );
  const tooMuch = { perception: [], reasoning: [{ slip: 'flip', p: 1.5 }] };
  await expect(warmups.job({ ...request, faults: tooMuch })(run)).rejects.toThrow(
    /got 1\.5; give a probability/,
  );
  expect(await run.policyHash()).toBe(hash);
});

test('done it hands over a checkpoint that says what it is, and leaves the run alone', async () => {
  const start = await run.policyHash();
  await warmups.job(request)(run);
  const warmed = told().find((message) => message.type === 'warmedUp')!;
  const { round, files } = warmed;
  expect(round).toMatchObject({
    steps: 2,
    seed: 1,
    tasks: 'scenes-nano',
    from: start,
    faults: request.faults,
  });
  expect(round.policyHash).toBe(policyHash(readSafetensors(files['model.safetensors'])));
  expect(round.policyHash).not.toBe(start);
  expect(await run.policyHash()).toBe(start);
  expect(round.measured.before.accuracy).toBeGreaterThanOrEqual(0);

  const next = await RunHandle.load({ ...about, checkpoint: filesReader(files) });
  const { policyHash: hash, card } = await next.info();
  expect(hash).toBe(round.policyHash);
  expect(card).toMatchObject({ name: 'nano', faults: request.faults, measured: { samples: 8 } });
  next.dispose();
  const { pebr } = JSON.parse(new TextDecoder().decode(files['config.json'])) as {
    pebr: { history: string[] };
  };
  expect(pebr.history.at(-1)).toMatch(/^warmup --preset nano .*--steps 2 .*"attribute":"color"/);
});

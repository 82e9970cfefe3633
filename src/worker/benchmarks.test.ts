/** The short benchmark beside a loaded run, in the real engine on wasm. */
import * as tf from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { selectBackend } from '../engine/compute/backend.ts';
import { prepareNodeBackends } from '../engine/compute/nodeBackend.ts';
import { fusedOpsOff, setFusedOpsOff } from '../engine/compute/webgpu/fused.ts';
import { loadScorer } from '../engine/rewards/scorer/index.ts';
import { presetByName } from '../engine/rl/presets.ts';
import { taskSetByName } from '../engine/tasks/index.ts';
import { Benchmarks } from './benchmarks.ts';
import { Outbox } from './outbox.ts';
import type { BenchmarkRequest, FromWorker } from './protocol.ts';
import { RunHandle } from './runHandle.ts';

const shipped = (folder: string) => (name: string) =>
  readFile(join(import.meta.dirname, '../../public/models', folder, name)).catch(() => null);
const request: BenchmarkRequest = {
  groups: 2,
  groupSize: 2,
  maxNewTokens: 6,
  rounds: 2,
  withoutFusedOps: true,
};

let run: RunHandle;
let messages: FromWorker[];
let onBatch: () => void;
let out: Outbox;
let benchmarks: Benchmarks;
beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
});
beforeEach(async () => {
  run = await RunHandle.load({
    runId: 'a',
    config: presetByName('nano'),
    checkpointName: 'nano',
    checkpoint: shipped('nano'),
    tasks: taskSetByName('scenes-nano'),
    scorer: await loadScorer(shipped('scorer')),
  });
  messages = [];
  onBatch = () => {};
  out = new Outbox((batch) => {
    messages.push(...batch.messages);
    onBatch();
  });
  benchmarks = new Benchmarks(out, shipped);
});
afterEach(() => {
  run.dispose();
  setFusedOpsOff(null);
});

test('measures every kind of work and leaves the run as it was, bit for bit', async () => {
  setFusedOpsOff('as the gate left it');
  const before = await run.trainer.exportState();
  const { numTensors } = tf.memory();
  await benchmarks.job(request)();
  out.flush();
  const report = messages.find((message) => message.type === 'benchmark')!;
  expect(report.request).toEqual(request);
  expect(report.timings.map(({ measure }) => measure)).toEqual(['training', 'rollouts', 'step']);
  for (const { fusedOps, milliseconds, tokensPerSecond, counts } of report.timings) {
    expect(milliseconds).toBeGreaterThan(0);
    expect(tokensPerSecond).toBeGreaterThan(0);
    // On wasm there are no fused ops to turn off, and no dispatches.
    expect(fusedOps).toBeNull();
    expect(counts).toBeNull();
  }
  const [, rollouts, step] = report.timings;
  expect(step.milliseconds).toBeGreaterThan(rollouts.milliseconds);
  expect(messages.at(-1)).toEqual({ type: 'benchmarkProgress', progress: null });
  expect(await run.trainer.exportState()).toEqual(before);
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(fusedOpsOff()).toBe('as the gate left it');
}, 60_000);

test('cancelled between two calls it reports nothing and frees what it made', async () => {
  const { numTensors } = tf.memory();
  const done = benchmarks.job({ ...request, rounds: 1000 })();
  onBatch = () => {
    const begun = messages.some((message) => message.type === 'benchmarkProgress' && message.progress?.done);
    if (begun) benchmarks.cancel();
  };
  await done;
  out.flush();
  expect(messages.some(({ type }) => type === 'benchmark')).toBe(false);
  expect(messages.at(-1)).toEqual({ type: 'benchmarkProgress', progress: null });
  expect(tf.memory().numTensors).toBe(numTensors);
}, 60_000);

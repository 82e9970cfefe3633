/** The short benchmark on WebGPU: what it counts, and what it leaves as it found it. */
import { beforeAll, expect, test } from 'vitest';
import { openTestDevice, takeErrors } from '../compute/webgpu/testing.ts';
import { fusedOpsOff } from '../compute/webgpu/fused.ts';
import { architectureOf } from '../model/architectures.ts';
import { Policy } from '../model/policy.ts';
import { madeUpBatch, type BenchSetup } from './batch.ts';
import { fusedOpsModes, measureShort } from './short.ts';

const CONFIG = architectureOf(
  {
    image: 16,
    patch: 4,
    width: 16,
    visionLayers: 1,
    textLayers: 1,
    heads: 4,
    keyValueHeads: 2,
    visionMlp: 20,
    textMlp: 28,
    positions: 64,
  },
  37,
);
let setup: BenchSetup;

beforeAll(async () => {
  await openTestDevice();
  const policy = Policy.initialize(CONFIG, 1);
  const weights = await policy.exportTensors();
  policy.dispose();
  setup = {
    config: CONFIG,
    weights,
    batch: madeUpBatch(CONFIG, { groups: 1, groupSize: 2, maxNewTokens: 3 }, 4),
  };
}, 60_000);

test('counts what a call asks of the device, and puts its methods back', async () => {
  const submit = (): unknown => Object.getOwnPropertyDescriptor(GPUQueue.prototype, 'submit')?.value;
  const before = submit();
  const progress: number[] = [];
  const { timings, profiles } = await measureShort(
    setup,
    { rounds: 2, withoutFusedOps: false },
    { giveWay: async () => {}, onProgress: (done, total) => progress.push(done / total) },
  );
  expect(timings.map(({ measure, fusedOps }) => [measure, fusedOps])).toEqual([
    ['training', true],
    ['rollouts', true],
    ['step', true],
  ]);
  for (const { milliseconds, tokensPerSecond, counts } of timings) {
    expect(milliseconds).toBeGreaterThan(0);
    expect(tokensPerSecond).toBeGreaterThan(0);
    expect(counts!.submits).toBeGreaterThan(0);
    expect(counts!.readBacks).toBeGreaterThan(0);
    expect(counts!.javascriptMilliseconds).toBeLessThan(milliseconds);
  }
  expect(profiles.map(({ measure }) => measure)).toEqual(['training', 'rollouts']);
  profiles.forEach(({ kernels }, i) => {
    const dispatches = kernels.reduce((sum, kernel) => sum + kernel.dispatches, 0);
    expect(dispatches).toBe(timings[i].counts!.dispatches);
    expect(kernels.map(({ kernel }) => kernel)).toContain(i === 0 ? 'adamw_update' : 'sample_tokens_1');
  });
  const [training, rollouts, step] = timings.map(({ counts }) => counts!.dispatches);
  expect(training).toBeGreaterThan(0);
  // A step's update has the reference's forward besides.
  expect(step).toBeGreaterThan(training + rollouts);
  expect(progress.at(-1)).toBe(1);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(fusedOpsOff()).toBeNull();
  expect(submit()).toBe(before);
  expect(takeErrors()).toEqual([]);
}, 60_000);

test('fused ops are measured where they may be on, without them where that is asked for', () => {
  expect(fusedOpsModes(true, null, true)).toEqual([true, false]);
  expect(fusedOpsModes(true, null, false)).toEqual([true]);
  expect(fusedOpsModes(true, 'they compute wrongly here', true)).toEqual([false]);
  expect(fusedOpsModes(false, null, true)).toEqual([null]);
});

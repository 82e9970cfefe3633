/** Plans that do not fit: with the limits of a device, and on Dawn's null device, which has 512 MiB and says when they are full. */
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { createOptimizer } from '../compute/optimizer.ts';
import {
  freeBuffer,
  GpuMemoryError,
  heldBuffers,
  makeBuffer,
  withinMemory,
} from '../compute/webgpu/buffers.ts';
import { gpuDevice } from '../compute/webgpu/eager.ts';
import { FlatBuffer, flatLayout } from '../compute/webgpu/flatBuffer.ts';
import { onGpuError } from '../compute/gpu.ts';
import { architectureOf } from '../model/architectures.ts';
import { parameterShapes } from '../model/layout.ts';
import { DecodePlan } from '../model/plans/decodePlan.ts';
import { Policy } from '../model/policy.ts';
import { PRESETS } from './presets.ts';
import { trainingPlanOf } from './trainingPlans.ts';

const MIB = 2 ** 20;
const config = architectureOf(
  {
    ...{ image: 16, patch: 4, width: 16, heads: 4, keyValueHeads: 2 },
    ...{ visionLayers: 1, textLayers: 6, visionMlp: 20, textMlp: 28, positions: 4096 },
  },
  40,
);
const errors: string[] = [];
/** Kept: Dawn does not outlive an instance that is collected before its devices. */
let nullGpu: GPU;

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
  return () => expect(errors).toEqual([]);
});

/** The error, with everything as it was. */
async function refusal(work: () => Promise<unknown>): Promise<GpuMemoryError> {
  const before = heldBuffers();
  const error = await work().then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GpuMemoryError);
  expect(heldBuffers()).toEqual(before);
  return error as GpuMemoryError;
}

describe('a plan that does not fit', () => {
  it('says which buffer is larger than the device allows, and a smaller one is made', async () => {
    const policy = Policy.initialize(config, 1);
    const optimizer = createOptimizer(policy.parameters, policy.flat, PRESETS.nano.optimizer);
    const parts = { policy, reference: null, trained: policy.parameters, optimizer };
    const piece = (rows: number) => ({
      groups: { length: 1 },
      batch: { rows, length: 64, width: 32 } as Parameters<typeof trainingPlanOf>[1][number]['batch'],
    });
    const { maxBufferSize, maxStorageBufferBindingSize } = gpuDevice().limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const tooMany = Math.ceil(most / (4 * 64 * 16)) + 1;
    const { message, use } = await refusal(() => trainingPlanOf(parts, [piece(tooMany)]));
    expect(use).toBe('update');
    expect(message).toMatch(/its “.+” would take [\d.]+ MiB, [\d.]+ MiB more than the/);
    expect(message).toContain(`${(most / MIB).toFixed(1)} MiB that this GPU allows`);
    expect((await trainingPlanOf(parts, [piece(4)]))?.plan.capacity.rows).toBe(4);
    optimizer.dispose();
    policy.dispose();
  });

  it('says how much there was no room for, and the device goes on', async () => {
    const { create } = await import('webgpu');
    nullGpu = create(['backend=null']);
    const adapter = await nullGpu.requestAdapter();
    const device = await adapter!.requestDevice();
    device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
    const flat = new FlatBuffer(device, flatLayout(parameterShapes(config)), 'parameters');
    const plan = (rows: number) => () =>
      withinMemory(
        device,
        'rollouts',
        () => new DecodePlan(device, config, flat, { groups: 1, rows, promptLength: 32, newTokens: 2048 }),
      );
    const { message, use } = await refusal(plan(900));
    expect(use).toBe('rollouts');
    expect(message).toMatch(
      /^GPU memory for the rollouts: [\d.]+ MiB were asked for, and this GPU has no room/,
    );
    expect(Number(/([\d.]+) MiB were/.exec(message)?.[1])).toBeGreaterThan(512 - 1);
    // What fits alone is made, so nothing of the first is left.
    (await plan(600)()).dispose();
    flat.dispose();
    await device.queue.onSubmittedWorkDone();
    device.destroy();
  });

  it('an error of another kind stays what it is', async () => {
    const device = gpuDevice();
    const before = heldBuffers();
    const half = () => {
      makeBuffer(device, { label: 'half', size: 16, usage: GPUBufferUsage.STORAGE });
      throw new TypeError('the other half');
    };
    await expect(withinMemory(device, 'update', half)).rejects.toThrow(TypeError);
    expect(heldBuffers()).toEqual(before);
    // Both copies and maps, which no buffer may.
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE;
    const invalid = () => makeBuffer(device, { label: 'invalid', size: 16, usage });
    await expect(withinMemory(device, 'update', invalid)).rejects.toThrow(/usage/i);
    expect(heldBuffers()).toEqual(before);
  });

  it('counts what is held once', () => {
    const before = heldBuffers();
    const usage = GPUBufferUsage.STORAGE;
    const buffer = makeBuffer(gpuDevice(), { label: 'counted', size: 4 * MIB, usage });
    expect(heldBuffers()).toEqual({ count: before.count + 1, bytes: before.bytes + 4 * MIB });
    freeBuffer(buffer);
    freeBuffer(buffer);
    expect(heldBuffers()).toEqual(before);
  });
});

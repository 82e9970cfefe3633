import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { flushTfjs, gpuDevice, runOperation } from '../compute/webgpu/eager.ts';
import { geluBackward, geluForward } from '../compute/webgpu/activations.ts';
import { openTestDevice, takeErrors } from '../compute/webgpu/testing.ts';
import { profileGpu } from './gpuProfile.ts';

beforeAll(openTestDevice);

/** GELU of `count` numbers, `times` over, and once its gradient: the last values. */
async function work(count: number, times: number): Promise<Float32Array> {
  let x: tf.Tensor = tf.linspace(-3, 3, count);
  for (let i = 0; i < times; i++) [x] = runOperation(geluForward(1), { count }, [x], [{ shape: [count] }]);
  const [dx] = runOperation(geluBackward(1), { count }, [x, x], [{ shape: [count] }]);
  return dx.data<'float32'>();
}

test('says how long each kernel took, and computes what it would without', async () => {
  const device = gpuDevice();
  // Long enough for timestamps that are rounded to 100 µs.
  const count = 2 ** 20;
  const expected = await work(count, 3);
  let values!: Float32Array;
  const kernels = await profileGpu(device, async () => {
    values = await work(count, 3);
  });
  // toEqual takes seconds.
  expect(values.every((value, i) => value === expected[i])).toBe(true);
  const times = new Map(kernels!.map(({ kernel, ...time }) => [kernel, time]));
  expect(times.get('gelu_forward')?.dispatches).toBe(3);
  expect(times.get('gelu_backward')?.dispatches).toBe(1);
  for (const { milliseconds } of times.values()) expect(milliseconds).toBeGreaterThan(0.1);
  expect(takeErrors()).toEqual([]);
});

test('more dispatches than a query set holds are all timed, the longest kernel first', async () => {
  const kernels = await profileGpu(gpuDevice(), () => work(64, 2100));
  expect(kernels![0]).toMatchObject({ kernel: 'gelu_forward', dispatches: 2100 });
  const times = kernels!.map(({ milliseconds }) => milliseconds);
  expect(times).toEqual([...times].sort((a, b) => b - a));
  expect(takeErrors()).toEqual([]);
});

test('leaves the device as it was, also when the call fails', async () => {
  const device = gpuDevice();
  flushTfjs();
  const failing = profileGpu(device, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(Object.hasOwn(device, 'createCommandEncoder')).toBe(false);
  expect(await profileGpu({ features: new Set() } as unknown as GPUDevice, () => work(4, 1))).toBeNull();
});

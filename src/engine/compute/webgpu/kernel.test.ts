import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { selectBackend } from '../backend.ts';
import { onGpuError } from '../gpu.ts';
import { prepareNodeBackends } from '../nodeBackend.ts';
import { bufferView, flushTfjs, gpuDevice, runOperation } from './eager.ts';
import { compileKernels, pipelineOf, workgroupsFor, type Operation } from './kernel.ts';
import { compiled, Plan } from './plan.ts';

const SCALE = {
  kernel: {
    name: 'scale',
    buffers: { x: 'read f32', y: 'write f32', sum: 'write f32' },
    uniforms: { count: 'u32', factor: 'f32' },
    workgroup: [64],
    body: `
      if (index >= u.count) { return; }
      y[index] = x[index] * u.factor;
      sum[index] += y[index];`,
  },
  uniforms: ({ count, factor }) => [count, factor],
  workgroups: ({ count }) => workgroupsFor(count, 64),
} as const satisfies Operation<{ count: number; factor: number }>;

const errors: string[] = [];

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
});

async function readFloats(buffer: GPUBuffer): Promise<number[]> {
  const device = gpuDevice();
  const staging = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  return [...new Float32Array(staging.getMappedRange())];
}

const storage = (floats: number): GPUBuffer =>
  gpuDevice().createBuffer({
    size: 4 * floats,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });

describe('a kernel', () => {
  it('runs between tfjs ops, with several outputs, and in place', async () => {
    const x = tf.add(tf.tensor1d([1, 2, 3]), 1);
    const sum = tf.add(tf.tensor1d([10, 20, 30]), 0);
    await sum.data(); // leaves a copy on the CPU, which the kernel outdates
    const [y] = runOperation(SCALE, { count: 3, factor: 2 }, [x], [{ shape: [3] }, sum]);
    expect(await tf.mul(y, 10).data()).toEqual(Float32Array.of(40, 60, 80));
    expect(await sum.data()).toEqual(Float32Array.of(14, 26, 38));
    expect(errors).toEqual([]);
  });

  it('says when it gets the wrong number of uniforms', () => {
    const [x, y, sum] = [storage(4), storage(4), storage(4)];
    const plan = new Plan<number>(gpuDevice(), 'wrong');
    plan.add({ ...SCALE, uniforms: () => [1] }, { x, y, sum }, (count) => ({ count, factor: 1 }));
    expect(() => plan.prepare(4)).toThrow('kernel scale: 1 uniforms for 2');
  });
});

describe('kernels', () => {
  const named = (name: string, body: string = SCALE.kernel.body) => ({ ...SCALE.kernel, name, body });

  it('are compiled at the same time, each one once', async () => {
    const device = gpuDevice();
    const [a, b] = [named('a', 'y[index] = 1.0;'), named('b', 'y[index] = 2.0;')];
    const together = vi.spyOn(device, 'createComputePipelineAsync');
    const alone = vi.spyOn(device, 'createComputePipeline');
    await Promise.all([compileKernels(device, [a, b]), compileKernels(device, [b, a])]);
    await compileKernels(device, [a]);
    pipelineOf(device, b);
    expect(together.mock.calls.map(([{ label }]) => label)).toEqual(['a', 'b']);
    expect(alone).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('that do not compile are told, and what was made for them is given back', async () => {
    const [x, y, sum] = [storage(4), storage(4), storage(4)];
    const plan = new Plan<number>(gpuDevice(), 'broken');
    const kernel = named('broken', 'y[index] = nothing;');
    plan.add({ ...SCALE, kernel }, { x, y, sum }, (count) => ({ count, factor: 1 }));
    const dispose = vi.spyOn(plan, 'dispose');
    await expect(compiled(plan)).rejects.toThrow(/broken/);
    expect(dispose).toHaveBeenCalledOnce();
    // The driver's own words on the shader.
    await vi.waitUntil(() => errors.length > 0);
    expect(errors.splice(0).join()).toContain('nothing');
  });
});

describe('a plan', () => {
  it('replays with other sizes, and leaves out what a run does not need', async () => {
    const device = gpuDevice();
    const [x, y, sum] = [storage(100), storage(100), storage(100)];
    device.queue.writeBuffer(
      x,
      0,
      Float32Array.from({ length: 100 }, (_, i) => i),
    );
    const plan = new Plan<number>(device, 'twice');
    plan.add(SCALE, { x, y, sum }, (count) => ({ count, factor: 2 }));
    plan.add(SCALE, { x: y, y: sum, sum: x }, (count) => (count > 50 ? { count, factor: 1 } : null));
    expect(plan.length).toBe(2);
    for (const [count, replays] of [
      [100, 1],
      [10, 3],
    ]) {
      plan.prepare(count);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = 0; i < replays; i++) plan.record(pass);
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
    // First run: y = 2x, sum = y, x += y. Then three times, ten elements: y = 2x, sum += y.
    const values = await readFloats(sum);
    expect(values[5]).toBe(10 + 3 * 30);
    expect(values[50]).toBe(100);
    expect(errors).toEqual([]);
    plan.dispose();
  });
});

describe('a view of a buffer', () => {
  it('is read by tfjs where it lies, and outlives its tensor', async () => {
    const buffer = storage(128);
    gpuDevice().queue.writeBuffer(buffer, 256, Float32Array.of(3, 4));
    const view = bufferView(buffer, 256, [2]);
    expect(await tf.mul(view, view).data()).toEqual(Float32Array.of(9, 16));
    view.dispose();
    flushTfjs();
    expect((await readFloats(buffer)).slice(64, 66)).toEqual([3, 4]);
    expect(errors).toEqual([]);
  });
});

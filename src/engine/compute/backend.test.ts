import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { onGpuError, selectBackend } from './backend.ts';
import { prepareNodeBackends } from './nodeBackend.ts';

/** A page without WebGPU, or whose adapter is blocked. */
const noAdapter = { requestAdapter: async () => null } as unknown as GPU;

beforeAll(async () => {
  await prepareNodeBackends();
});

describe('selectBackend', () => {
  it('takes wasm where there is no adapter, and says so', async () => {
    const report = await selectBackend({ gpu: noAdapter });
    expect(report).toMatchObject({ name: 'wasm', adapter: null });
    expect(report.reason).toContain('no WebGPU adapter');
    expect(tf.getBackend()).toBe('wasm');
  });

  it('offers a software adapter without choosing it', async () => {
    const report = await selectBackend();
    expect(report.name).toBe('wasm');
    expect(report.adapter).toMatchObject({ isSoftware: true });
    expect(report.tried[0]).toMatchObject({ name: 'webgpu', ok: false });
    expect(report.reason).toMatch(/SwiftShader|llvmpipe/i);
  });

  it('says what is missing when the backend that was asked for cannot run', async () => {
    await expect(selectBackend({ forced: 'webgpu', gpu: noAdapter })).rejects.toThrow(
      /"webgpu" was asked for but cannot run here: no WebGPU adapter/,
    );
  });

  it.each(['cpu', 'wasm', 'webgpu', 'cpu'] as const)('starts %s when asked for', async (forced) => {
    const report = await selectBackend({ forced });
    expect(report).toMatchObject({ name: forced, reason: 'asked for' });
    expect(tf.getBackend()).toBe(forced);
    expect([...(await tf.mul(tf.tensor1d([1, 2, 3]), 2).data())]).toEqual([2, 4, 6]);
  });

  it('reports WebGPU errors that nobody caught', async () => {
    await selectBackend({ forced: 'webgpu' });
    const seen: string[] = [];
    const stop = onGpuError((message) => seen.push(message));
    const { device } = tf.backend() as unknown as { device: GPUDevice };
    device.createBuffer({ size: 16, usage: 0x0001 | 0x0002 });
    await device.queue.onSubmittedWorkDone();
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop();
    expect(seen).toHaveLength(1);
  }, 60_000);
});

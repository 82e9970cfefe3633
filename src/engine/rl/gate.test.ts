import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { onGpuError } from '../compute/gpu.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { fusedOpsOff, setFusedOpsOff } from '../compute/webgpu/fused.ts';
import { gpuDevice } from '../compute/webgpu/eager.ts';
import type { Matmul } from '../compute/webgpu/linearVariants.ts';
import { noteMatmul } from '../compute/webgpu/measureMatmul.ts';
import { passGate } from './gate.ts';

const errors: string[] = [];

beforeAll(async () => {
  await prepareNodeBackends();
  onGpuError((message) => errors.push(message));
});

afterEach(() => {
  setFusedOpsOff(null);
});

/** A new device on which dense layers are computed in one of the ways. */
async function newDevice(matmul: Matmul): Promise<GPUDevice> {
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  await selectBackend({ forced: 'webgpu' });
  const milliseconds = { registers: 2, blocks: 2, tiles: 2, [matmul]: 1 };
  noteMatmul(gpuDevice(), milliseconds);
  return gpuDevice();
}

/** A new device whose driver compiles one kernel as another program. */
async function deviceThatMakes(
  kernel: string,
  from: RegExp,
  to: string,
  matmul: Matmul = 'registers',
): Promise<void> {
  const device = await newDevice(matmul);
  const make = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => {
    if (descriptor.label !== kernel) return make(descriptor);
    const code = descriptor.code.replace(from, to);
    expect(code).not.toBe(descriptor.code);
    return make({ ...descriptor, code });
  };
}

describe('the gate of the static plans', () => {
  it.each(['registers', 'blocks', 'tiles'] as const)(
    'opens where they compute as the cpu does, by %s',
    async (matmul) => {
      await newDevice(matmul);
      const before = tf.memory().numTensors;
      expect(await passGate()).toBeNull();
      expect(fusedOpsOff()).toBeNull();
      expect(tf.getBackend()).toBe('webgpu');
      expect(tf.memory().numTensors).toBe(before);
      expect(errors).toEqual([]);
    },
    60_000,
  );

  it.each([
    ['linear', /acc0_0 \+= /, 'acc0_0 -= ', /sampled|decode|log-probs/],
    ['rms_norm_backward', /\(g - /, '(1.1 * g - ', /gradient norm|updated/],
    ['attention_key_gradient', /\* u\.scale/, '* 1.5 * u.scale', /gradient norm|updated/],
    ['adamw_update', /u\.decay -/, 'u.decay +', /updated/],
    ['rope_decode', /let sign = 1\.0/, 'let sign = -1.0', /sampled|decode/],
  ])(
    'stays shut when %s computes wrongly, and says what differs',
    async (kernel, from, to, what) => {
      await deviceThatMakes(kernel, from, to);
      expect(await passGate()).toMatch(what);
      expect(fusedOpsOff()).toMatch(what);
      expect(tf.getBackend()).toBe('webgpu');
    },
    60_000,
  );

  it('stays shut when tiles are chosen and compute wrongly', async () => {
    await deviceThatMakes('linear_tiles', /column \+ 8u < end/, 'column + 8u < end - 1u', 'tiles');
    expect(await passGate()).toMatch(/sampled|decode|log-probs/);
  }, 60_000);

  it('stays shut when a kernel does not compile', async () => {
    await deviceThatMakes('swiglu_forward', /fn main/, 'fn mine');
    expect(await passGate()).not.toBeNull();
    errors.length = 0;
  }, 60_000);
});

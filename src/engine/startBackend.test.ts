import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { prepareNodeBackends } from './compute/nodeBackend.ts';
import { gpuDevice } from './compute/webgpu/eager.ts';
import { fusedOpsOff, setFusedOpsOff } from './compute/webgpu/fused.ts';
import { noteMatmul } from './compute/webgpu/measureMatmul.ts';
import { gpuTuning } from './compute/webgpu/tuning.ts';
import { startBackend } from './startBackend.ts';

beforeAll(prepareNodeBackends);

afterEach(() => {
  setFusedOpsOff(null);
  tf.removeBackend('webgpu');
});

/** The software adapter under the name of a GPU, whose driver compiles shaders as `compile` says. */
function gpuNamed(device: string, compile = (code: string) => code): GPU {
  const requestAdapter = async (): Promise<GPUAdapter> => {
    const adapter = (await navigator.gpu.requestAdapter())!;
    const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
      const made = await adapter.requestDevice(descriptor);
      const make = made.createShaderModule.bind(made);
      made.createShaderModule = (module) => make({ ...module, code: compile(module.code) });
      // On a software adapter the work of a GPU would take minutes.
      noteMatmul(made, { registers: 1, blocks: 2, tiles: 2 });
      return made;
    };
    const info = { vendor: 'test', architecture: '', device, description: '', isFallbackAdapter: false };
    const { features, limits } = adapter;
    return { features, limits, info, requestDevice } as unknown as GPUAdapter;
  };
  return { requestAdapter } as unknown as GPU;
}

describe('a backend with subgroups', () => {
  it('uses them where they compute rightly', async () => {
    const report = await startBackend({ gpu: gpuNamed('a GPU') });
    expect(report.name).toBe('webgpu');
    expect(report.fusedOps).toEqual({
      on: true,
      why: 'they compute here as the cpu does, subgroups included',
    });
    expect(gpuTuning(gpuDevice()).lanes).toBe('subgroups');
  });

  it('leaves them out where they do not, and says what differed', async () => {
    let wrong = 0;
    const gpu = gpuNamed('a GPU with a faulty driver', (code) => {
      if (code.includes('subgroupAdd')) wrong += 1;
      return code.replace('subgroupAdd(mine)', 'subgroupAdd(2.0 * mine)');
    });
    const report = await startBackend({ gpu });
    expect(wrong).toBeGreaterThan(0);
    expect(report.fusedOps?.on).toBe(true);
    expect(report.fusedOps?.why).toMatch(/not by subgroups, which are left out \(.+: \S+ for \S+\)/);
    expect(fusedOpsOff()).toBeNull();
    expect(gpuTuning(gpuDevice()).lanes).toBe(64);
  });
});

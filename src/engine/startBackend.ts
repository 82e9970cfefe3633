import { selectBackend, type BackendOptions, type BackendReport } from './compute/backend.ts';
import { gpuDevice } from './compute/webgpu/eager.ts';
import { describeMatmul, measureMatmul } from './compute/webgpu/measureMatmul.ts';
import { gpuTuning, leaveOutSubgroups } from './compute/webgpu/tuning.ts';
import { passGate } from './rl/gate.ts';

/** The gate with subgroups where kernels use them, and without where it stays shut so. */
async function passGates(device: GPUDevice): Promise<NonNullable<BackendReport['fusedOps']>> {
  const passed = (how: string) => ({ on: true, why: `they compute here as the cpu does${how}` });
  const subgroups = gpuTuning(device).lanes === 'subgroups';
  const why = await passGate();
  if (why === null) return passed(subgroups ? ', subgroups included' : '');
  if (!subgroups) return { on: false, why };
  leaveOutSubgroups(device);
  const without = await passGate();
  if (without !== null) return { on: false, why: without };
  return passed(`, but not by subgroups, which are left out (${why})`);
}

/**
 * Starts a backend as `selectBackend` does and, on webgpu, measures how dense layers are best computed here and lets the
 * fused ops, with that choice, show that they compute rightly.
 */
export async function startBackend(options: BackendOptions = {}): Promise<BackendReport> {
  const report = await selectBackend(options);
  if (report.name !== 'webgpu') return report;
  const device = gpuDevice();
  const matmul = describeMatmul(await measureMatmul(device));
  return { ...report, matmul, fusedOps: await passGates(device) };
}

import { selectBackend, type BackendOptions, type BackendReport } from './compute/backend.ts';
import { gpuDevice } from './compute/webgpu/eager.ts';
import { describeMatmul, measureMatmul } from './compute/webgpu/measureMatmul.ts';
import { passGate } from './rl/gate.ts';

/**
 * Starts a backend as `selectBackend` does and, on webgpu, measures how dense layers are best computed here and lets the
 * fused ops, with that choice, show that they compute rightly.
 */
export async function startBackend(options: BackendOptions = {}): Promise<BackendReport> {
  const report = await selectBackend(options);
  if (report.name !== 'webgpu') return report;
  const matmul = describeMatmul(await measureMatmul(gpuDevice()));
  const why = await passGate();
  return {
    ...report,
    matmul,
    fusedOps: { on: why === null, why: why ?? 'they compute here as the cpu does' },
  };
}

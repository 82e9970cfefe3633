import { selectBackend, type BackendOptions, type BackendReport } from './compute/backend.ts';
import { passGate } from './rl/gate.ts';

/** Starts a backend as `selectBackend` does and, on webgpu, lets the fused ops show that they compute rightly here. */
export async function startBackend(options: BackendOptions = {}): Promise<BackendReport> {
  const report = await selectBackend(options);
  if (report.name !== 'webgpu') return report;
  const why = await passGate();
  return { ...report, fusedOps: { on: why === null, why: why ?? 'they compute here as the cpu does' } };
}

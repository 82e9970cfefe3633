import { isSoftwareDevice } from '../gpu.ts';
import { rowsFor } from './attentionShader.ts';
import type { Matmul } from './linearVariants.ts';
import { measuredMatmul } from './measureMatmul.ts';
import type { Lanes } from './rowLanes.ts';

/** Choices of the kernels that fit an adapter. */
export interface GpuTuning {
  /** Invocations that share a row of logits or of a norm: 64 on a GPU, 1 where barriers are slow. */
  readonly lanes: Lanes;
  /** Invocations that share the keys of a decoded token. */
  readonly attentionLanes: number;
  /** A small layer of a token step in one dispatch, whose parts meet at barriers. */
  readonly wholeLayers: boolean;
  /** Shares of the rows in a weight gradient: a large GPU needs many invocations, a software adapter few. */
  readonly parts: number;
  /** How the products of dense layers are computed. */
  readonly matmul: Matmul;
  /** Queries, or keys, of one attention invocation. */
  readonly attentionRows: (headDim: number) => number;
}

export const SOFTWARE: GpuTuning = {
  lanes: 1,
  attentionLanes: 1,
  wholeLayers: false,
  parts: 1,
  matmul: 'registers',
  attentionRows: (headDim) => rowsFor(headDim, true),
};
export const HARDWARE: GpuTuning = {
  lanes: 64,
  attentionLanes: 32,
  wholeLayers: true,
  parts: 16,
  matmul: 'registers',
  attentionRows: (headDim) => rowsFor(headDim, false),
};

const withoutSubgroups = new WeakSet<GPUDevice>();

/** From now on the kernels of a device do without subgroups. */
export function leaveOutSubgroups(device: GPUDevice): void {
  withoutSubgroups.add(device);
}

/**
 * The choices for a device: by its kind, the matmul by its measurement where there was one, subgroups where it has them
 * and they were not left out.
 */
export function gpuTuning(device: GPUDevice): GpuTuning {
  const tuning = isSoftwareDevice(device) ? SOFTWARE : HARDWARE;
  const subgroups = device.features.has('subgroups') && !withoutSubgroups.has(device);
  return {
    ...tuning,
    lanes: tuning.lanes === 64 && subgroups ? 'subgroups' : tuning.lanes,
    matmul: measuredMatmul(device)?.chosen ?? tuning.matmul,
  };
}

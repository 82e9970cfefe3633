import { isSoftwareDevice } from '../gpu.ts';
import { rowsFor } from './attentionShader.ts';
import type { Lanes } from './rowLanes.ts';

/** Choices of the kernels that fit an adapter. */
export interface GpuTuning {
  /** Invocations that share a row of logits: 64 on a GPU, 1 where barriers are slow. */
  readonly lanes: Lanes;
  /** Invocations that share the keys of a decoded token. */
  readonly attentionLanes: number;
  /** Shares of the rows in a weight gradient: a large GPU needs many invocations, a software adapter few. */
  readonly parts: number;
  /** Queries, or keys, of one attention invocation. */
  readonly attentionRows: (headDim: number) => number;
}

const SOFTWARE: GpuTuning = {
  lanes: 1,
  attentionLanes: 1,
  parts: 1,
  attentionRows: (headDim) => rowsFor(headDim, true),
};
const HARDWARE: GpuTuning = {
  lanes: 64,
  attentionLanes: 32,
  parts: 16,
  attentionRows: (headDim) => rowsFor(headDim, false),
};

/** The choices for a device. */
export function gpuTuning(device: GPUDevice): GpuTuning {
  return isSoftwareDevice(device) ? SOFTWARE : HARDWARE;
}

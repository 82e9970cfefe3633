import type { Lanes } from './rowLanes.ts';

/** Choices of the kernels that fit an adapter. */
export interface GpuTuning {
  /** Invocations that share a row of logits: 64 on a GPU, 1 where barriers are slow. */
  readonly lanes: Lanes;
  /** Shares of the rows in a weight gradient: a large GPU needs many invocations, a software adapter few. */
  readonly parts: number;
}

const SOFTWARE: GpuTuning = { lanes: 1, parts: 1 };
const HARDWARE: GpuTuning = { lanes: 64, parts: 16 };

let tuning: GpuTuning = SOFTWARE;

/** The choices for the adapter in use. */
export function gpuTuning(): GpuTuning {
  return tuning;
}

/** Called when a device is opened. */
export function tuneFor({ isSoftware }: { readonly isSoftware: boolean }): void {
  tuning = isSoftware ? SOFTWARE : HARDWARE;
}

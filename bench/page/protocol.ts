/** What the page asks of a worker, and what it answers. */
import type { AdapterDescription } from '../../src/engine/compute/gpu.ts';
import type { BatchSizes, BenchSetup } from '../../src/engine/measure/batch.ts';
import type { KernelTime } from '../../src/engine/measure/gpuProfile.ts';
import type { Measure, TrainResult } from '../../src/engine/measure/index.ts';
import type { ContenderName } from '../contenders.ts';

export type Request =
  /** Samples a batch of a shipped checkpoint on wasm. */
  | { readonly ask: 'setup'; readonly preset: string; readonly tasks: string; readonly sizes: BatchSizes }
  | { readonly ask: 'adapter' }
  | { readonly ask: 'prepare'; readonly contender: ContenderName; readonly setup: BenchSetup }
  | { readonly ask: Measure; readonly seed: number }
  /** One call of ours, kernel by kernel. */
  | { readonly ask: 'profile'; readonly measure: Measure };

/** A call and how long it took, in milliseconds, from before it to when its result had been read. */
export interface Timed {
  readonly milliseconds: number;
  readonly tokens: number;
  readonly trained: TrainResult | null;
}
/** null: this device keeps no time. */
export type Profiled = readonly KernelTime[] | null;
export type Answer = BenchSetup | AdapterDescription | Timed | Profiled;
export type Reply = { readonly value: Answer } | { readonly error: string };

/** What the page asks of a worker, and what it answers. */
import type { AdapterDescription } from '../../src/engine/compute/gpu.ts';
import type { BatchSizes, BenchSetup } from '../../src/engine/measure/batch.ts';
import type { Measure, TrainResult } from '../../src/engine/measure/index.ts';
import type { ContenderName } from '../contenders.ts';

export type Request =
  /** Samples a batch of a shipped checkpoint on wasm. */
  | { readonly ask: 'setup'; readonly preset: string; readonly tasks: string; readonly sizes: BatchSizes }
  | { readonly ask: 'adapter' }
  | { readonly ask: 'prepare'; readonly contender: ContenderName; readonly setup: BenchSetup }
  | { readonly ask: Measure; readonly seed: number };

/** A call and how long it took, in milliseconds, from before it to when its result had been read. */
export interface Timed {
  readonly milliseconds: number;
  readonly tokens: number;
  readonly trained: TrainResult | null;
}
export type Answer = BenchSetup | AdapterDescription | Timed | null;
export type Reply = { readonly value: Answer } | { readonly error: string };

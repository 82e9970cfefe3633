/** What the benchmark found, as numbers. */
import type { AdapterDescription } from '../src/engine/compute/gpu.ts';
import type { TrainResult } from '../src/engine/measure/index.ts';
import type { ContenderName } from './contenders.ts';
import type { Counts } from '../src/engine/measure/gpuCounter.ts';
import type { KernelTime } from '../src/engine/measure/gpuProfile.ts';
import type { Measure } from '../src/engine/measure/index.ts';

/** One call. Rounds below 0 warmed up. */
export interface Timing {
  readonly preset: string;
  readonly contender: ContenderName;
  readonly measure: Measure;
  readonly round: number;
  readonly milliseconds: number;
  /** Sampled; 0 where nothing is. */
  readonly tokens: number;
  readonly trained: TrainResult | null;
}

/** One call of ours, kernel by kernel, the longest first. */
export interface Profile {
  readonly preset: string;
  readonly measure: Measure;
  readonly kernels: readonly KernelTime[];
}

export interface TimedPart {
  readonly timings: readonly Timing[];
  readonly profiles: readonly Profile[];
  /** What was left out, in words. */
  readonly notes: readonly string[];
}

export const COUNTED_MEASURES = ['training', 'optimiser', 'rollouts'] as const;
export type CountedMeasure = (typeof COUNTED_MEASURES)[number];

/** What one call asks of the device, on Dawn's null backend. */
export interface Counted {
  readonly scenario: string;
  readonly contender: ContenderName;
  readonly measure: CountedMeasure;
  /** Token steps of a rollout batch. */
  readonly tokens: number;
  readonly counts: Counts;
}

/** What a run of the benchmark says of itself and found. */
export interface BenchResults {
  readonly date: string;
  /** `quick` or `full`. */
  readonly form: string;
  readonly adapter: AdapterDescription | null;
  /** Name → version, or text. */
  readonly machine: Readonly<Record<string, string>>;
  readonly timings: readonly Timing[];
  /** Empty where the device keeps no time. */
  readonly profiles: readonly Profile[];
  readonly counted: readonly Counted[];
  /** What was left out, in words. */
  readonly notes: readonly string[];
}

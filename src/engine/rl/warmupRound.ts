/** A warm-up of a policy that exists: what is asked for, what is kept of it. Plain data, for page and worker alike. */
import type { Part, TeacherFaults } from '../tasks/types.ts';
import type { OptimizerConfig } from './types.ts';
import type { WarmupConfig } from './warmup.ts';

export interface WarmupChoice {
  /** Supervised steps of the whole schedule. */
  readonly steps: number;
  /** Samples a step. */
  readonly batchSize: number;
  /** Peak of the cosine schedule. */
  readonly learningRate: number;
  readonly faults: TeacherFaults;
}

/** The defaults of `warmup` on the command line. The rate suits the small presets; METHOD's 1e-5 is the 7B's. */
export const WARMUP_DEFAULTS = { batchSize: 64, learningRate: 0.0005, rowsPerMicroBatch: 32 } as const;

/** Greedy measures on the same few samples. */
export interface WarmupMeasures {
  readonly accuracy: number;
  readonly description_f1: number | null;
}

/** A warm-up that was done, with what made it and what it did. */
export interface WarmupRound extends WarmupChoice {
  readonly tasks: string;
  readonly seed: number;
  /** Hash of the policy it began with, and of the one it made. */
  readonly from: string;
  readonly policyHash: string;
  /** Cross-entropy of the first and of the last step's batch, nats a token. */
  readonly firstLoss: number;
  readonly lastLoss: number;
  readonly measured: {
    readonly part: Part;
    readonly n: number;
    readonly before: WarmupMeasures;
    readonly after: WarmupMeasures;
  };
}

/** The config of a warm-up that trains the language model alone. */
export function warmupConfig(
  { steps, batchSize, learningRate, faults }: WarmupChoice,
  seed: number,
  optimizer: OptimizerConfig,
): WarmupConfig {
  return {
    seed,
    batchSize,
    steps,
    optimizer: { ...optimizer, learningRate },
    schedule: 'cosine',
    trainEverything: false,
    faults,
    rowsPerMicroBatch: WARMUP_DEFAULTS.rowsPerMicroBatch,
  };
}

/** The round as the command line says it, for a checkpoint's history. */
export function commandOf(
  { steps, batchSize, learningRate, faults, tasks, seed }: WarmupRound,
  preset: string,
): string {
  return [
    `warmup --preset ${preset} --tasks ${tasks}`,
    `--steps ${steps} --batch ${batchSize} --micro-batch ${WARMUP_DEFAULTS.rowsPerMicroBatch}`,
    `--learning-rate ${learningRate} --seed ${seed} --faults ${JSON.stringify(faults)}`,
  ].join(' ');
}

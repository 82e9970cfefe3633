/**
 * What a benchmark asks of everybody: the same policy, weights and batch, one training micro-batch, one rollout batch
 * and one whole step.
 *
 * Words: **contender** a way to do that work, ours or another's · **batch** groups of rollouts of one prompt each, with
 * everything an update needs · **round** one call of every contender, so that all meet the same machine.
 */
import type { NamedTensors, PolicyConfig } from '../model/types.ts';
import { PEBR_OBJECTIVE, PRESETS } from '../rl/presets.ts';

export interface BenchGroup {
  readonly prompt: readonly number[];
  readonly rows: readonly BenchRow[];
}
export interface BenchRow {
  readonly response: readonly number[];
  readonly advantage: number;
  /** Of each response token, nats. */
  readonly referenceLogProbs: readonly number[];
}
/** Groups of one size, and their pictures. */
export interface BenchBatch {
  readonly groups: readonly BenchGroup[];
  /** [groups, 3, S, S], normalised. */
  readonly pixels: Float32Array;
  /** A rollout ends here at the latest. */
  readonly maxNewTokens: number;
}

/** What is timed, in the order of a report. */
export const MEASURES = ['training', 'rollouts', 'step'] as const;
export type Measure = (typeof MEASURES)[number];

/** What a training micro-batch came to; contenders must agree on all three. */
export interface TrainResult {
  readonly loss: number;
  readonly kl: number;
  /** Global, before clipping. */
  readonly gradNorm: number;
}

export interface Contender {
  /** Takes the weights and the batch, and starts the device. Called once, first. */
  prepare(config: PolicyConfig, weights: NamedTensors, batch: BenchBatch): Promise<void>;
  /** Forward, backward and AdamW on the batch with its reference log-probs; resolves when the loss has been read. */
  trainMicroBatch(): Promise<TrainResult>;
  /** Prefill and cached sampling at temperature 1 for the batch's prompts; resolves with each row's response. */
  rolloutBatch(seed: number): Promise<readonly (readonly number[])[]>;
  /** A GRPO step: rollouts, the reference's log-probs of them, then the micro-batch on them. As above. */
  wholeStep(seed: number): Promise<readonly (readonly number[])[]>;
  /** AdamW alone, with gradients of 0; absent where it is no call of its own. */
  optimise?(): Promise<unknown>;
  dispose(): void;
}

/** The objective and the optimiser of every contender. */
export const OBJECTIVE = PEBR_OBJECTIVE;
export const OPTIMIZER = PRESETS.tiny.optimizer;
/** Bound of differences of log-probs before exp, and of the KL estimate after it. */
export const LOG_RATIO_BOUND = 20;
export const KL_BOUND = 10;

export const rowsOf = (batch: BenchBatch): readonly BenchRow[] => batch.groups.flatMap(({ rows }) => rows);

/** The batch with other responses, row by row. */
export function withResponses(batch: BenchBatch, responses: readonly (readonly number[])[]): BenchBatch {
  let next = 0;
  return {
    ...batch,
    groups: batch.groups.map(({ prompt, rows }) => ({
      prompt,
      rows: rows.map((row) => ({ ...row, response: responses[next++] })),
    })),
  };
}

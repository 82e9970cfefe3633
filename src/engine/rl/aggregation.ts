/** How per-token losses become one number, whatever pieces a mini-batch is cut into. */
import type { Aggregation, LossType, ObjectiveConfig } from './types.ts';

/** Sizes of a whole mini-batch. */
export interface MiniBatchSizes {
  /** Unmasked response tokens. */
  readonly tokens: number;
  readonly rows: number;
  /** `maxNewTokens`; only `constant` divides by it. */
  readonly maxCompletionLength: number;
}

/** Taken of the mini-batch, so that the losses of its micro-batches add up to the loss of the whole. */
export interface Normaliser extends MiniBatchSizes {
  readonly aggregation: Aggregation;
}

/** The objective's aggregation, its loss type's own unless it names one, over a mini-batch of these sizes. */
export function lossNormaliser(
  { lossType, aggregation }: Pick<ObjectiveConfig, 'lossType' | 'aggregation'>,
  sizes: MiniBatchSizes,
): Normaliser {
  return { ...sizes, aggregation: aggregation === 'default' ? aggregationOf(lossType) : aggregation };
}

/**
 * pebr, dapo, bnpo, cispo, vespo: mean over all tokens of the mini-batch (TRL's bnpo would normalise each
 * micro-batch by itself; with one micro-batch the two are equal). grpo, sapo: mean over rows of the row's token
 * mean. dr_grpo: sum over a constant. luspo: mean over rows of the row's sum.
 */
function aggregationOf(lossType: LossType): Aggregation {
  switch (lossType) {
    case 'pebr':
    case 'dapo':
    case 'bnpo':
    case 'cispo':
    case 'vespo':
      return 'token_mean';
    case 'grpo':
    case 'sapo':
      return 'row_mean';
    case 'dr_grpo':
      return 'constant';
    case 'luspo':
      return 'row_sum';
    default:
      return lossType satisfies never;
  }
}

/** What each token of a row of `rowTokens` tokens is multiplied by. */
export function tokenWeight(normaliser: Normaliser, rowTokens: number): number {
  switch (normaliser.aggregation) {
    case 'token_mean':
      return 1 / Math.max(1, normaliser.tokens);
    case 'row_mean':
      return 1 / (normaliser.rows * Math.max(1, rowTokens));
    case 'constant':
      return 1 / (normaliser.rows * normaliser.maxCompletionLength);
    case 'row_sum':
      return 1 / normaliser.rows;
    default:
      return normaliser.aggregation satisfies never;
  }
}

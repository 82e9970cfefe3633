/**
 * The objective in float64 on plain arrays: what one token adds, its exact derivative, and how tokens are
 * averaged. It is the oracle of the tensor version (objective.ts) and computes the metrics the page shows, from
 * the very log-probs that trained. PeBR: EasyR1 core_algos; the others: TRL 1.13 GRPOTrainer.
 */
import type { LossType, ObjectiveConfig } from './types.ts';

/** How per-token losses become one number. */
export type Aggregation = 'token_mean' | 'row_mean' | 'constant';

/** Sizes of a whole mini-batch. */
export interface MiniBatchSizes {
  /** Unmasked response tokens. */
  readonly tokens: number;
  readonly rows: number;
  /** `maxNewTokens`; only dr_grpo divides by it. */
  readonly maxCompletionLength: number;
}

/** Taken of the mini-batch, so that the losses of its micro-batches add up to the loss of the whole. */
export interface Normaliser extends MiniBatchSizes {
  readonly aggregation: Aggregation;
}

/** One response token: loss parts before aggregation and their derivatives with respect to its log-prob. */
export interface TokenObjective {
  readonly policyLoss: number;
  readonly policyGradient: number;
  /** k3 (times the ratio when `biasCorrectedKl`), nats; 0 without a reference. */
  readonly kl: number;
  readonly klGradient: number;
  readonly ratio: number;
  /** TRL's clip metrics: ratio under the range with A < 0, over it with A > 0. */
  readonly clippedLow: boolean;
  readonly clippedHigh: boolean;
}

export interface ObjectiveSums {
  readonly tokens: number;
  readonly kl: number;
  readonly clippedLow: number;
  readonly clippedHigh: number;
}

type Rows = readonly ArrayLike<number>[];
export interface ObjectiveInput {
  /** [B][T], nats, of the full softmax at logits / temperature. */
  readonly logProbs: Rows;
  readonly oldLogProbs: Rows;
  readonly referenceLogProbs: Rows | null;
  /** [B] */
  readonly advantages: ArrayLike<number>;
  /** [B][T], 1 on response tokens. */
  readonly mask: Rows;
}

/** PeBR clamps k3 here (EasyR1 `low_var_kl`). */
export const PEBR_K3_CAP = 10;

/**
 * Differences of log-probs are clamped at this before exp; beyond, the derivative is 0. PeBR's is 20. TRL has no
 * clamp; 40 leaves its values alone up to e^40 and keeps ratio × k3 finite in float32.
 */
export function logDifferenceBound(lossType: LossType): number {
  return lossType === 'pebr' ? 20 : 40;
}

/**
 * pebr, dapo, bnpo: mean over all tokens of the mini-batch (TRL's bnpo would normalise each micro-batch by itself;
 * with one micro-batch the two are equal). grpo: mean over rows of the row's token mean. dr_grpo: a constant.
 */
export function lossNormaliser(lossType: LossType, sizes: MiniBatchSizes): Normaliser {
  return { ...sizes, aggregation: aggregationOf(lossType) };
}

function aggregationOf(lossType: LossType): Aggregation {
  switch (lossType) {
    case 'pebr':
    case 'dapo':
    case 'bnpo':
      return 'token_mean';
    case 'grpo':
      return 'row_mean';
    case 'dr_grpo':
      return 'constant';
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
    default:
      return normaliser.aggregation satisfies never;
  }
}

/** The objective of one token. Log-probs in nats; without a reference the KL is 0. */
export function tokenObjective(
  logProb: number,
  oldLogProb: number,
  referenceLogProb: number | null,
  advantage: number,
  config: ObjectiveConfig,
): TokenObjective {
  const pebr = config.lossType === 'pebr';
  const bound = logDifferenceBound(config.lossType);
  const logRatio = logProb - oldLogProb;
  const ratio = Math.exp(clamp(logRatio, -bound, bound));
  const slope = Math.abs(logRatio) <= bound ? ratio : 0;
  const low = 1 - config.clipLow;
  const high = 1 + config.clipHigh;
  const inRange = ratio >= low && ratio <= high;
  const cap = !pebr && config.dualClip !== null ? config.dualClip : Infinity;
  const capped = Math.min(ratio, cap);

  const unclippedLoss = -advantage * capped;
  const clippedLoss = -advantage * clamp(ratio, low, high);
  const takesUnclipped = unclippedLoss >= clippedLoss;
  let policyLoss = takesUnclipped ? unclippedLoss : clippedLoss;
  let flows = takesUnclipped ? ratio <= cap : inRange;
  if (pebr && config.dualClip !== null && advantage < 0 && policyLoss > -advantage * config.dualClip) {
    policyLoss = -advantage * config.dualClip;
    flows = false;
  }
  const kl = tokenKl(logProb, referenceLogProb, ratio, slope, config);
  return {
    policyLoss,
    policyGradient: flows ? -advantage * slope : 0,
    kl: kl.value,
    klGradient: kl.gradient,
    ratio,
    clippedLow: capped < low && advantage < 0,
    clippedHigh: capped > high && advantage > 0,
  };
}

function tokenKl(
  logProb: number,
  referenceLogProb: number | null,
  ratio: number,
  ratioSlope: number,
  config: ObjectiveConfig,
): { value: number; gradient: number } {
  if (referenceLogProb === null) return { value: 0, gradient: 0 };
  const pebr = config.lossType === 'pebr';
  const bound = logDifferenceBound(config.lossType);
  const difference = referenceLogProb - logProb;
  const d = clamp(difference, -bound, bound);
  const k3 = Math.expm1(d) - d;
  const slope = Math.abs(difference) <= bound ? -Math.expm1(d) : 0;
  if (pebr) return k3 > PEBR_K3_CAP ? { value: PEBR_K3_CAP, gradient: 0 } : { value: k3, gradient: slope };
  if (!config.biasCorrectedKl) return { value: k3, gradient: slope };
  return { value: k3 * ratio, gradient: slope * ratio + k3 * ratioSlope };
}

export interface ReferenceLoss {
  /** policyLoss + klCoefficient × kl. */
  readonly loss: number;
  readonly policyLoss: number;
  /** KL aggregated as the loss is (the metric `kl` is the token mean: sums.kl / sums.tokens). */
  readonly kl: number;
  /** d loss / d log-prob, [B][T], 0 where masked. */
  readonly gradient: number[][];
  readonly sums: ObjectiveSums;
}

/** Value, derivative and clip counts over the unmasked tokens of a (micro-)batch, float64. */
export function referencePolicyLoss(
  input: ObjectiveInput,
  config: ObjectiveConfig,
  normaliser: Normaliser,
): ReferenceLoss {
  let policyLoss = 0;
  let kl = 0;
  const sums = { tokens: 0, kl: 0, clippedLow: 0, clippedHigh: 0 };
  const gradient = input.logProbs.map((row, b) => {
    const mask = Array.from(input.mask[b]);
    const rowTokens = mask.reduce((sum, m) => sum + m, 0);
    const weight = tokenWeight(normaliser, rowTokens);
    const reference = input.referenceLogProbs?.[b];
    return mask.map((m, t) => {
      if (m === 0) return 0;
      const old = input.oldLogProbs[b][t];
      const token = tokenObjective(row[t], old, reference?.[t] ?? null, input.advantages[b], config);
      policyLoss += weight * token.policyLoss;
      kl += weight * token.kl;
      sums.tokens += 1;
      sums.kl += token.kl;
      sums.clippedLow += Number(token.clippedLow);
      sums.clippedHigh += Number(token.clippedHigh);
      return weight * (token.policyGradient + config.klCoefficient * token.klGradient);
    });
  });
  return { loss: policyLoss + config.klCoefficient * kl, policyLoss, kl, gradient, sums };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/**
 * What one token adds to the loss, in float64: value and exact derivative of every loss type and KL estimator. A
 * term depends on the token's log-prob in two ways, directly and through the log-ratio that it is weighted with;
 * the two derivatives stay apart, because a sequence's log-ratio belongs to all its tokens.
 * PeBR: EasyR1 core_algos; the others: TRL 1.13 GRPOTrainer.
 */
import type { LossType, ObjectiveConfig } from './types.ts';

export interface Term {
  readonly value: number;
  /** d value / d log-prob at a fixed log-ratio. */
  readonly direct: number;
  /** d value / d log-ratio. */
  readonly throughRatio: number;
}

export interface Ratio {
  readonly value: number;
  /** d ratio / d log-ratio: 0 where the log-ratio is held at its bound. */
  readonly slope: number;
}

/** PeBR holds a KL estimate within this (EasyR1 `low_var_kl`). */
export const KL_CAP = 10;
/** The logarithm of vespo's sequence ratio is held within this. */
export const VESPO_LOG_RATIO_BOUND = 20;
/** PeBR's bound on a difference of log-probs before exp. */
const PEBR_BOUND = 20;
/** Where there is no bound: leaves values alone up to e^40 and keeps ratio × k3 finite in float32. */
const FREE_BOUND = 40;

/** Log-ratios are held within this; beyond, the derivative is 0. TRL has no such bound. */
export function logRatioBound(lossType: LossType): number {
  return lossType === 'pebr' ? PEBR_BOUND : FREE_BOUND;
}

/** Differences to the reference's log-probs are held within this; beyond, the derivative is 0. */
export function klDifferenceBound({ clampKl }: Pick<ObjectiveConfig, 'clampKl'>): number {
  return clampKl ? PEBR_BOUND : FREE_BOUND;
}

export function ratioOf(logRatio: number, lossType: LossType): Ratio {
  const bound = logRatioBound(lossType);
  const value = Math.exp(clamp(logRatio, -bound, bound));
  return { value, slope: Math.abs(logRatio) <= bound ? value : 0 };
}

/** The policy part. `rowLogRatio`: sum of the row's token log-ratios, which only vespo reads. */
export function policyTerm(
  logProb: number,
  ratio: Ratio,
  rowLogRatio: number,
  advantage: number,
  config: ObjectiveConfig,
): Term {
  const { lossType } = config;
  switch (lossType) {
    case 'pebr':
    case 'grpo':
    case 'dr_grpo':
    case 'dapo':
    case 'bnpo':
    case 'luspo':
      return clippedTerm(ratio, advantage, config);
    case 'cispo': {
      // The clipped ratio is a weight without a gradient, so a token that is clipped goes on learning.
      const weight = clamp(ratio.value, 1 - config.clipLow, 1 + config.clipHigh);
      return weightedLogProb(logProb, weight, advantage);
    }
    case 'vespo':
      return weightedLogProb(logProb, vespoWeight(rowLogRatio, advantage, config), advantage);
    case 'sapo': {
      const { temperaturePositive, temperatureNegative } = config.sapo;
      const temperature = advantage > 0 ? temperaturePositive : temperatureNegative;
      const gate = 1 / (1 + Math.exp(-temperature * (ratio.value - 1)));
      return {
        value: (-advantage * 4 * gate) / temperature,
        direct: 0,
        throughRatio: -advantage * 4 * gate * (1 - gate) * ratio.slope,
      };
    }
    default:
      return lossType satisfies never;
  }
}

/** max(−A·ratio, −A·clipped ratio), with PeBR's dual clip for A < 0, or with the ratio capped at TRL's delta. */
function clippedTerm(ratio: Ratio, advantage: number, config: ObjectiveConfig): Term {
  const pebr = config.lossType === 'pebr';
  const low = 1 - config.clipLow;
  const high = 1 + config.clipHigh;
  const cap = ratioCap(config);
  const unclippedLoss = -advantage * Math.min(ratio.value, cap);
  const clippedLoss = -advantage * clamp(ratio.value, low, high);
  const takesUnclipped = unclippedLoss >= clippedLoss;
  let value = takesUnclipped ? unclippedLoss : clippedLoss;
  let flows = takesUnclipped ? ratio.value <= cap : ratio.value >= low && ratio.value <= high;
  if (pebr && config.dualClip !== null && advantage < 0 && value > -advantage * config.dualClip) {
    value = -advantage * config.dualClip;
    flows = false;
  }
  return { value, direct: 0, throughRatio: flows ? -advantage * ratio.slope : 0 };
}

/** REINFORCE: −A·weight·log-prob, the weight held fixed. */
function weightedLogProb(logProb: number, weight: number, advantage: number): Term {
  return { value: -advantage * weight * logProb, direct: -advantage * weight, throughRatio: 0 };
}

/** w^k · exp(λ(1 − w)) with w the ratio of the whole response: at most near w = k/λ, gone for ratios far away. */
export function vespoWeight(
  rowLogRatio: number,
  advantage: number,
  { vespo }: Pick<ObjectiveConfig, 'vespo'>,
): number {
  const k = advantage < 0 ? vespo.kNegative : vespo.kPositive;
  const lambda = advantage < 0 ? vespo.lambdaNegative : vespo.lambdaPositive;
  const logRatio = clamp(rowLogRatio, -VESPO_LOG_RATIO_BOUND, VESPO_LOG_RATIO_BOUND);
  return Math.exp(k * logRatio + lambda * (1 - Math.exp(logRatio)));
}

/** The KL part: k1, k2 or k3, within its clamps, times the ratio when bias-corrected. Nats. */
export function klTerm(
  logProb: number,
  referenceLogProb: number,
  ratio: Ratio,
  config: ObjectiveConfig,
): Term {
  const difference = referenceLogProb - logProb;
  const bound = klDifferenceBound(config);
  const estimate = klEstimate(clamp(difference, -bound, bound), config.klEstimator);
  const isHeld = Math.abs(difference) > bound || (config.clampKl && Math.abs(estimate.value) > KL_CAP);
  const value = config.clampKl ? clamp(estimate.value, -KL_CAP, KL_CAP) : estimate.value;
  const direct = isHeld ? 0 : estimate.direct;
  if (!config.biasCorrectedKl) return { value, direct, throughRatio: 0 };
  return { value: value * ratio.value, direct: direct * ratio.value, throughRatio: value * ratio.slope };
}

/** Estimate and its derivative in the log-prob, from d = reference − current. */
function klEstimate(
  d: number,
  estimator: ObjectiveConfig['klEstimator'],
): { readonly value: number; readonly direct: number } {
  switch (estimator) {
    case 'k1':
      return { value: -d, direct: 1 };
    case 'k2':
      return { value: (d * d) / 2, direct: -d };
    case 'k3':
      return { value: Math.expm1(d) - d, direct: -Math.expm1(d) };
    default:
      return estimator satisfies never;
  }
}

/**
 * TRL's clip metrics: ratio under the range with A < 0, over it with A > 0. sapo and vespo have no range. The cap
 * of `delta` comes first, as in TRL.
 */
export function clipBranch(
  ratio: Ratio,
  advantage: number,
  config: ObjectiveConfig,
): { readonly clippedLow: boolean; readonly clippedHigh: boolean } {
  if (config.lossType === 'sapo' || config.lossType === 'vespo') {
    return { clippedLow: false, clippedHigh: false };
  }
  const capped = Math.min(ratio.value, ratioCap(config));
  return {
    clippedLow: capped < 1 - config.clipLow && advantage < 0,
    clippedHigh: capped > 1 + config.clipHigh && advantage > 0,
  };
}

/** TRL's delta; PeBR's dual clip bounds the loss instead, and a weight without a gradient needs no second cap. */
function ratioCap({ lossType, dualClip }: ObjectiveConfig): number {
  return lossType === 'pebr' || lossType === 'cispo' || dualClip === null ? Infinity : dualClip;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

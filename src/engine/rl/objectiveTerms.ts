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

/** How the policy part of a token is formed; losses that share one differ in bounds and weights. */
export type PolicyTermKind = 'clipped' | 'cispo' | 'vespo' | 'sapo';

export function policyTermKind(lossType: LossType): PolicyTermKind {
  switch (lossType) {
    case 'pebr':
    case 'grpo':
    case 'dr_grpo':
    case 'dapo':
    case 'bnpo':
    case 'luspo':
      return 'clipped';
    case 'cispo':
    case 'vespo':
    case 'sapo':
      return lossType;
    default:
      return lossType satisfies never;
  }
}

/** The policy part. `rowLogRatio`: sum of the row's token log-ratios, which only vespo reads. */
export function policyTerm(
  logProb: number,
  ratio: Ratio,
  rowLogRatio: number,
  advantage: number,
  config: ObjectiveConfig,
): Term {
  const kind = policyTermKind(config.lossType);
  switch (kind) {
    case 'clipped':
      return clippedTerm(ratio, advantage, config);
    case 'cispo': {
      // The clipped ratio is a weight without a gradient, so a token that is clipped goes on learning.
      return weightedLogProb(logProb, cispoWeight(ratio.value, config), advantage);
    }
    case 'vespo':
      return weightedLogProb(logProb, vespoWeight(rowLogRatio, advantage, config), advantage);
    case 'sapo': {
      const { temperature, gate } = sapoGate(ratio.value, advantage, config);
      return {
        value: (-advantage * 4 * gate) / temperature,
        direct: 0,
        throughRatio: -advantage * 4 * gate * (1 - gate) * ratio.slope,
      };
    }
    default:
      return kind satisfies never;
  }
}

/** What a clipped loss chooses among, and what it took. */
export interface ClipChoice {
  /** Where the ratio is held for the second loss. */
  readonly low: number;
  readonly high: number;
  /** The ratio of the first loss: TRL's delta caps it. */
  readonly cappedRatio: number;
  readonly unclippedLoss: number;
  readonly clippedLoss: number;
  /** PeBR's dual clip: the most that a token with A < 0 may cost; null where there is none. */
  readonly bound: number | null;
  /**
   * `none`: the ratio itself, gradient and all · `low`, `high`: the ratio held at that end · `dual`: held at PeBR's
   * bound · `cap`: held at TRL's delta. Only `none` has a gradient.
   */
  readonly taken: 'none' | 'low' | 'high' | 'dual' | 'cap';
}

/** The candidates of a clipped loss and the one it takes: the larger, PeBR's bound put aside. */
export function clipChoice(ratio: number, advantage: number, config: ObjectiveConfig): ClipChoice {
  const low = 1 - config.clipLow;
  const high = 1 + config.clipHigh;
  const cap = ratioCap(config);
  const cappedRatio = Math.min(ratio, cap);
  const unclippedLoss = -advantage * cappedRatio;
  const clippedLoss = -advantage * clamp(ratio, low, high);
  const hasBound = config.lossType === 'pebr' && config.dualClip !== null && advantage < 0;
  const bound = hasBound ? -advantage * config.dualClip : null;
  const choice = { low, high, cappedRatio, unclippedLoss, clippedLoss, bound };
  if (bound !== null && Math.max(unclippedLoss, clippedLoss) > bound) return { ...choice, taken: 'dual' };
  if (unclippedLoss >= clippedLoss) return { ...choice, taken: ratio <= cap ? 'none' : 'cap' };
  if (ratio < low) return { ...choice, taken: 'low' };
  // Inside the range a ratio costs more than unclipped only where the cap holds the unclipped one.
  return { ...choice, taken: ratio > high ? 'high' : 'none' };
}

/** max(−A·ratio, −A·clipped ratio), with PeBR's dual clip for A < 0, or with the ratio capped at TRL's delta. */
function clippedTerm(ratio: Ratio, advantage: number, config: ObjectiveConfig): Term {
  const { taken, unclippedLoss, clippedLoss, bound } = clipChoice(ratio.value, advantage, config);
  const value = taken === 'dual' && bound !== null ? bound : Math.max(unclippedLoss, clippedLoss);
  return { value, direct: 0, throughRatio: taken === 'none' ? -advantage * ratio.slope : 0 };
}

/** sapo's soft gate in place of a clip: σ(τ(ratio − 1)), 1/2 at ratio 1, with τ by the sign of the advantage. */
export function sapoGate(
  ratio: number,
  advantage: number,
  { sapo }: Pick<ObjectiveConfig, 'sapo'>,
): { readonly temperature: number; readonly gate: number } {
  const temperature = advantage > 0 ? sapo.temperaturePositive : sapo.temperatureNegative;
  return { temperature, gate: 1 / (1 + Math.exp(-temperature * (ratio - 1))) };
}

/** The weight of cispo: the ratio held in its range, without a gradient of its own. */
export function cispoWeight(ratio: number, config: Pick<ObjectiveConfig, 'clipLow' | 'clipHigh'>): number {
  return clamp(ratio, 1 - config.clipLow, 1 + config.clipHigh);
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

/** A KL estimate on its way into the loss, nats. */
export interface KlSteps {
  /** reference − current log-prob. */
  readonly difference: number;
  /** As the estimator reads it, within ±`klDifferenceBound`. */
  readonly heldDifference: number;
  /** Of the estimator, before ±KL_CAP. */
  readonly estimate: number;
  /** Within ±KL_CAP where `clampKl`. */
  readonly held: number;
  /** The estimate times this enters the loss: the ratio when bias-corrected, else 1. */
  readonly factor: number;
}

export function klSteps(
  logProb: number,
  referenceLogProb: number,
  ratio: Ratio,
  config: ObjectiveConfig,
): KlSteps {
  const difference = referenceLogProb - logProb;
  const bound = klDifferenceBound(config);
  const heldDifference = clamp(difference, -bound, bound);
  const estimate = klEstimate(heldDifference, config.klEstimator).value;
  const held = config.clampKl ? clamp(estimate, -KL_CAP, KL_CAP) : estimate;
  return { difference, heldDifference, estimate, held, factor: config.biasCorrectedKl ? ratio.value : 1 };
}

/** The KL part: k1, k2 or k3, within its clamps, times the ratio when bias-corrected. Nats. */
export function klTerm(
  logProb: number,
  referenceLogProb: number,
  ratio: Ratio,
  config: ObjectiveConfig,
): Term {
  const { difference, heldDifference, estimate, held } = klSteps(logProb, referenceLogProb, ratio, config);
  const isHeld = heldDifference !== difference || held !== estimate;
  const direct = isHeld ? 0 : klEstimate(heldDifference, config.klEstimator).direct;
  if (!config.biasCorrectedKl) return { value: held, direct, throughRatio: 0 };
  return { value: held * ratio.value, direct: direct * ratio.value, throughRatio: held * ratio.slope };
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

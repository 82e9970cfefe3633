/**
 * The terms of objectiveTerms.ts as tensors, branch for branch: value and exact derivative of every loss type and
 * KL estimator, [B, T] or broadcastable to it. Every backend takes the same branches at ties.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  KL_CAP,
  klDifferenceBound,
  logRatioBound,
  policyTermKind,
  VESPO_LOG_RATIO_BOUND,
} from './objectiveTerms.ts';
import type { ObjectiveConfig } from './types.ts';

export interface TensorTerm {
  readonly value: tf.Tensor;
  /** d value / d log-prob at a fixed log-ratio; null: 0 everywhere. */
  readonly direct: tf.Tensor | null;
  /** d value / d log-ratio; null: 0 everywhere. */
  readonly throughRatio: tf.Tensor | null;
}

/** [B, T], or [B, 1] where a row has one ratio. */
export interface TensorRatio {
  readonly value: tf.Tensor;
  /** d ratio / d log-ratio: 0 where the log-ratio is held at its bound. */
  readonly slope: tf.Tensor;
}

export interface RatioInput {
  /** [B, T] nats. */
  readonly current: tf.Tensor;
  readonly old: tf.Tensor;
  /** [B, T] float, 1 on response tokens. */
  readonly mask: tf.Tensor;
}

export function tensorRatio(input: RatioInput, config: ObjectiveConfig): TensorRatio {
  const bound = logRatioBound(config.lossType);
  const logRatio =
    config.importanceSampling === 'sequence'
      ? tf.div(rowLogRatio(input), rowTokens(input.mask))
      : tf.sub(input.current, input.old);
  const value = tf.exp(tf.clipByValue(logRatio, -bound, bound));
  return { value, slope: tf.mul(value, float(tf.lessEqual(tf.abs(logRatio), bound))) };
}

/** Response tokens of each row, at least 1, [B, 1]. */
export function rowTokens(mask: tf.Tensor): tf.Tensor {
  return tf.maximum(tf.sum(mask, 1, true), 1);
}

/** Sum of each row's token log-ratios, [B, 1]. */
function rowLogRatio({ current, old, mask }: RatioInput): tf.Tensor {
  return tf.sum(tf.mul(tf.sub(current, old), mask), 1, true);
}

/** The policy part; advantages [B, 1]. */
export function tensorPolicyTerm(
  input: RatioInput,
  ratio: TensorRatio,
  advantages: tf.Tensor,
  config: ObjectiveConfig,
): TensorTerm {
  const kind = policyTermKind(config.lossType);
  switch (kind) {
    case 'clipped':
      return clippedTerm(ratio, tf.neg(advantages), config);
    case 'cispo': {
      const weight = tf.clipByValue(ratio.value, 1 - config.clipLow, 1 + config.clipHigh);
      return weightedLogProb(input.current, weight, advantages);
    }
    case 'vespo':
      return weightedLogProb(input.current, vespoWeights(input, advantages, config), advantages);
    case 'sapo': {
      const { temperaturePositive, temperatureNegative } = config.sapo;
      const temperature = bySign(advantages, temperaturePositive, temperatureNegative);
      const gate = tf.sigmoid(tf.mul(temperature, tf.sub(ratio.value, 1)));
      const scaled = tf.mul(tf.mul(advantages, -4), gate);
      return {
        value: tf.div(scaled, temperature),
        direct: null,
        throughRatio: tf.mul(tf.mul(scaled, tf.sub(1, gate)), ratio.slope),
      };
    }
    default:
      return kind satisfies never;
  }
}

function clippedTerm(ratio: TensorRatio, negative: tf.Tensor, config: ObjectiveConfig): TensorTerm {
  const low = 1 - config.clipLow;
  const high = 1 + config.clipHigh;
  const cap = config.lossType !== 'pebr' ? config.dualClip : null;
  const dual = config.lossType === 'pebr' ? config.dualClip : null;

  const capped = cap === null ? ratio.value : tf.minimum(ratio.value, cap);
  const clipped = tf.clipByValue(ratio.value, low, high);
  const unclippedLoss = tf.mul(negative, capped);
  const clippedLoss = tf.mul(negative, clipped);
  const takesUnclipped = float(tf.greaterEqual(unclippedLoss, clippedLoss));
  const inRange = float(tf.equal(clipped, ratio.value));
  const uncapped = cap === null ? tf.onesLike(ratio.value) : float(tf.lessEqual(ratio.value, cap));
  const flows = tf.add(tf.mul(takesUnclipped, uncapped), tf.mul(tf.sub(1, takesUnclipped), inRange));
  const value = tf.maximum(unclippedLoss, clippedLoss);
  const throughRatio = tf.mul(tf.mul(negative, ratio.slope), flows);
  if (dual === null) return { value, direct: null, throughRatio };

  // Dual clip: for A < 0 the loss stops at −A·C, where its derivative is 0. For A ≥ 0 the limit is out of reach.
  const limit = tf.where(tf.greater(negative, 0), tf.mul(negative, dual), tf.fill(negative.shape, 1e30));
  return {
    value: tf.minimum(value, limit),
    direct: null,
    throughRatio: tf.mul(throughRatio, float(tf.lessEqual(value, limit))),
  };
}

function weightedLogProb(current: tf.Tensor, weight: tf.Tensor, advantages: tf.Tensor): TensorTerm {
  const direct = tf.mul(tf.neg(advantages), weight);
  return { value: tf.mul(direct, current), direct, throughRatio: null };
}

/** w^k · exp(λ(1 − w)) of each row, [B, 1]. */
function vespoWeights(input: RatioInput, advantages: tf.Tensor, { vespo }: ObjectiveConfig): tf.Tensor {
  const bound = VESPO_LOG_RATIO_BOUND;
  const logRatio = tf.clipByValue(rowLogRatio(input), -bound, bound);
  const k = bySign(advantages, vespo.kPositive, vespo.kNegative);
  const lambda = bySign(advantages, vespo.lambdaPositive, vespo.lambdaNegative);
  return tf.exp(tf.add(tf.mul(k, logRatio), tf.mul(lambda, tf.sub(1, tf.exp(logRatio)))));
}

/** The KL part; reference [B, T]. */
export function tensorKlTerm(
  current: tf.Tensor,
  reference: tf.Tensor,
  ratio: TensorRatio,
  config: ObjectiveConfig,
): TensorTerm {
  const difference = tf.sub(reference, current);
  const bound = klDifferenceBound(config);
  const estimate = klEstimate(tf.clipByValue(difference, -bound, bound), config.klEstimator);
  const inBound = float(tf.lessEqual(tf.abs(difference), bound));
  const { clampKl } = config;
  const value = clampKl ? tf.clipByValue(estimate.value, -KL_CAP, KL_CAP) : estimate.value;
  const inCap = clampKl ? tf.mul(inBound, float(tf.lessEqual(tf.abs(estimate.value), KL_CAP))) : inBound;
  const direct = tf.mul(estimate.direct, inCap);
  if (!config.biasCorrectedKl) return { value, direct, throughRatio: null };
  return {
    value: tf.mul(value, ratio.value),
    direct: tf.mul(direct, ratio.value),
    throughRatio: tf.mul(value, ratio.slope),
  };
}

/** Estimate and its derivative in the log-prob, from d = reference − current. */
function klEstimate(
  d: tf.Tensor,
  estimator: ObjectiveConfig['klEstimator'],
): { readonly value: tf.Tensor; readonly direct: tf.Tensor } {
  switch (estimator) {
    case 'k1':
      return { value: tf.neg(d), direct: tf.onesLike(d) };
    case 'k2':
      return { value: tf.div(tf.square(d), 2), direct: tf.neg(d) };
    case 'k3': {
      const exponentialMinusOne = tf.sub(tf.exp(d), 1);
      return { value: tf.sub(exponentialMinusOne, d), direct: tf.neg(exponentialMinusOne) };
    }
    default:
      return estimator satisfies never;
  }
}

/** `positive` where A > 0, else `negative`, [B, 1]; at A = 0 every term is 0 either way. */
function bySign(advantages: tf.Tensor, positive: number, negative: number): tf.Tensor {
  return tf.where(
    tf.greater(advantages, 0),
    tf.fill(advantages.shape, positive),
    tf.fill(advantages.shape, negative),
  );
}

function float(condition: tf.Tensor): tf.Tensor {
  return tf.cast(condition, 'float32');
}

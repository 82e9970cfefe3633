/**
 * The objective as tensors: one pass, no read-back. Value and exact derivative are computed together in the
 * forward and handed to autodiff as a custom gradient, so no derivative is ever taken through exp, clip or min
 * (whose product of 0 and infinity would be NaN), and every backend takes the same branches at ties.
 */
import * as tf from '@tensorflow/tfjs-core';
import { logDifferenceBound, PEBR_K3_CAP, type Normaliser } from './objectiveReference.ts';
import type { ObjectiveConfig } from './types.ts';

export { lossNormaliser } from './objectiveReference.ts';

export interface PolicyLossTensors {
  /** [B, T] nats, of the full softmax at logits / temperature; the loss is differentiable in these only. */
  readonly logProbs: tf.Tensor2D;
  /** [B, T] of the training forward before the first update. */
  readonly oldLogProbs: tf.Tensor2D;
  /** [B, T]; null: no KL. */
  readonly referenceLogProbs: tf.Tensor2D | null;
  /** [B] */
  readonly advantages: tf.Tensor1D;
  /** [B, T] float, 1 on response tokens. Elsewhere any finite log-prob may stand. */
  readonly mask: tf.Tensor2D;
}

export interface PolicyLoss {
  /** policyLoss + klCoefficient × kl. */
  readonly loss: tf.Scalar;
  readonly policyLoss: tf.Scalar;
  /** KL aggregated as the loss is; 0 without a reference or with coefficient 0. */
  readonly kl: tf.Scalar;
}

/** Per-token value and its derivative with respect to the token's log-prob, both [B, T]. */
interface Term {
  readonly value: tf.Tensor;
  readonly gradient: tf.Tensor;
}

/**
 * Loss of a micro-batch, normalised by the mini-batch's sizes. Agrees with `referencePolicyLoss`.
 * Call inside tf.tidy or a gradient function.
 */
export function policyLoss(
  tensors: PolicyLossTensors,
  config: ObjectiveConfig,
  normaliser: Normaliser,
): PolicyLoss {
  const { logProbs, referenceLogProbs } = tensors;
  const weights = tokenWeights(tensors.mask, normaliser);
  const policy = weightedSum(logProbs, weights, (current) => policyTerm(current, tensors, config));
  if (referenceLogProbs === null || config.klCoefficient === 0) {
    return { loss: policy, policyLoss: policy, kl: tf.scalar(0) };
  }
  const kl = weightedSum(logProbs, weights, (current) => {
    const k3 = klTerm(current, referenceLogProbs, config);
    if (config.lossType === 'pebr' || !config.biasCorrectedKl) return k3;
    const { ratio, slope } = ratioTerm(current, tensors.oldLogProbs, config);
    return {
      value: tf.mul(k3.value, ratio),
      gradient: tf.add(tf.mul(k3.gradient, ratio), tf.mul(k3.value, slope)),
    };
  });
  const loss: tf.Scalar = tf.add(policy, tf.mul(kl, config.klCoefficient));
  return { loss, policyLoss: policy, kl };
}

/** What each token counts for, [B, T], 0 where masked. */
function tokenWeights(mask: tf.Tensor2D, normaliser: Normaliser): tf.Tensor {
  switch (normaliser.aggregation) {
    case 'token_mean':
      return tf.div(mask, Math.max(1, normaliser.tokens));
    case 'row_mean':
      return tf.div(mask, tf.mul(tf.maximum(tf.sum(mask, 1, true), 1), normaliser.rows));
    case 'constant':
      return tf.div(mask, normaliser.rows * normaliser.maxCompletionLength);
    default:
      return normaliser.aggregation satisfies never;
  }
}

/** Σ weights × value as a scalar whose derivative in the log-probs is weights × gradient. */
function weightedSum(
  logProbs: tf.Tensor2D,
  weights: tf.Tensor,
  term: (current: tf.Tensor) => Term,
): tf.Scalar {
  const sum = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    // The signature of customGrad: the input tensors, then the save function.
    const [current, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    const { value, gradient } = term(current);
    save([tf.mul(gradient, weights)]);
    return {
      value: tf.sum(tf.mul(value, weights)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(saved[0], dy),
    };
  });
  return sum(logProbs) as tf.Scalar; // a sum over all axes
}

/** Ratio and its derivative, which is 0 where the log-ratio is clamped. */
function ratioTerm(
  current: tf.Tensor,
  old: tf.Tensor,
  config: ObjectiveConfig,
): { ratio: tf.Tensor; slope: tf.Tensor } {
  const bound = logDifferenceBound(config.lossType);
  const logRatio = tf.sub(current, old);
  const ratio = tf.exp(tf.clipByValue(logRatio, -bound, bound));
  return { ratio, slope: tf.mul(ratio, float(tf.lessEqual(tf.abs(logRatio), bound))) };
}

function policyTerm(current: tf.Tensor, tensors: PolicyLossTensors, config: ObjectiveConfig): Term {
  const { ratio, slope } = ratioTerm(current, tensors.oldLogProbs, config);
  const negative = tf.neg(tf.expandDims(tensors.advantages, 1));
  const low = 1 - config.clipLow;
  const high = 1 + config.clipHigh;
  const cap = config.lossType !== 'pebr' ? config.dualClip : null;
  const dual = config.lossType === 'pebr' ? config.dualClip : null;

  const capped = cap === null ? ratio : tf.minimum(ratio, cap);
  const clipped = tf.clipByValue(ratio, low, high);
  const unclippedLoss = tf.mul(negative, capped);
  const clippedLoss = tf.mul(negative, clipped);
  const takesUnclipped = float(tf.greaterEqual(unclippedLoss, clippedLoss));
  const inRange = float(tf.equal(clipped, ratio));
  const uncapped = cap === null ? tf.onesLike(ratio) : float(tf.lessEqual(ratio, cap));
  const flows = tf.add(tf.mul(takesUnclipped, uncapped), tf.mul(tf.sub(1, takesUnclipped), inRange));
  const value = tf.maximum(unclippedLoss, clippedLoss);
  const gradient = tf.mul(tf.mul(negative, slope), flows);
  if (dual === null) return { value, gradient };

  // Dual clip: for A < 0 the loss stops at −A·C, where its derivative is 0. For A ≥ 0 the limit is out of reach.
  const limit = tf.where(tf.greater(negative, 0), tf.mul(negative, dual), tf.fill(negative.shape, 1e30));
  return {
    value: tf.minimum(value, limit),
    gradient: tf.mul(gradient, float(tf.lessEqual(value, limit))),
  };
}

/** k3 = e^d − d − 1 with d = reference − current; PeBR caps it. */
function klTerm(current: tf.Tensor, reference: tf.Tensor, config: ObjectiveConfig): Term {
  const bound = logDifferenceBound(config.lossType);
  const difference = tf.sub(reference, current);
  const d = tf.clipByValue(difference, -bound, bound);
  const exponentialMinusOne = tf.sub(tf.exp(d), 1);
  const k3 = tf.sub(exponentialMinusOne, d);
  const slope = tf.mul(tf.neg(exponentialMinusOne), float(tf.lessEqual(tf.abs(difference), bound)));
  if (config.lossType !== 'pebr') return { value: k3, gradient: slope };
  return {
    value: tf.minimum(k3, PEBR_K3_CAP),
    gradient: tf.mul(slope, float(tf.lessEqual(k3, PEBR_K3_CAP))),
  };
}

function float(condition: tf.Tensor): tf.Tensor {
  return tf.cast(condition, 'float32');
}

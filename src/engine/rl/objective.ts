/**
 * The objective as tensors: one pass, no read-back. Value and exact derivative are computed together in the
 * forward and handed to autodiff as a custom gradient, so no derivative is ever taken through exp, clip or min
 * (whose product of 0 and infinity would be NaN). The terms are in objectiveTensorTerms.ts.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Normaliser } from './aggregation.ts';
import {
  rowTokens,
  tensorKlTerm,
  tensorPolicyTerm,
  tensorRatio,
  type RatioInput,
  type TensorTerm,
} from './objectiveTensorTerms.ts';
import type { ObjectiveConfig } from './types.ts';

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

/**
 * Loss of a micro-batch of whole rows, normalised by the mini-batch's sizes. Agrees with `referencePolicyLoss`.
 * Call inside tf.tidy or a gradient function.
 */
export function policyLoss(
  tensors: PolicyLossTensors,
  config: ObjectiveConfig,
  normaliser: Normaliser,
): PolicyLoss {
  const { referenceLogProbs } = tensors;
  const policy = aggregated(tensors, config, normaliser, (input) => {
    const advantages = tf.expandDims(tensors.advantages, 1);
    return tensorPolicyTerm(input, tensorRatio(input, config), advantages, config);
  });
  if (referenceLogProbs === null || config.klCoefficient === 0) {
    return { loss: policy, policyLoss: policy, kl: tf.scalar(0) };
  }
  const kl = aggregated(tensors, config, normaliser, (input) =>
    tensorKlTerm(input.current, referenceLogProbs, tensorRatio(input, config), config),
  );
  const loss: tf.Scalar = tf.add(policy, tf.mul(kl, config.klCoefficient));
  return { loss, policyLoss: policy, kl };
}

/** What each token counts for, [B, T], 0 where masked. */
function tokenWeights(mask: tf.Tensor2D, normaliser: Normaliser): tf.Tensor {
  switch (normaliser.aggregation) {
    case 'token_mean':
      return tf.div(mask, Math.max(1, normaliser.tokens));
    case 'row_mean':
      return tf.div(mask, tf.mul(rowTokens(mask), normaliser.rows));
    case 'constant':
      return tf.div(mask, normaliser.rows * normaliser.maxCompletionLength);
    case 'row_sum':
      return tf.div(mask, normaliser.rows);
    default:
      return normaliser.aggregation satisfies never;
  }
}

/** Σ weight × value over all tokens, as a scalar with the exact derivative in the log-probs. */
function aggregated(
  { logProbs, oldLogProbs, mask }: PolicyLossTensors,
  config: ObjectiveConfig,
  normaliser: Normaliser,
  term: (input: RatioInput) => TensorTerm,
): tf.Scalar {
  const weights = tokenWeights(mask, normaliser);
  const sum = tf.customGrad((...inputs: (tf.Tensor | tf.GradSaveFunc)[]) => {
    // The signature of customGrad: the input tensors, then the save function.
    const [current, save] = inputs as [tf.Tensor, tf.GradSaveFunc];
    const { value, direct, throughRatio } = term({ current, old: oldLogProbs, mask });
    const parts: tf.Tensor[] = [];
    if (direct) parts.push(tf.mul(weights, direct));
    if (throughRatio) parts.push(toTokens(tf.mul(weights, throughRatio), mask, config));
    save([tf.addN(parts)]);
    return {
      value: tf.sum(tf.mul(weights, value)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(saved[0], dy),
    };
  });
  return sum(logProbs) as tf.Scalar; // a sum over all axes
}

/** Derivatives in the log-ratio, [B, T] → in the log-probs: a row's log-ratio is the mean over all its tokens. */
function toTokens(gradient: tf.Tensor, mask: tf.Tensor2D, config: ObjectiveConfig): tf.Tensor {
  if (config.importanceSampling === 'token') return gradient;
  return tf.mul(mask, tf.div(tf.sum(gradient, 1, true), rowTokens(mask)));
}

/** PeBR's objective in plain tfjs ops, differentiated by tfjs. */
import * as tf from '@tensorflow/tfjs';
import { KL_BOUND, LOG_RATIO_BOUND, OBJECTIVE } from '../../src/engine/measure/index.ts';

/** What the loss reads besides the log-probs: [rows, width], advantages [rows, 1]. */
export interface LossInputs {
  readonly mask: tf.Tensor;
  readonly referenceLogProbs: tf.Tensor;
  readonly advantages: tf.Tensor;
  readonly tokens: number;
}

/** tfjs has no stop_gradient. */
const stopGradient = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: () => tf.zerosLike(x as tf.Tensor),
}));

/** logits [N, V], targets int32 [N] → log-prob of each target [N]. gatherND has no gradient, so one-hot it is. */
export function chosenLogProbs(logits: tf.Tensor2D, targets: tf.Tensor): tf.Tensor {
  const oneHot = tf.cast(tf.oneHot(targets as tf.Tensor1D, logits.shape[1]), 'float32');
  return tf.sum(tf.mul(tf.logSoftmax(logits), oneHot), -1);
}

/** Token-level clipped ratio with dual clip, k3 to the reference, token mean. logProbs [rows, width]. */
export function pebrLoss(logProbs: tf.Tensor, inputs: LossInputs): { loss: tf.Scalar; kl: tf.Scalar } {
  const { clipLow, clipHigh, dualClip, klCoefficient } = OBJECTIVE;
  const bound = LOG_RATIO_BOUND;
  const mean = (x: tf.Tensor): tf.Scalar => tf.div(tf.sum(tf.mul(x, inputs.mask)), inputs.tokens);
  const ratio = tf.exp(tf.clipByValue(tf.sub(logProbs, stopGradient(logProbs)), -bound, bound));
  const negative = tf.neg(inputs.advantages);
  const clipped = tf.clipByValue(ratio, 1 - clipLow, 1 + clipHigh);
  const surrogate = tf.maximum(tf.mul(negative, ratio), tf.mul(negative, clipped));
  const limit = tf.where(tf.greater(negative, 0), tf.mul(negative, dualClip!), tf.fill(negative.shape, 1e30));
  const difference = tf.clipByValue(tf.sub(inputs.referenceLogProbs, logProbs), -bound, bound);
  const k3 = tf.clipByValue(tf.sub(tf.sub(tf.exp(difference), difference), 1), -KL_BOUND, KL_BOUND);
  const kl = mean(k3);
  return { loss: tf.add(mean(tf.minimum(surrogate, limit)), tf.mul(kl, klCoefficient)), kl };
}

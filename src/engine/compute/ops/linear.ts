import * as tf from '@tensorflow/tfjs-core';

/**
 * Products of weights as torch.nn.Linear stores them, [out, in]. On wasm a product of matrices as they lie is ten
 * times faster than the forms that transpose inside, so there the transposing is a step of its own; on a GPU it
 * would be a dispatch for nothing.
 */
function transposesFirst(): boolean {
  return tf.getBackend() === 'wasm';
}

/** x [N, in] · weightᵀ, weight [out, in]. */
function timesTransposed(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return transposesFirst() ? tf.matMul(x, tf.transpose(weight)) : tf.matMul(x, weight, false, true);
}

/** aᵀ · b, a [N, out], b [N, in] → [out, in]. */
function transposedTimes(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return transposesFirst() ? tf.matMul(tf.transpose(a), b) : tf.matMul(a, b, true, false);
}

const product = tf.customGrad((...args) => {
  const [x, weight, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
  save([x, weight]);
  return {
    value: timesTransposed(x, weight),
    gradFunc: (dy: tf.Tensor2D, saved: tf.Tensor[]) => {
      const [x, weight] = saved as [tf.Tensor2D, tf.Tensor2D];
      return [tf.matMul(dy, weight), transposedTimes(dy, x)];
    },
  };
}) as (x: tf.Tensor2D, weight: tf.Tensor2D) => tf.Tensor2D;

/** x [N, in], weight [out, in], bias [out] → x·weightᵀ + bias [N, out]. The gradient stays two-dimensional. */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  return bias ? tf.add(product(x, weight), bias) : product(x, weight);
}

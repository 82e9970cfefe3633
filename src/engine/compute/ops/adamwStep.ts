import * as tf from '@tensorflow/tfjs-core';
import { emptyTensor, hasWasmKernels, runWasmKernel } from '../wasm/kernels.ts';

export interface Moments {
  readonly first: tf.Variable;
  readonly second: tf.Variable;
}

/** Numbers of one step that are the same for every parameter. */
export interface StepFactors {
  /** Clip coefficient on the gradient. */
  readonly gradScale: number;
  /** 1 − lr·weightDecay. */
  readonly decay: number;
  readonly beta1: number;
  readonly beta2: number;
  /** lr / (1 − beta1^t). */
  readonly stepSize: number;
  /** 1 / √(1 − beta2^t). */
  readonly rootCorrection: number;
  readonly epsilon: number;
}

/** The parameter after one AdamW step with gradient g; the moments are updated on the way. */
export function updatedParameter(
  p: tf.Variable,
  g: tf.Tensor,
  { first, second }: Moments,
  f: StepFactors,
): tf.Tensor {
  if (hasWasmKernels()) {
    const next = emptyTensor(p.shape);
    const factors = [f.gradScale, f.decay, f.beta1, f.beta2, f.stepSize, f.rootCorrection, f.epsilon];
    runWasmKernel('adamw', p, g, first, second, next, p.size, ...factors);
    return next;
  }
  const scaled = tf.mul(g, f.gradScale);
  first.assign(tf.add(first, tf.mul(tf.sub(scaled, first), 1 - f.beta1)));
  second.assign(tf.add(tf.mul(second, f.beta2), tf.mul(tf.square(scaled), 1 - f.beta2)));
  const denominator = tf.add(tf.mul(tf.sqrt(second), f.rootCorrection), f.epsilon);
  return tf.sub(tf.mul(p, f.decay), tf.div(tf.mul(first, f.stepSize), denominator));
}

/** Sum of the squares of all elements, read back. */
export async function squaredNorm(gradients: readonly tf.Tensor[]): Promise<number> {
  if (hasWasmKernels()) {
    return gradients.reduce((total, g) => total + runWasmKernel('sum_of_squares', g, g.size), 0);
  }
  const total = tf.tidy(() => tf.sum(tf.square(tf.concat(gradients.map((g) => tf.reshape(g, [g.size]))))));
  const [value] = await total.data<'float32'>();
  total.dispose();
  return value;
}

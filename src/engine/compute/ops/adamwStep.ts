import * as tf from '@tensorflow/tfjs-core';
import { emptyTensor, hasWasmKernels, runWasmKernel } from '../wasm/kernels.ts';
import { hasGpuKernels, runGpuKernel, type GpuKernel } from '../webgpu/elementKernel.ts';

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

const FIRST: GpuKernel = {
  name: 'adamw_first',
  inputs: ['g', 'm'],
  uniforms: { gradScale: 'f32', fresh: 'f32' },
  body: 'return m[index] + (g[index] * uniforms.gradScale - m[index]) * uniforms.fresh;',
};
const SECOND: GpuKernel = {
  name: 'adamw_second',
  inputs: ['g', 'v'],
  uniforms: { gradScale: 'f32', beta: 'f32', fresh: 'f32' },
  body: `
    let scaled = g[index] * uniforms.gradScale;
    return v[index] * uniforms.beta + scaled * scaled * uniforms.fresh;`,
};
const PARAMETER: GpuKernel = {
  name: 'adamw_parameter',
  inputs: ['p', 'm', 'v'],
  uniforms: { decay: 'f32', stepSize: 'f32', rootCorrection: 'f32', epsilon: 'f32' },
  body: `
    let denominator = sqrt(v[index]) * uniforms.rootCorrection + uniforms.epsilon;
    return p[index] * uniforms.decay - uniforms.stepSize * m[index] / denominator;`,
};

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
  if (hasGpuKernels()) {
    first.assign(runGpuKernel(FIRST, [g, first], p.shape, [f.gradScale, 1 - f.beta1]));
    second.assign(runGpuKernel(SECOND, [g, second], p.shape, [f.gradScale, f.beta2, 1 - f.beta2]));
    return runGpuKernel(PARAMETER, [p, first, second], p.shape, [
      f.decay,
      f.stepSize,
      f.rootCorrection,
      f.epsilon,
    ]);
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

/** RMSNorm and LayerNorm in WGSL: a pass over the rows for their statistics, then one over the elements. */
import type * as tf from '@tensorflow/tfjs-core';
import { gpuColumnSums, runGpuKernel } from './elementKernel.ts';
import type { GpuKernel } from './elementKernel.ts';

const STATISTICS: GpuKernel = {
  name: 'row_statistics',
  inputs: ['x'],
  uniforms: { width: 'i32', centred: 'i32', epsilon: 'f32' },
  // Column 0: the mean (0 where not centred); column 1: 1 / deviation.
  body: `
    let start = index / 2 * uniforms.width;
    var mean = 0.0;
    if (uniforms.centred == 1) {
      for (var i = 0; i < uniforms.width; i = i + 1) { mean = mean + x[start + i]; }
      mean = mean / f32(uniforms.width);
    }
    if (index % 2 == 0) { return mean; }
    var squares = 0.0;
    for (var i = 0; i < uniforms.width; i = i + 1) {
      let d = x[start + i] - mean;
      squares = squares + d * d;
    }
    return inverseSqrt(squares / f32(uniforms.width) + uniforms.epsilon);`,
};

const APPLY: GpuKernel = {
  name: 'norm_apply',
  inputs: ['x', 'statistics', 'weight'],
  uniforms: { width: 'i32' },
  body: `
    let row = index / uniforms.width;
    return (x[index] - statistics[2 * row]) * statistics[2 * row + 1] * weight[index % uniforms.width];`,
};

const APPLY_WITH_BIAS: GpuKernel = {
  name: 'norm_apply_with_bias',
  inputs: ['x', 'statistics', 'weight', 'bias'],
  uniforms: { width: 'i32' },
  body: `
    let row = index / uniforms.width;
    let column = index % uniforms.width;
    return (x[index] - statistics[2 * row]) * statistics[2 * row + 1] * weight[column] + bias[column];`,
};

const PROJECTIONS: GpuKernel = {
  name: 'norm_projections',
  inputs: ['x', 'statistics', 'weight', 'dy'],
  uniforms: { width: 'i32', centred: 'i32' },
  // Column 0: mean of g = dy·weight (0 where not centred); column 1: mean of g·normed.
  body: `
    let row = index / 2;
    let start = row * uniforms.width;
    var total = 0.0;
    if (index % 2 == 0) {
      if (uniforms.centred == 0) { return 0.0; }
      for (var i = 0; i < uniforms.width; i = i + 1) { total = total + dy[start + i] * weight[i]; }
    } else {
      for (var i = 0; i < uniforms.width; i = i + 1) {
        let normed = (x[start + i] - statistics[2 * row]) * statistics[2 * row + 1];
        total = total + dy[start + i] * weight[i] * normed;
      }
    }
    return total / f32(uniforms.width);`,
};

const INPUT_GRADIENT: GpuKernel = {
  name: 'norm_input_gradient',
  inputs: ['x', 'statistics', 'weight', 'dy', 'projections'],
  uniforms: { width: 'i32' },
  body: `
    let row = index / uniforms.width;
    let r = statistics[2 * row + 1];
    let normed = (x[index] - statistics[2 * row]) * r;
    let g = dy[index] * weight[index % uniforms.width];
    return (g - projections[2 * row] - normed * projections[2 * row + 1]) * r;`,
};

const WEIGHT_GRADIENT: GpuKernel = {
  name: 'norm_weight_gradient',
  inputs: ['x', 'statistics', 'dy'],
  uniforms: { width: 'i32' },
  body: `
    let row = index / uniforms.width;
    return dy[index] * (x[index] - statistics[2 * row]) * statistics[2 * row + 1];`,
};

/** RMSNorm without a bias, LayerNorm with one. */
export function gpuNorm(
  x: tf.Tensor2D,
  weight: tf.Tensor1D,
  bias: tf.Tensor1D | null,
  epsilon: number,
): tf.Tensor2D {
  const [rows, width] = x.shape;
  const statistics = runGpuKernel(STATISTICS, [x], [rows, 2], [width, bias ? 1 : 0, epsilon]);
  return bias
    ? runGpuKernel<tf.Rank.R2>(APPLY_WITH_BIAS, [x, statistics, weight, bias], x.shape, [width])
    : runGpuKernel<tf.Rank.R2>(APPLY, [x, statistics, weight], x.shape, [width]);
}

/** Gradients for x and weight; with `centred`, as LayerNorm has them, and for the bias too. */
export function gpuNormGradients(
  x: tf.Tensor2D,
  weight: tf.Tensor1D,
  dy: tf.Tensor2D,
  epsilon: number,
  centred: boolean,
): tf.Tensor[] {
  const [rows, width] = x.shape;
  const flag = centred ? 1 : 0;
  const statistics = runGpuKernel(STATISTICS, [x], [rows, 2], [width, flag, epsilon]);
  const projections = runGpuKernel(PROJECTIONS, [x, statistics, weight, dy], [rows, 2], [width, flag]);
  const dx = runGpuKernel(INPUT_GRADIENT, [x, statistics, weight, dy, projections], x.shape, [width]);
  const dWeight = gpuColumnSums(runGpuKernel(WEIGHT_GRADIENT, [x, statistics, dy], x.shape, [width]));
  return centred ? [dx, dWeight, gpuColumnSums(dy)] : [dx, dWeight];
}

import * as tf from '@tensorflow/tfjs-core';
import { hasGpuKernels, runGpuKernel, type GpuKernel } from '../webgpu/elementKernel.ts';

/** Finite, because a shader may assume that there is no infinity. */
const MASKED = -1e9;

/** Which columns a row sees: row n the first limits[⌊n / stride⌋ mod limits.length]. */
export interface Visible {
  /** int32 */
  readonly limits: tf.Tensor1D;
  readonly stride: number;
}

const LIMIT = 'limits[row / uniforms.stride % uniforms.count]';
const STATISTICS: GpuKernel = {
  name: 'softmax_statistics',
  inputs: ['x', 'limits'],
  uniforms: { columns: 'i32', stride: 'i32', count: 'i32', scale: 'f32' },
  // Column 0: the largest score; column 1: 1 / sum of exponentials.
  body: `
    let row = index / 2;
    let start = row * uniforms.columns;
    let limit = ${LIMIT};
    var top = x[start];
    for (var i = 1; i < limit; i = i + 1) { top = max(top, x[start + i]); }
    if (index % 2 == 0) { return top; }
    var total = 0.0;
    for (var i = 0; i < limit; i = i + 1) { total = total + exp((x[start + i] - top) * uniforms.scale); }
    return 1.0 / total;`,
};
const APPLY: GpuKernel = {
  name: 'softmax_apply',
  inputs: ['x', 'limits', 'statistics'],
  uniforms: STATISTICS.uniforms,
  body: `
    let row = index / uniforms.columns;
    if (index % uniforms.columns >= ${LIMIT}) { return 0.0; }
    return exp((x[index] - statistics[2 * row]) * uniforms.scale) * statistics[2 * row + 1];`,
};

/** softmax(scores · scale) over the columns each row sees, 0 elsewhere: scores [.., columns], scale > 0. No gradient. */
export function visibleSoftmax<T extends tf.Tensor>(
  scores: T,
  scale: number,
  { limits, stride }: Visible,
): T {
  const columns = scores.shape.at(-1)!;
  const rows = scores.size / columns;
  const count = limits.size;
  if (hasGpuKernels()) {
    const numbers = [columns, stride, count, scale];
    const statistics = runGpuKernel(STATISTICS, [scores, limits], [rows, 2], numbers);
    // The same shape, hence the same rank.
    return runGpuKernel(APPLY, [scores, limits, statistics], scores.shape, numbers) as T;
  }
  const perRow = tf.reshape(tf.tile(tf.reshape(limits, [count, 1]), [1, stride]), [1, count * stride, 1]);
  const hidden = tf.cast(tf.greaterEqual(tf.range(0, columns, 1, 'int32'), perRow), 'float32');
  const byPeriod = tf.reshape(tf.mul(scores, scale), [-1, count * stride, columns]);
  const masked = tf.add(byPeriod, tf.mul(hidden, MASKED));
  const e = tf.exp(tf.sub(masked, tf.max(masked, -1, true)));
  return tf.reshape(tf.div(e, tf.sum(e, -1, true)), scores.shape) as T;
}

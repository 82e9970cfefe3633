import * as tf from '@tensorflow/tfjs-core';
import { runOperation } from '../webgpu/eager.ts';
import { fusedOps } from '../webgpu/fused.ts';
import { VISIBLE_SOFTMAX } from '../webgpu/softmax.ts';

/** Finite, because a shader may assume that there is no infinity. */
const MASKED = -1e9;

/** Which columns a row sees: row n the first limits[⌊n / stride⌋ mod limits.length]. */
export interface Visible {
  /** int32 */
  readonly limits: tf.Tensor1D;
  readonly stride: number;
}

/** softmax(scores · scale) over the columns each row sees, 0 elsewhere: scores [.., columns], scale > 0. No gradient. */
export function visibleSoftmax<T extends tf.Tensor>(
  scores: T,
  scale: number,
  { limits, stride }: Visible,
): T {
  const columns = scores.shape.at(-1)!;
  const rows = scores.size / columns;
  const count = limits.size;
  if (fusedOps()) {
    const call = { rows, columns, scale, stride, limitCount: count };
    const [p] = runOperation(VISIBLE_SOFTMAX, call, [scores, limits], [{ shape: scores.shape }]);
    // The same shape, hence the same rank.
    return p as T;
  }
  const perRow = tf.reshape(tf.tile(tf.reshape(limits, [count, 1]), [1, stride]), [1, count * stride, 1]);
  const hidden = tf.cast(tf.greaterEqual(tf.range(0, columns, 1, 'int32'), perRow), 'float32');
  const byPeriod = tf.reshape(tf.mul(scores, scale), [-1, count * stride, columns]);
  const masked = tf.add(byPeriod, tf.mul(hidden, MASKED));
  const e = tf.exp(tf.sub(masked, tf.max(masked, -1, true)));
  return tf.reshape(tf.div(e, tf.sum(e, -1, true)), scores.shape) as T;
}

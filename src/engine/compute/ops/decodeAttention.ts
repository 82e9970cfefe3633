import * as tf from '@tensorflow/tfjs-core';
import { CACHE_APPEND } from '../webgpu/cacheAppend.ts';
import { runOperation } from '../webgpu/eager.ts';
import { fusedOps } from '../webgpu/fused.ts';
import { emptyTensor, hasWasmKernels, runWasmKernel, scratchPointer } from '../wasm/kernels.ts';
import { visibleSoftmax } from './softmax.ts';

/** Keys and values of one layer, [B, keyValueHeads, capacity, D]. Slots past a row's position hold anything finite. */
export interface LayerCache {
  keys: tf.Tensor4D;
  values: tf.Tensor4D;
}

/** The cache with `fresh` [B, keyValueHeads·D] at each row's position. */
function appended(cache: tf.Tensor4D, fresh: tf.Tensor2D, positions: tf.Tensor1D): tf.Tensor4D {
  const [batch, heads, capacity, headDim] = cache.shape;
  if (fusedOps()) {
    const call = { batch, heads, capacity, headDim };
    const inputs = [cache, fresh, positions];
    return runOperation(CACHE_APPEND, call, inputs, [{ shape: cache.shape }])[0] as tf.Tensor4D;
  }
  const slots = tf.reshape(tf.range(0, capacity, 1, 'int32'), [1, 1, capacity, 1]);
  const here = tf.equal(slots, tf.reshape(positions, [batch, 1, 1, 1]));
  return tf.where<tf.Tensor4D>(here, tf.reshape(fresh, [batch, heads, 1, headDim]), cache);
}

/** Prompt rows [B·P, keyValueHeads·D] → a cache of the given capacity ≥ P. */
export function cacheOf(rows: tf.Tensor2D, batch: number, heads: number, capacity: number): tf.Tensor4D {
  const [total, width] = rows.shape;
  const length = total / batch;
  const headDim = width / heads;
  if (hasWasmKernels()) {
    const cache = tf.zeros<tf.Rank.R4>([batch, heads, capacity, headDim]);
    runWasmKernel('fill_cache', rows, cache, batch, length, heads, headDim, capacity);
    return cache;
  }
  return tf.tidy(() => {
    const byHead = tf.transpose(tf.reshape(rows, [batch, length, heads, headDim]), [0, 2, 1, 3]);
    return tf.concat([byHead, tf.zeros([batch, heads, capacity - length, headDim])], 2) as tf.Tensor4D;
  });
}

/** Rows of a cache in the order of `indices` (int32), which may repeat. */
export function cacheRows(cache: tf.Tensor4D, indices: tf.Tensor1D): tf.Tensor4D {
  if (!hasWasmKernels()) return tf.gather(cache, indices);
  const [batch, ...rest] = cache.shape;
  const rows = emptyTensor<tf.Rank.R4>([indices.size, ...rest]);
  runWasmKernel('copy_rows', cache, indices, rows, indices.size, cache.size / batch);
  return rows;
}

/**
 * One decoding step: q [B, heads·D], k and v [B, keyValueHeads·D] of the token at positions int32 [B]. Writes k and
 * v into the cache at those slots, then attends to everything up to and including them → [B, heads·D].
 * The cache's tensors may be replaced. No gradient.
 */
export function decodeAttention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  cache: LayerCache,
  positions: tf.Tensor1D,
): tf.Tensor2D {
  const [batch, keyValueHeads, capacity, headDim] = cache.keys.shape;
  const [, width] = q.shape;
  const scale = 1 / Math.sqrt(headDim);
  if (hasWasmKernels() && headDim % 4 === 0) {
    const out = emptyTensor<tf.Rank.R2>(q.shape);
    const sizes = [batch, width / headDim, keyValueHeads, headDim, capacity, scale, scratchPointer(capacity)];
    runWasmKernel('decode_attention', q, k, v, cache.keys, cache.values, positions, out, ...sizes);
    return out;
  }
  return tf.tidy(() => {
    for (const [name, fresh] of [
      ['keys', k],
      ['values', v],
    ] as const) {
      const next = appended(cache[name], fresh, positions);
      cache[name].dispose();
      cache[name] = tf.keep(next);
    }
    const flat: [number, number, number] = [batch * keyValueHeads, capacity, headDim];
    const heads = width / headDim;
    const queries = tf.reshape(q, [flat[0], heads / keyValueHeads, headDim]);
    const scores = tf.matMul(queries, tf.reshape(cache.keys, flat), false, true);
    const limits = tf.add<tf.Tensor1D>(positions, tf.scalar(1, 'int32'));
    const p = visibleSoftmax(scores, scale, { limits, stride: heads });
    return tf.reshape(tf.matMul(p, tf.reshape(cache.values, flat)), [batch, width]);
  });
}

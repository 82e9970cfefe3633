import * as tf from '@tensorflow/tfjs-core';
import { hasGpuKernels, runGpuKernel, type GpuKernel } from '../webgpu/elementKernel.ts';
import { emptyTensor, hasWasmKernels, runWasmKernel, scratchPointer } from '../wasm/kernels.ts';
import { visibleSoftmax } from './softmax.ts';

/** How the rows of an attention call are laid out. Query head h reads key-value head ⌊h·keyValueHeads/heads⌋. */
export interface AttentionShape {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
  /** A position sees itself and what is before it; otherwise everything. */
  readonly causal: boolean;
}

/** [B·T, heads·D] → [B·heads, T, D]. */
function toHeads(x: tf.Tensor2D, { batch, length, headDim }: AttentionShape, heads: number): tf.Tensor3D {
  const split = tf.reshape(x, [batch, length, heads, headDim]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [batch * heads, length, headDim]);
}

/** [B·heads, T, D] → [B·T, heads·D]. */
function fromHeads(x: tf.Tensor, { batch, length, headDim }: AttentionShape, heads: number): tf.Tensor2D {
  const split = tf.reshape(x, [batch, heads, length, headDim]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [batch * length, heads * headDim]);
}

/** Queries that share a key-value head lie one after the other: [B·heads, T, D] → [B·keyValueHeads, group·T, D]. */
function grouped(x: tf.Tensor, shape: AttentionShape): tf.Tensor3D {
  const { batch, heads, keyValueHeads } = shape;
  const rest = x.size / (batch * heads * shape.length);
  return tf.reshape(x, [batch * keyValueHeads, (heads / keyValueHeads) * shape.length, rest]);
}

/** Probabilities [B·keyValueHeads, group·T, T] of grouped queries and keys. */
function probabilities(q: tf.Tensor3D, k: tf.Tensor3D, shape: AttentionShape): tf.Tensor3D {
  const { length, causal } = shape;
  const limits = causal ? Int32Array.from({ length }, (_, i) => i + 1) : Int32Array.of(length);
  const scores = tf.matMul<tf.Tensor3D>(q, k, false, true);
  return visibleSoftmax(scores, 1 / Math.sqrt(shape.headDim), {
    limits: tf.tensor1d(limits, 'int32'),
    stride: 1,
  });
}

/** Where each query looks: q [B·T, heads·D], k [B·T, keyValueHeads·D] → probabilities [B, heads, T, T]. No gradient. */
export function attentionWeights(q: tf.Tensor2D, k: tf.Tensor2D, shape: AttentionShape): tf.Tensor4D {
  const { batch, length, heads, keyValueHeads } = shape;
  const queries = grouped(toHeads(q, shape, heads), shape);
  const p = probabilities(queries, toHeads(k, shape, keyValueHeads), shape);
  return tf.reshape(p, [batch, heads, length, length]);
}

function compositeForward(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  shape: AttentionShape,
): tf.Tensor2D {
  const { heads, keyValueHeads } = shape;
  const keys = toHeads(k, shape, keyValueHeads);
  const p = probabilities(grouped(toHeads(q, shape, heads), shape), keys, shape);
  return fromHeads(tf.matMul(p, toHeads(v, shape, keyValueHeads)), shape, heads);
}

const SCORE_GRADIENT: GpuKernel = {
  name: 'attention_score_gradient',
  inputs: ['p', 'dP', 'delta'],
  uniforms: { columns: 'i32', scale: 'f32' },
  body: 'return p[index] * (dP[index] - delta[index / uniforms.columns]) * uniforms.scale;',
};
const ROW_DOT: GpuKernel = {
  name: 'row_dot',
  inputs: ['a', 'b'],
  uniforms: { width: 'i32' },
  body: `
    var total = 0.0;
    for (var i = index * uniforms.width; i < (index + 1) * uniforms.width; i = i + 1) { total = total + a[i] * b[i]; }
    return total;`,
};

/** Softmax backward: p·(dP − Σ dy·o)/√D, for outputs o and their gradients dy [.., rows, D]. */
function scoreGradient(p: tf.Tensor3D, dP: tf.Tensor3D, o: tf.Tensor3D, dy: tf.Tensor3D): tf.Tensor3D {
  const [, , headDim] = o.shape;
  const scale = 1 / Math.sqrt(headDim);
  if (hasGpuKernels()) {
    const delta = runGpuKernel(ROW_DOT, [dy, o], [o.size / headDim], [headDim]);
    return runGpuKernel<tf.Rank.R3>(SCORE_GRADIENT, [p, dP, delta], p.shape, [p.shape[2], scale]);
  }
  return tf.mul(tf.mul(p, tf.sub(dP, tf.sum(tf.mul(dy, o), -1, true))), scale);
}

function compositeBackward(
  [q, k, v, o]: readonly tf.Tensor2D[],
  dy: tf.Tensor2D,
  shape: AttentionShape,
): tf.Tensor[] {
  const { heads, keyValueHeads } = shape;
  const queries = grouped(toHeads(q, shape, heads), shape);
  const keys = toHeads(k, shape, keyValueHeads);
  const values = toHeads(v, shape, keyValueHeads);
  const gradient = grouped(toHeads(dy, shape, heads), shape);
  const p = probabilities(queries, keys, shape);
  const dP = tf.matMul<tf.Tensor3D>(gradient, values, false, true);
  const dScores = scoreGradient(p, dP, grouped(toHeads(o, shape, heads), shape), gradient);
  return [
    fromHeads(tf.matMul(dScores, keys), shape, heads),
    fromHeads(tf.matMul(dScores, queries, true, false), shape, keyValueHeads),
    fromHeads(tf.matMul(p, gradient, true, false), shape, keyValueHeads),
  ];
}

/**
 * Softmax attention: q [B·T, heads·D], k and v [B·T, keyValueHeads·D] → [B·T, heads·D], scores scaled by 1/√D.
 * Probabilities are recomputed in the gradient, never kept.
 */
export function attention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  shape: AttentionShape,
): tf.Tensor2D {
  const { batch, length, heads, keyValueHeads, headDim } = shape;
  const scale = 1 / Math.sqrt(headDim);
  const sizes = [batch, length, heads, keyValueHeads, headDim, Number(shape.causal), scale];
  const columns = Math.ceil(length / 4) * 4;
  const onWasm = hasWasmKernels() && headDim % 4 === 0;
  const op = tf.customGrad((...args) => {
    const [q, k, v, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    if (!onWasm) {
      const value = compositeForward(q, k, v, shape);
      save([q, k, v, value]);
      return {
        value,
        gradFunc: (dy, saved) => compositeBackward(saved as tf.Tensor2D[], dy as tf.Tensor2D, shape),
      };
    }
    const value = emptyTensor<tf.Rank.R2>(q.shape);
    const logSumExp = emptyTensor([batch, heads, length]);
    const scratch = scratchPointer((headDim + 4) * columns + 4 * headDim);
    runWasmKernel('attention_forward', q, k, v, value, logSumExp, ...sizes, scratch);
    save([q, k, v, value, logSumExp]);
    return {
      value,
      gradFunc: (dy, saved) => {
        const gradients = [emptyTensor(q.shape), emptyTensor(k.shape), emptyTensor(v.shape)];
        const scratch = scratchPointer((2 * headDim + 8) * columns + 4 * headDim);
        runWasmKernel('attention_backward', ...saved, dy, ...gradients, ...sizes, scratch);
        return gradients;
      },
    };
  });
  return op(q, k, v) as tf.Tensor2D;
}

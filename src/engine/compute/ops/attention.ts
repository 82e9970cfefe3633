import * as tf from '@tensorflow/tfjs-core';
import { isSoftwareDevice } from '../gpu.ts';
import { attentionForward, attentionKeyGradient, attentionQueryGradient } from '../webgpu/attention.ts';
import { rowsFor } from '../webgpu/attentionShader.ts';
import { gpuDevice, runOperation } from '../webgpu/eager.ts';
import { fusedOps } from '../webgpu/fused.ts';
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

/** One way to compute it. Gradients get q, k and v, then all that `forward` gave, of which the value is the first. */
interface Implementation {
  readonly forward: (q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D, shape: AttentionShape) => tf.Tensor[];
  readonly backward: (saved: readonly tf.Tensor[], dy: tf.Tensor2D, shape: AttentionShape) => tf.Tensor[];
}

/** Softmax backward: p·(dP − Σ dy·o)/√D, for outputs o and their gradients dy [.., rows, D]. */
function scoreGradient(p: tf.Tensor3D, dP: tf.Tensor3D, o: tf.Tensor3D, dy: tf.Tensor3D): tf.Tensor3D {
  const [, , headDim] = o.shape;
  const scale = 1 / Math.sqrt(headDim);
  return tf.mul(tf.mul(p, tf.sub(dP, tf.sum(tf.mul(dy, o), -1, true))), scale);
}

const COMPOSITE: Implementation = {
  forward(q, k, v, shape) {
    const { heads, keyValueHeads } = shape;
    const keys = toHeads(k, shape, keyValueHeads);
    const p = probabilities(grouped(toHeads(q, shape, heads), shape), keys, shape);
    return [fromHeads(tf.matMul(p, toHeads(v, shape, keyValueHeads)), shape, heads)];
  },
  backward(saved, dy, shape) {
    const [q, k, v, o] = saved as tf.Tensor2D[];
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
  },
};

/** The numbers of a wasm kernel, and its scratch memory: `floats` a column and four vectors. */
function wasmNumbers(shape: AttentionShape, floats: number): number[] {
  const { batch, length, heads, keyValueHeads, headDim, causal } = shape;
  const scratch = scratchPointer(floats * Math.ceil(length / 4) * 4 + 4 * headDim);
  return [batch, length, heads, keyValueHeads, headDim, Number(causal), 1 / Math.sqrt(headDim), scratch];
}

const WASM: Implementation = {
  forward(q, k, v, shape) {
    const value = emptyTensor(q.shape);
    const logSumExp = emptyTensor([shape.batch, shape.heads, shape.length]);
    runWasmKernel('attention_forward', q, k, v, value, logSumExp, ...wasmNumbers(shape, shape.headDim + 4));
    return [value, logSumExp];
  },
  backward(saved, dy, shape) {
    const gradients = saved.slice(0, 3).map((x) => emptyTensor(x.shape));
    const numbers = wasmNumbers(shape, 2 * shape.headDim + 8);
    runWasmKernel('attention_backward', ...saved, dy, ...gradients, ...numbers);
    return gradients;
  },
};

/** Sizes and columns of a GPU call, for matrices that stand alone. */
function gpuCall({ headDim, ...shape }: AttentionShape) {
  const queries = { stride: shape.heads * headDim, offset: 0 };
  const keys = { stride: shape.keyValueHeads * headDim, offset: 0 };
  return { ...shape, scale: 1 / Math.sqrt(headDim), q: queries, k: keys, v: keys, out: queries };
}

const rowsHere = (headDim: number): number => rowsFor(headDim, isSoftwareDevice(gpuDevice()));

const GPU: Implementation = {
  forward(q, k, v, shape) {
    const logSumExp = { shape: [shape.batch, shape.heads, shape.length] };
    return runOperation(
      attentionForward(shape.headDim, rowsHere(shape.headDim)),
      gpuCall(shape),
      [q, k, v],
      [{ shape: q.shape }, logSumExp],
    );
  },
  backward([q, k, v, out, logSumExp], dy, shape) {
    const call = { ...gpuCall(shape), dOut: gpuCall(shape).out };
    const [dQ, delta] = runOperation(
      attentionQueryGradient(shape.headDim, rowsHere(shape.headDim)),
      { ...call, dQ: call.q },
      [q, k, v, out, dy, logSumExp],
      [{ shape: q.shape }, { shape: logSumExp.shape }],
    );
    const [gradients] = runOperation(
      attentionKeyGradient(shape.headDim, rowsHere(shape.headDim)),
      { ...call, dK: call.k, dV: { ...call.v, offset: k.size } },
      [q, k, v, dy, logSumExp, delta],
      [{ shape: [2 * k.shape[0], call.k.stride] }],
    );
    return [dQ, ...tf.split(gradients, 2)];
  },
};

/** What computes on the current backend. The own kernels read heads in vectors of four. */
function implementation(headDim: number): Implementation {
  if (headDim % 4 !== 0) return COMPOSITE;
  if (fusedOps()) return GPU;
  return hasWasmKernels() ? WASM : COMPOSITE;
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
  const { forward, backward } = implementation(shape.headDim);
  const op = tf.customGrad((...args) => {
    const [q, k, v, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
    const results = forward(q, k, v, shape);
    save([q, k, v, ...results]);
    return {
      value: results[0],
      gradFunc: (dy, saved) => backward(saved, dy as tf.Tensor2D, shape),
    };
  });
  return op(q, k, v) as tf.Tensor2D;
}

/**
 * Token rows for a training forward: prompt and response follow each other, padding stands at the right, so the
 * plain causal mask is all the attention needs. Log-probs are computed for a window of positions that covers
 * every response of the batch.
 */
import * as tf from '@tensorflow/tfjs-core';
import { tokenLogProbs } from '../compute/ops/logProb.ts';
import { headLogits, hiddenStates, type AttentionCall } from '../model/forward.ts';
import type { Policy } from '../model/policy.ts';

export interface TokenRow {
  readonly prompt: readonly number[];
  /** Response tokens, the end token included when there is one. */
  readonly response: readonly number[];
}

/** Rows of one forward pass. The window is the positions [start, start + width) that predict a response token. */
export interface TokenBatch {
  readonly rows: number;
  readonly length: number;
  /** int32 [rows, length]. */
  readonly inputIds: Int32Array;
  readonly start: number;
  readonly width: number;
  /** Token each window position predicts, int32 [rows, width]; pad where there is none. */
  readonly targets: Int32Array;
  /** 1 where the target is a response token, [rows, width]. */
  readonly mask: Float32Array;
  /** Column of each row's first response token inside the window. */
  readonly offsets: readonly number[];
  readonly responseTokens: number;
}

/** Lengths are rounded up to this, so that few distinct shapes are compiled and pooled. */
const LENGTH_BUCKET = 8;

/** Lays rows out right-padded. Throws when a row has an empty prompt. */
export function tokenBatch(rows: readonly TokenRow[], padId: number): TokenBatch {
  const longest = Math.max(...rows.map((row) => row.prompt.length + row.response.length));
  const length = Math.ceil(longest / LENGTH_BUCKET) * LENGTH_BUCKET;
  const start = Math.min(...rows.map((row) => row.prompt.length)) - 1;
  if (start < 0) throw new Error('tokenBatch: a prompt has no tokens; every prompt needs at least one.');
  const width = length - 1 - start;
  const inputIds = new Int32Array(rows.length * length).fill(padId);
  const targets = new Int32Array(rows.length * width).fill(padId);
  const mask = new Float32Array(rows.length * width);
  const offsets: number[] = [];
  let responseTokens = 0;
  rows.forEach((row, r) => {
    inputIds.set(row.prompt, r * length);
    inputIds.set(row.response, r * length + row.prompt.length);
    const offset = row.prompt.length - 1 - start;
    offsets.push(offset);
    responseTokens += row.response.length;
    row.response.forEach((token, t) => {
      targets[r * width + offset + t] = token;
      mask[r * width + offset + t] = 1;
    });
  });
  return { rows: rows.length, length, inputIds, start, width, targets, mask, offsets, responseTokens };
}

/**
 * Log-prob (nats, full softmax of logits / temperature) of every window target and the entropy there, both
 * [rows, width]; differentiable in the log-probs. features [rows, imageTokens, width of the text model]. `observe` as
 * in `hiddenStates`.
 */
export function windowLogProbs(
  policy: Policy,
  batch: TokenBatch,
  features: tf.Tensor3D,
  temperature: number,
  observe?: (call: AttentionCall) => void,
): { logProbs: tf.Tensor2D; entropies: tf.Tensor2D } {
  const { rows, length, start, width } = batch;
  const ids = tf.tensor2d(batch.inputIds, [rows, length], 'int32');
  const hidden = hiddenStates(policy, ids, features, observe);
  const size = policy.config.text.hidden_size;
  const window = tf.slice(hidden, [0, start, 0], [rows, width, size]);
  const logits = headLogits(policy, tf.reshape(window, [rows * width, size]));
  const targets = tf.tensor1d(batch.targets, 'int32');
  const { logProbs, entropies } = tokenLogProbs(logits, targets, temperature);
  return {
    logProbs: tf.reshape(logProbs, [rows, width]),
    entropies: tf.reshape(entropies, [rows, width]),
  };
}

/** A row's response part of a window array. */
export function responseSlice(
  batch: TokenBatch,
  values: Float32Array,
  row: number,
  tokens: number,
): number[] {
  const from = row * batch.width + batch.offsets[row];
  return Array.from(values.subarray(from, from + tokens));
}

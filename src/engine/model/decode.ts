/**
 * Token-by-token decoding with a key-value cache. A prompt is prefilled once; `repeatCache` gives each of its
 * rollouts a copy. Equal to the training forward within float rounding, which a test holds.
 */
import * as tf from '@tensorflow/tfjs-core';
import { attention } from '../compute/ops/attention.ts';
import { cacheOf, cacheRows, decodeAttention } from '../compute/ops/decodeAttention.ts';
import type { LayerCache } from '../compute/ops/decodeAttention.ts';
import { embed } from '../compute/ops/embed.ts';
import { rotaryTable } from '../compute/ops/rope.ts';
import { matrix, textNorm, textProjections, textRest } from './forward.ts';
import { EMBEDDING } from './layout.ts';
import type { Policy } from './policy.ts';

/** Capacity grows by this many positions, so that few distinct sizes are allocated. */
const CAPACITY_STEP = 64;

/** Keys and values of every layer for rows that decode together. Dispose it when they are done. */
export class DecodeCache {
  readonly layers: LayerCache[];
  /** Tokens of each row so far: the position its next token takes. */
  readonly lengths: number[];

  constructor(layers: LayerCache[], lengths: readonly number[]) {
    this.layers = layers;
    this.lengths = [...lengths];
  }

  get rows(): number {
    return this.lengths.length;
  }

  dispose(): void {
    for (const { keys, values } of this.layers) tf.dispose([keys, values]);
    this.layers.length = 0;
  }
}

/**
 * Reads prompts: inputIds int32 [B, P], right-padded, of the given lengths, with image tokens replaced by features
 * [B, imageTokens, width] → a cache and the state after the final norm of each row's last token [B, width].
 */
export function prefill(
  policy: Policy,
  inputIds: tf.Tensor2D,
  lengths: readonly number[],
  features: tf.Tensor3D,
): { cache: DecodeCache; lastHidden: tf.Tensor2D } {
  const { text, image_token_id } = policy.config;
  const [batch, length] = inputIds.shape;
  const heads = text.num_key_value_heads;
  const shape = {
    batch,
    length,
    heads: text.num_attention_heads,
    keyValueHeads: heads,
    headDim: text.head_dim,
  };
  const capacity = Math.ceil((length + 1) / CAPACITY_STEP) * CAPACITY_STEP;
  const layers: LayerCache[] = [];
  const lastHidden = tf.tidy(() => {
    const table = rotaryTable(
      Uint32Array.from({ length }, (_, i) => i),
      text.head_dim,
      text.rope_theta,
    );
    let x = embed(matrix(policy, EMBEDDING), features, inputIds, image_token_id);
    for (let i = 0; i < text.num_hidden_layers; i++) {
      const [q, k, v] = textProjections(policy, i, textNorm(policy, i, x), table);
      layers.push({
        keys: tf.keep(cacheOf(k, batch, heads, capacity)),
        values: tf.keep(cacheOf(v, batch, heads, capacity)),
      });
      x = textRest(policy, i, x, attention(q, k, v, { ...shape, causal: true }));
    }
    const last = tf.tensor1d(
      Int32Array.from(lengths, (n, b) => b * length + n - 1),
      'int32',
    );
    return textNorm(policy, text.num_hidden_layers, tf.gather(x, last));
  });
  return { cache: new DecodeCache(layers, lengths), lastHidden };
}

/** A new cache made of the given rows, which may repeat; the old one stays. */
export function selectRows(cache: DecodeCache, rows: readonly number[]): DecodeCache {
  const indices = tf.tensor1d(Int32Array.from(rows), 'int32');
  const layers = cache.layers.map(({ keys, values }) => ({
    keys: cacheRows(keys, indices),
    values: cacheRows(values, indices),
  }));
  indices.dispose();
  return new DecodeCache(
    layers,
    rows.map((row) => cache.lengths[row]),
  );
}

/** A new cache in which each row stands `times` times, one after the other; the old one stays. */
export function repeatCache(cache: DecodeCache, times: number): DecodeCache {
  return selectRows(
    cache,
    Array.from({ length: cache.rows * times }, (_, i) => Math.floor(i / times)),
  );
}

function makeRoom(cache: DecodeCache): void {
  const [batch, heads, capacity, headDim] = cache.layers[0].keys.shape;
  if (Math.max(...cache.lengths) < capacity) return;
  for (const layer of cache.layers) {
    for (const name of ['keys', 'values'] as const) {
      const old = layer[name];
      layer[name] = tf.tidy(() =>
        tf.concat([old, tf.zeros<tf.Rank.R4>([batch, heads, CAPACITY_STEP, headDim])], 2),
      );
      old.dispose();
    }
  }
}

/** Feeds one token a row, int32 [B] → its state after the final norm [B, width]. The cache moves on by one. */
export function decodeStep(policy: Policy, cache: DecodeCache, tokenIds: tf.Tensor1D): tf.Tensor2D {
  const { text } = policy.config;
  makeRoom(cache);
  const hidden = tf.tidy(() => {
    const positions = tf.tensor1d(Int32Array.from(cache.lengths), 'int32');
    const table = rotaryTable(cache.lengths, text.head_dim, text.rope_theta);
    let x: tf.Tensor2D = tf.gather(matrix(policy, EMBEDDING), tokenIds);
    cache.layers.forEach((layer, i) => {
      const [q, k, v] = textProjections(policy, i, textNorm(policy, i, x), table);
      x = textRest(policy, i, x, decodeAttention(q, k, v, layer, positions));
    });
    return textNorm(policy, text.num_hidden_layers, x);
  });
  for (let b = 0; b < cache.rows; b++) cache.lengths[b] += 1;
  return hidden;
}

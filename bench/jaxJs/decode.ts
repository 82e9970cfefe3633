/** Prefill and the cached decoding step, traced functions. jax-js has no update of a slice: `where` writes the cache. */
import { nn, numpy as np, random } from '@jax-js/jax';
import type { PolicyConfig } from '../../src/engine/model/types.ts';
import { embed, embedWords, headLogits, hiddenStates, imageFeatures, type Params } from './model.ts';
import { forRows } from './train.ts';

/** Keys and values of every layer, [rows, capacity, keyValueHeads, headDim]. */
export type Cache = { keys: np.Array[]; values: np.Array[] };
/** Rows that decode together. */
export type DecodeState = {
  cache: Cache;
  /** Position each row's next token takes, int32 [rows]. */
  positions: np.Array;
  /** Tokens drawn so far at their columns, int32 [rows, maxNewTokens]. */
  drawn: np.Array;
  /** Column of the next draw, int32 []. */
  column: np.Array;
  /** Rows that have drawn the end token, bool [rows]. */
  ended: np.Array;
  key: np.Array;
};
export type PromptArrays = {
  /** [groups · patches, C·P·P]. */
  patches: np.Array;
  /** int32 [groups, length]. */
  ids: np.Array;
  places: np.Array;
  /** [groups, length, 1]. */
  isImage: np.Array;
  /** int32 [groups]. */
  lengths: np.Array;
  /** [length, headDim]. */
  cosine: np.Array;
  sine: np.Array;
  key: np.Array;
};
export interface DecodeSizes {
  readonly rows: number;
  readonly capacity: number;
  readonly maxNewTokens: number;
}

/** Reads each group's prompt once and draws the first token of its rollouts; params borrowed, prompts owned. */
export function prefill(
  params: Params,
  config: PolicyConfig,
  prompts: PromptArrays,
  sizes: DecodeSizes,
): DecodeState {
  const { rows, capacity, maxNewTokens } = sizes;
  const [groups, length] = prompts.ids.shape;
  const times = rows / groups;
  const cache: Cache = { keys: [], values: [] };
  const room = (x: np.Array): np.Array => {
    const padded = np.pad(x, [
      [0, 0],
      [0, capacity - length],
      [0, 0],
      [0, 0],
    ]);
    return np.repeat(padded, times, 0);
  };
  const features = imageFeatures(params, config, prompts.patches);
  const hidden = hiddenStates(
    params,
    config,
    embed(params, prompts.ids, features, prompts.places, prompts.isImage),
    { cosine: prompts.cosine.reshape([1, length, 1, -1]), sine: prompts.sine.reshape([1, length, 1, -1]) },
    (_, q, k, v) => {
      cache.keys.push(room(k.ref));
      cache.values.push(room(v.ref));
      return nn.dotProductAttention(q, k, v, { isCausal: true });
    },
  );
  const last = nn.oneHot(prompts.lengths.ref.sub(1), length).reshape([groups, length, 1]);
  const logits = headLogits(params, config, hidden.mul(last).sum(1));
  const [key, draw] = splitKey(prompts.key);
  return noted(
    {
      cache,
      positions: np.repeat(prompts.lengths, times, 0),
      drawn: np.zeros([rows, maxNewTokens], { dtype: np.int32 }),
      column: np.array(0, { dtype: np.int32 }),
      ended: np.zeros([rows], { dtype: np.bool }),
      key,
    },
    random.categorical(draw, forRows(logits, rows)),
    config,
  );
}

/** One more token a row; params borrowed, tables [capacity, headDim] and the state owned. */
export function decodeStep(
  params: Params,
  config: PolicyConfig,
  tables: { cosine: np.Array; sine: np.Array },
  state: DecodeState,
): DecodeState {
  const { drawn, positions, cache } = state;
  const [rows, columns] = drawn.shape;
  const [, capacity] = cache.keys[0].shape;
  const previous = np.arange(columns).equal(state.column.ref.sub(1));
  const ids = np.where(previous, drawn.ref, 0).sum(-1);
  const at = (table: np.Array): np.Array => np.take(table, positions.ref, 0).reshape([rows, 1, 1, -1]);
  const slots = np.arange(capacity);
  const here = slots.ref.equal(positions.ref.reshape([rows, 1])).reshape([rows, capacity, 1, 1]);
  const seen = slots.lessEqual(positions.ref.reshape([rows, 1])).reshape([rows, 1, 1, capacity]);
  const next: Cache = { keys: [], values: [] };
  const rotary = { cosine: at(tables.cosine), sine: at(tables.sine) };
  const hidden = hiddenStates(
    params,
    config,
    embedWords(params, ids).reshape([rows, 1, -1]),
    rotary,
    (layer, q, k, v) => {
      next.keys.push(np.where(here.ref, k, cache.keys[layer]));
      next.values.push(np.where(here.ref, v, cache.values[layer]));
      return nn.dotProductAttention(q, next.keys[layer].ref, next.values[layer].ref, { mask: seen.ref });
    },
  );
  for (const array of [here, seen, rotary.cosine, rotary.sine]) array.dispose();
  const [key, draw] = splitKey(state.key);
  const logits = headLogits(params, config, hidden.reshape([rows, -1]));
  return noted(
    { ...state, cache: next, positions: positions.add(1), key },
    random.categorical(draw, logits),
    config,
  );
}

function splitKey(key: np.Array): [np.Array, np.Array] {
  const keys = random.split(key, 2);
  return [keys.ref.slice(0), keys.slice(1)];
}

/** The state with the drawn ids, int32 [rows], in their column; both owned. */
function noted(state: DecodeState, ids: np.Array, { text }: PolicyConfig): DecodeState {
  const [rows, columns] = state.drawn.shape;
  const now = np.arange(columns).equal(state.column.ref);
  const chosen = ids.astype(np.int32);
  const ended = np.logicalOr(state.ended, chosen.ref.equal(text.eos_token_id));
  const drawn = np.where(now, chosen.reshape([rows, 1]), state.drawn);
  return { ...state, drawn, ended, column: state.column.add(1) };
}

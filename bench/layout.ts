/** A batch as the flat arrays a training forward reads, laid out as anybody would: one row a rollout, padded right. */
import type { PolicyConfig } from '../src/engine/model/types.ts';
import { rowsOf, type BenchBatch } from '../src/engine/measure/index.ts';

/** Rows of tokens with their place in the text and which image feature each shows. */
export interface TokenRows {
  readonly rows: number;
  readonly length: number;
  /** int32 [rows, length]. */
  readonly ids: Int32Array;
  /** Which image feature of its row a token shows, 0 for words, int32 [rows, length]. */
  readonly places: Int32Array;
  /** 1 where the token is an image token, [rows, length]. */
  readonly isImage: Float32Array;
}

/** What the loss needs besides; columns are the positions [start, start + width) that predict a response token. */
export interface TrainRows extends TokenRows {
  readonly start: number;
  readonly width: number;
  /** int32 [rows, width]. */
  readonly targets: Int32Array;
  /** [rows, width]. */
  readonly mask: Float32Array;
  readonly referenceLogProbs: Float32Array;
  /** [rows]. */
  readonly advantages: Float32Array;
  readonly tokens: number;
}

/** Token rows padded to the given length. */
export function tokenRows(
  sequences: readonly (readonly number[])[],
  { image_token_id, text }: PolicyConfig,
  length: number,
): TokenRows {
  const rows = sequences.length;
  const ids = new Int32Array(rows * length).fill(text.pad_token_id);
  const places = new Int32Array(rows * length);
  const isImage = new Float32Array(rows * length);
  sequences.forEach((sequence, row) => {
    ids.set(sequence, row * length);
    let seen = 0;
    sequence.forEach((id, t) => {
      if (id !== image_token_id) return;
      places[row * length + t] = seen++;
      isImage[row * length + t] = 1;
    });
  });
  return { rows, length, ids, places, isImage };
}

/** Longest prompt of a batch, and room for the longest response after it, given or to be sampled. */
export function lengthsOf(batch: BenchBatch): { readonly prompt: number; readonly full: number } {
  const prompt = Math.max(...batch.groups.map((group) => group.prompt.length));
  const responses = rowsOf(batch).map(({ response }) => response.length);
  return { prompt, full: prompt + Math.max(batch.maxNewTokens, ...responses) };
}

/** The batch laid out for training, padded to `length`. Sampled image tokens are words: only the prompt shows pictures. */
export function trainRows(batch: BenchBatch, config: PolicyConfig, length: number): TrainRows {
  const prompts = batch.groups.flatMap(({ prompt, rows }) => rows.map(() => prompt));
  const rows = rowsOf(batch);
  const tokens = tokenRows(prompts, config, length);
  const start = Math.min(...prompts.map((prompt) => prompt.length)) - 1;
  const width = length - 1 - start;
  const targets = new Int32Array(rows.length * width).fill(config.text.pad_token_id);
  const mask = new Float32Array(rows.length * width);
  const referenceLogProbs = new Float32Array(rows.length * width);
  rows.forEach(({ response, referenceLogProbs: reference }, r) => {
    tokens.ids.set(response, r * length + prompts[r].length);
    const at = r * width + prompts[r].length - 1 - start;
    targets.set(response, at);
    mask.fill(1, at, at + response.length);
    referenceLogProbs.set(reference.slice(0, response.length), at);
  });
  const advantages = Float32Array.from(rows, (row) => row.advantage);
  const total = rows.reduce((sum, { response }) => sum + response.length, 0);
  return { ...tokens, start, width, targets, mask, referenceLogProbs, advantages, tokens: total };
}

/** cos and sin of rotary positions, repeated for both halves of a head: [positions, headDim] each. */
export function rotaryTables(
  positions: number,
  headDim: number,
  theta: number,
): { readonly cosine: Float32Array; readonly sine: Float32Array } {
  const cosine = new Float32Array(positions * headDim);
  const sine = new Float32Array(positions * headDim);
  for (let i = 0; i < headDim; i++) {
    const frequency = Math.fround(1 / theta ** ((2 * (i % (headDim / 2))) / headDim));
    for (let t = 0; t < positions; t++) {
      const angle = Math.fround(t * frequency);
      cosine[t * headDim + i] = Math.cos(angle);
      sine[t * headDim + i] = Math.sin(angle);
    }
  }
  return { cosine, sine };
}

/** pixels [B, C, S, S] → one row a patch [B·patches, C·P·P], in the order of a convolution's weights. */
export function patchRows(
  pixels: Float32Array,
  { vision }: PolicyConfig,
): { readonly rows: number; readonly width: number; readonly data: Float32Array } {
  const { num_channels: channels, patch_size: patch, image_size: size } = vision;
  const side = size / patch;
  const width = channels * patch * patch;
  const pictures = pixels.length / (channels * size * size);
  const data = new Float32Array(pixels.length);
  for (let at = 0; at < pixels.length; at++) {
    const x = at % size;
    const y = Math.floor(at / size) % size;
    const channel = Math.floor(at / (size * size)) % channels;
    const picture = Math.floor(at / (size * size * channels));
    const row = (picture * side + Math.floor(y / patch)) * side + Math.floor(x / patch);
    data[row * width + (channel * patch + (y % patch)) * patch + (x % patch)] = pixels[at];
  }
  return { rows: pictures * side * side, width, data };
}

/**
 * Token choice. Filters in Hugging Face's order (temperature, top-k, top-p), then the inverse of the cumulative
 * distribution at one counter-based uniform a row: exact, and a row's draw depends on its address alone, never on
 * the other rows of the batch.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { uniform } from '../random.ts';
import type { SamplingConfig } from './types.ts';

/** Address of the draws of one position: uniform(seed, step, groups[b], rollouts[b], position). */
export interface DrawKeys {
  readonly seed: number;
  readonly step: number;
  /** [B] */
  readonly groups: readonly number[];
  /** [B] */
  readonly rollouts: readonly number[];
  /** Response position, from 0. */
  readonly position: number;
}

export interface SampledTokens {
  /** [B] */
  readonly ids: Int32Array;
  /** [B] nats, of the FULL softmax at logits / temperature: not renormalised after top-k and top-p. */
  readonly logProbs: Float32Array;
}

type Filters = Pick<SamplingConfig, 'temperature' | 'topP' | 'topK'>;

/** logits [B, V] → a token a row; the logits are read back. Temperature 0 is greedy. Throws on logits that are not finite. */
export async function sampleTokens(
  logits: tf.Tensor2D,
  config: Filters,
  keys: DrawKeys,
): Promise<SampledTokens> {
  const values = (await logits.data()) as Float32Array; // float32 logits
  return sampleRows(values, logits.shape[1], config, keys);
}

/** Of logits that no token can be drawn from. */
export function notFinite(row: number, why = ''): Error {
  return new Error(`sampleRows: logits of row ${row} are not finite${why}.`);
}

/** Row-major logits [B, V] → a token a row. Temperature 0: the argmax (lowest id of equals), its log-prob at temperature 1. */
export function sampleRows(
  logits: Float32Array,
  vocabulary: number,
  config: Filters,
  keys: DrawKeys,
): SampledTokens {
  const rows = logits.length / vocabulary;
  const ids = new Int32Array(rows);
  const logProbs = new Float32Array(rows);
  const exponents = new Float64Array(vocabulary);
  const weights = new Float64Array(vocabulary);
  const scratch = new Float64Array(vocabulary);
  const greedy = config.temperature === 0;
  const inverseTemperature = greedy ? 1 : 1 / config.temperature;
  const { topK, topP } = config;
  for (let row = 0; row < rows; row++) {
    const offset = row * vocabulary;
    let best = 0;
    for (let i = 1; i < vocabulary; i++) if (logits[offset + i] > logits[offset + best]) best = i;
    const max = logits[offset + best];
    let total = 0;
    for (let i = 0; i < vocabulary; i++) {
      exponents[i] = (logits[offset + i] - max) * inverseTemperature;
      weights[i] = Math.exp(exponents[i]);
      total += weights[i];
    }
    // Infinity − Infinity and NaN both end here.
    if (!(total > 0)) throw notFinite(row, ` (largest ${max})`);
    let id = best;
    if (!greedy) {
      if (topK > 0 && topK < vocabulary) keepTopK(weights, topK, scratch);
      if (topP < 1) keepTopP(weights, exponents, topP, scratch);
      id = inverseCdf(
        weights,
        uniform(keys.seed, keys.step, keys.groups[row], keys.rollouts[row], keys.position),
      );
    }
    ids[row] = id;
    logProbs[row] = exponents[id] - Math.log(total);
  }
  return { ids, logProbs };
}

/** Zeroes all but the k largest weights; equals of the k-th stay, as in Hugging Face. */
function keepTopK(weights: Float64Array, k: number, scratch: Float64Array): void {
  scratch.set(weights);
  const kth = scratch.sort()[weights.length - k];
  for (let i = 0; i < weights.length; i++) if (weights[i] < kth) weights[i] = 0;
}

/** Histogram over how many nats a token is under the largest: 32 nats in steps of 1/8, the rest in the last bin. */
const BINS_PER_NAT = 8;
const BINS = 256;

/**
 * Zeroes all but the smallest set of largest weights whose share reaches p, at least one. Among equals at the edge
 * the lower ids stay. `exponents` are the weights' logarithms, ≤ 0. Sorting whole rows would cost more than all the
 * rest, so a histogram finds the bin with the edge and only that is sorted.
 */
function keepTopP(weights: Float64Array, exponents: Float64Array, p: number, scratch: Float64Array): void {
  const masses = new Float64Array(BINS);
  const binOf = (i: number): number => Math.min(BINS - 1, Math.floor(-exponents[i] * BINS_PER_NAT));
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    masses[binOf(i)] += weights[i];
    total += weights[i];
  }
  const removable = (1 - p) * total;
  let removed = 0;
  let bin = BINS - 1;
  while (bin > 0 && removed + masses[bin] <= removable) removed += masses[bin--];
  let count = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] > 0 && binOf(i) === bin) scratch[count++] = weights[i]!;
  }
  const candidates = scratch.subarray(0, count).sort();
  let first = 0;
  while (first < count - 1 && removed + candidates[first] <= removable) removed += candidates[first++];
  const edge = candidates[first];
  let equals = 0;
  while (first + equals < count && candidates[first + equals] === edge) equals++;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] < edge || (weights[i] === edge && equals-- <= 0)) weights[i] = 0;
  }
}

/** First index whose cumulative weight exceeds u of the total; never one of weight 0. u in (0, 1). */
function inverseCdf(weights: Float64Array, u: number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  const target = u * total;
  let cumulative = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    cumulative += weights[i];
    last = i;
    if (cumulative > target) break;
  }
  return last;
}

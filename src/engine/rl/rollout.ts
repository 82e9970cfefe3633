/**
 * Rollouts of many prompts at once: image and prompt are prefilled once a group, the G rollouts read that cache,
 * and a token is drawn for every row at every position until all rows have ended. On WebGPU the policy's static plans
 * do it (plannedRollouts.ts); here is what they must equal, on tfjs's ops.
 */
import * as tf from '@tensorflow/tfjs-core';
import { decodeStep, prefill, repeatCache, selectRows } from '../model/decode.ts';
import type { DecodeCache } from '../model/decode.ts';
import { headLogits, imageFeatures } from '../model/forward.ts';
import type { DecodeOptions } from '../model/plans/decodePlan.ts';
import type { Policy } from '../model/policy.ts';
import { canPlan, groupsThatFit, plannedRollouts } from './plannedRollouts.ts';
import { sampleTokens } from './sampler.ts';
import type { SamplingConfig, StopReason } from './types.ts';

export interface RolloutPrompt {
  /** Prompt tokens, image tokens included. */
  readonly ids: readonly number[];
}

/** Address of the draws: uniform(seed, step, groups[p], rollout, position). */
export interface RolloutKeys {
  readonly seed: number;
  readonly step: number;
  /** One a prompt. */
  readonly groups: readonly number[];
}

export interface GeneratedRollout {
  /** Response tokens, the end token included when there is one. */
  readonly tokenIds: readonly number[];
  /** Of each token, nats, full softmax at logits / temperature, as decoded. */
  readonly logProbs: readonly number[];
  readonly stopReason: StopReason;
}

export interface RolloutOptions {
  /** Positions decoded so far, of at most `total`; the last call has done = total. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Aborting rejects with the signal's reason; nothing is left allocated. */
  readonly signal?: AbortSignal;
}

/** Rows decoded together at most: bounds the cache, whatever the batch of prompts. */
const ROWS_AT_ONCE = 256;
/** How long a loop may keep the thread before messages get their turn, in milliseconds. */
const MACROTASK_EVERY = 30;

/**
 * prompts [P] with pixels [P, 3, S, S] → [P][groupSize] rollouts. A rollout depends on its own prompt, image and
 * address only, not on what else is in the batch.
 */
export async function generateRollouts(
  policy: Policy,
  prompts: readonly RolloutPrompt[],
  pixels: Float32Array,
  groupSize: number,
  sampling: SamplingConfig,
  keys: RolloutKeys,
  options: RolloutOptions = {},
): Promise<GeneratedRollout[][]> {
  const planned = canPlan(policy, prompts);
  const groupsAtOnce = Math.max(
    1,
    Math.min(
      Math.floor(ROWS_AT_ONCE / groupSize),
      planned ? groupsThatFit(policy, prompts, groupSize, sampling) : Infinity,
    ),
  );
  const chunks = Math.ceil(prompts.length / groupsAtOnce);
  const total = chunks * sampling.maxNewTokens;
  const perPrompt = pixels.length / prompts.length;
  const groups: GeneratedRollout[][] = [];
  const giveWay = macrotasks();
  for (let chunk = 0; chunk < chunks; chunk++) {
    const from = chunk * groupsAtOnce;
    const to = Math.min(prompts.length, from + groupsAtOnce);
    const rows = await (planned ? plannedRollouts : decodeGroups)(
      policy,
      prompts.slice(from, to),
      pixels.subarray(from * perPrompt, to * perPrompt),
      groupSize,
      sampling,
      { ...keys, groups: keys.groups.slice(from, to) },
      {
        signal: options.signal,
        giveWay,
        onProgress: (done) => options.onProgress?.(chunk * sampling.maxNewTokens + done, total),
      },
    );
    for (let p = 0; p < to - from; p++) groups.push(rows.slice(p * groupSize, (p + 1) * groupSize));
    options.onProgress?.((chunk + 1) * sampling.maxNewTokens, total);
  }
  return groups;
}

/** A row of the decode and what it has said. */
interface Row {
  readonly group: number;
  readonly rollout: number;
  readonly tokenIds: number[];
  readonly logProbs: number[];
  ended: boolean;
}

/** Rows group by group: [prompts × groupSize]. */
async function decodeGroups(
  policy: Policy,
  prompts: readonly RolloutPrompt[],
  pixels: Float32Array,
  groupSize: number,
  sampling: SamplingConfig,
  keys: RolloutKeys,
  { signal, onProgress, giveWay }: DecodeOptions,
): Promise<GeneratedRollout[]> {
  const rows = prompts.flatMap((_, p) =>
    Array.from({ length: groupSize }, (_, rollout): Row => ({
      group: keys.groups[p],
      rollout,
      tokenIds: [],
      logProbs: [],
      ended: false,
    })),
  );
  // Rows as they stand in cache and hidden: those that ended stay until enough have to be worth a copy.
  let standing = rows;
  let { cache, hidden } = startGroups(policy, prompts, pixels, groupSize);
  try {
    for (let position = 0; position < sampling.maxNewTokens; position++) {
      const ids = await drawTokens(policy, hidden, standing, sampling, { ...keys, position });
      onProgress?.(position + 1);
      const going = standing.flatMap((row, index) => (row.ended ? [] : index));
      if (going.length === 0 || position + 1 === sampling.maxNewTokens) break;
      await giveWay();
      signal?.throwIfAborted();
      let next: ArrayLike<number> = ids;
      if (going.length * 2 <= standing.length) {
        const compact = selectRows(cache, going);
        cache.dispose();
        cache = compact;
        standing = going.map((index) => standing[index]);
        next = going.map((index) => ids[index]);
      }
      hidden.dispose();
      hidden = step(policy, cache, next);
    }
  } finally {
    cache.dispose();
    hidden.dispose();
  }
  return rows.map(({ tokenIds, logProbs, ended }) => ({
    tokenIds,
    logProbs,
    stopReason: ended ? 'eos' : 'length',
  }));
}

/** Prefills each prompt once and gives every rollout its copy: cache and last state [prompts × groupSize, width]. */
function startGroups(
  policy: Policy,
  prompts: readonly RolloutPrompt[],
  pixels: Float32Array,
  groupSize: number,
): { cache: DecodeCache; hidden: tf.Tensor2D } {
  const { text, vision } = policy.config;
  const lengths = prompts.map((prompt) => prompt.ids.length);
  const longest = Math.max(...lengths);
  const ids = new Int32Array(prompts.length * longest).fill(text.pad_token_id);
  prompts.forEach((prompt, p) => ids.set(prompt.ids, p * longest));
  let caches: DecodeCache[] = [];
  const hidden = tf.tidy(() => {
    const { num_channels, image_size } = vision;
    const features = imageFeatures(
      policy,
      tf.tensor4d(pixels, [prompts.length, num_channels, image_size, image_size]),
    );
    const inputIds = tf.tensor2d(ids, [prompts.length, longest], 'int32');
    const { cache, lastHidden } = prefill(policy, inputIds, lengths, features);
    caches = [cache];
    const source = Int32Array.from({ length: prompts.length * groupSize }, (_, row) =>
      Math.floor(row / groupSize),
    );
    return tf.gather(lastHidden, tf.tensor1d(source, 'int32'));
  });
  const [shared] = caches;
  const cache = repeatCache(shared, groupSize);
  shared.dispose();
  return { cache, hidden };
}

/** Draws every standing row's token at this position and notes it on rows that have not ended. Returns all draws. */
async function drawTokens(
  policy: Policy,
  hidden: tf.Tensor2D,
  standing: readonly Row[],
  sampling: SamplingConfig,
  address: { readonly seed: number; readonly step: number; readonly position: number },
): Promise<Int32Array> {
  const logits = tf.tidy(() => headLogits(policy, hidden));
  try {
    const { ids, logProbs } = await sampleTokens(logits, sampling, {
      seed: address.seed,
      step: address.step,
      position: address.position,
      groups: standing.map((row) => row.group),
      rollouts: standing.map((row) => row.rollout),
    });
    standing.forEach((row, index) => {
      if (row.ended) return;
      row.tokenIds.push(ids[index]);
      row.logProbs.push(logProbs[index]);
      row.ended = ids[index] === policy.config.text.eos_token_id;
    });
    return ids;
  } finally {
    logits.dispose();
  }
}

function step(policy: Policy, cache: DecodeCache, ids: ArrayLike<number>): tf.Tensor2D {
  const tokens = tf.tensor1d(Int32Array.from(ids), 'int32');
  const hidden = decodeStep(policy, cache, tokens);
  tokens.dispose();
  return hidden;
}

/** A function to await in a loop: from time to time it waits for a macrotask, so that pause and abort arrive. */
export function macrotasks(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < MACROTASK_EVERY) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}

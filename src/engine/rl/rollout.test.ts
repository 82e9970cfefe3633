import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { readConfig } from '../model/config.ts';
import { Policy } from '../model/policy.ts';
import { readSafetensors } from '../model/safetensors.ts';
import { tokenBatch, windowLogProbs } from './batch.ts';
import { generateRollouts, type GeneratedRollout, type RolloutPrompt } from './rollout.ts';
import { imageFeatures } from '../model/forward.ts';
import type { SamplingConfig } from './types.ts';

const folder = new URL('../../../fixtures/oracles/smolvlm-nano/', import.meta.url);
const bytes = (name: string) => readFileSync(new URL(name, folder));
const config = readConfig(JSON.parse(bytes('config.json').toString()));
const tensors = readSafetensors(bytes('model.safetensors'));
const golden = readSafetensors(bytes('golden.safetensors'));
const greedy = (JSON.parse(bytes('golden.json').toString()) as { greedy_new_tokens: number[][] })
  .greedy_new_tokens;

const PROMPT = 16; // 9 image tokens and 7 others
const [batch, length] = golden.get('input_ids')!.shape;
const prompts: RolloutPrompt[] = Array.from({ length: batch }, (_, b) => ({
  ids: Array.from(golden.get('input_ids')!.data.subarray(b * length, b * length + PROMPT)),
}));
const pixels = golden.get('pixel_values')!.data;
const perPrompt = pixels.length / batch;
const sampled: SamplingConfig = { temperature: 1.2, topP: 0.99, topK: 0, maxNewTokens: 14 };

/** Few tokens to choose from, among them 94 for these prompts: rows end early and at different times. */
const ending: SamplingConfig = { ...sampled, topK: 3 };
/** The same network, with another token as the end token. */
const endingAt = (eos_token_id: number): Policy =>
  Policy.fromTensors({ ...config, text: { ...config.text, eos_token_id } }, tensors);

await prepareNodeBackends();
// navigator.gpu is absent where Dawn does not run, whatever its type says.
const adapter = await (globalThis.navigator.gpu as GPU | undefined)?.requestAdapter();
const backends = ['cpu', 'wasm', ...(adapter ? (['webgpu'] as const) : [])] as const;

const keys = (groups: readonly number[]) => ({ seed: 5, step: 2, groups });
const part = (from: number, to: number) => pixels.subarray(from * perPrompt, to * perPrompt);

// A software GPU spends minutes here where others need a second: it decodes a few tokens only.
const SLOW = 240_000;

describe.each(backends)('generateRollouts on %s', (backend) => {
  let policy: Policy;
  beforeAll(async () => {
    await selectBackend({ forced: backend });
    policy = endingAt(config.text.eos_token_id);
    return () => policy.dispose();
  });

  it(
    'continues greedily as transformers does, the same in every rollout, and leaves no tensor behind',
    async () => {
      const maxNewTokens = backend === 'webgpu' ? 3 : greedy[0].length;
      const steps = { temperature: 0, topP: 1, topK: 0, maxNewTokens };
      const before = tf.memory().numTensors;
      const [group] = await generateRollouts(policy, prompts.slice(0, 1), part(0, 1), 2, steps, keys([0]));
      for (const rollout of group) {
        expect(rollout.tokenIds).toEqual(greedy[0].slice(0, maxNewTokens));
        expect(rollout.stopReason).toBe('length');
      }
      expect(tf.memory().numTensors).toBe(before);
    },
    SLOW,
  );
});

describe('generateRollouts', () => {
  let policy: Policy;
  let short: Policy;
  beforeAll(async () => {
    await selectBackend({ forced: 'wasm' });
    policy = endingAt(config.text.eos_token_id);
    short = endingAt(94);
    return () => {
      policy.dispose();
      short.dispose();
    };
  });

  it('notes log-probs that the training forward agrees with', async () => {
    const [group] = await generateRollouts(policy, prompts.slice(0, 1), part(0, 1), 3, sampled, keys([7]));
    const rows = tokenBatch(
      group.map((rollout) => ({ prompt: prompts[0].ids, response: rollout.tokenIds })),
      config.text.pad_token_id,
    );
    const size = config.vision.image_size;
    const forward = tf.tidy(() => {
      const features = imageFeatures(policy, tf.tensor4d(part(0, 1), [1, 3, size, size]));
      return windowLogProbs(policy, rows, tf.tile(features, [3, 1, 1]), sampled.temperature).logProbs;
    });
    const values = await forward.data();
    forward.dispose();
    group.forEach((rollout, row) => {
      rollout.logProbs.forEach((logProb, t) => {
        expect(Math.abs(logProb - values[row * rows.width + rows.offsets[row] + t])).toBeLessThan(1e-4);
      });
    });
  });

  it('ends a row at its first end token, which counts, or at the limit', async () => {
    const groups = await generateRollouts(short, prompts, pixels, 8, ending, keys([0, 1, 2, 3]));
    const rollouts = groups.flat();
    for (const { tokenIds, logProbs, stopReason } of rollouts) {
      expect(logProbs.length).toBe(tokenIds.length);
      const end = tokenIds.indexOf(94);
      expect(end).toBe(stopReason === 'eos' ? tokenIds.length - 1 : -1);
      if (stopReason === 'length') expect(tokenIds.length).toBe(ending.maxNewTokens);
    }
    const lengths = new Set(rollouts.map((rollout) => rollout.tokenIds.length));
    expect(lengths.size).toBeGreaterThan(3);
  });

  it('gives a rollout that does not depend on the rest of the batch', async () => {
    // Prompts of different lengths, so that the long ones pad the short ones; rows end at different times.
    const uneven = prompts.map((prompt, p) => ({ ids: prompt.ids.slice(0, PROMPT - p) }));
    const together = await generateRollouts(short, uneven, pixels, 4, ending, keys([10, 11, 12, 13]));
    for (const p of [0, 1, 2, 3]) {
      const [alone] = await generateRollouts(short, [uneven[p]], part(p, p + 1), 3, ending, keys([10 + p]));
      alone.forEach((rollout, r) => expectSame(rollout, together[p][r]));
    }
    const elsewhere = await generateRollouts(short, uneven, pixels, 4, ending, keys([20, 21, 22, 23]));
    expect(elsewhere.flat().map((r) => r.tokenIds)).not.toEqual(together.flat().map((r) => r.tokenIds));
  });

  it('leaves no tensor behind when aborted', async () => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const aborted = generateRollouts(policy, prompts.slice(0, 2), part(0, 2), 2, sampled, keys([0, 1]), {
      onProgress: (done) => {
        if (done === 2) controller.abort(new Error('enough'));
      },
      signal: controller.signal,
    });
    await expect(aborted).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('cuts a large batch into pieces without changing a draw, and reports progress to the end', async () => {
    const two = { ...sampled, maxNewTokens: 2 };
    const many = Array.from({ length: 5 }, () => prompts[1]);
    const images = new Float32Array(5 * perPrompt);
    for (let p = 0; p < 5; p++) images.set(part(1, 2), p * perPrompt);
    const progress: [number, number][] = [];
    const groups = await generateRollouts(policy, many, images, 80, two, keys([1, 2, 3, 4, 5]), {
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(groups.map((group) => group.length)).toEqual([80, 80, 80, 80, 80]);
    expect(progress.at(-1)).toEqual([4, 4]);
    const [last] = await generateRollouts(policy, [prompts[1]], part(1, 2), 80, two, keys([5]));
    last.forEach((rollout, r) => expectSame(rollout, groups[4][r]));
  });
});

function expectSame(actual: GeneratedRollout, expected: GeneratedRollout): void {
  expect(actual.tokenIds).toEqual(expected.tokenIds);
  expect(actual.stopReason).toBe(expected.stopReason);
  actual.logProbs.forEach((logProb, t) =>
    expect(Math.abs(logProb - expected.logProbs[t])).toBeLessThan(1e-5),
  );
}

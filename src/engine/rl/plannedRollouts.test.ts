import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { onGpuError } from '../compute/gpu.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { countBuffers } from '../compute/webgpu/testing.ts';
import { setFusedOpsOff } from '../compute/webgpu/fused.ts';
import { readConfig } from '../model/config.ts';
import { imageFeatures } from '../model/forward.ts';
import { Policy } from '../model/policy.ts';
import { readSafetensors } from '../model/safetensors.ts';
import { tokenBatch, windowLogProbs } from './batch.ts';
import { canPlan } from './plannedRollouts.ts';
import { generateRollouts, type GeneratedRollout, type RolloutOptions } from './rollout.ts';
import type { SamplingConfig } from './types.ts';

const folder = new URL('../../../fixtures/oracles/smolvlm-nano/', import.meta.url);
const bytes = (name: string) => readFileSync(new URL(name, folder));
const config = readConfig(JSON.parse(bytes('config.json').toString()));
const tensors = readSafetensors(bytes('model.safetensors'));
const golden = readSafetensors(bytes('golden.safetensors'));
const { greedy_new_tokens: greedyTokens } = JSON.parse(bytes('golden.json').toString()) as {
  greedy_new_tokens: number[][];
};

const PROMPT = 16;
const [batch, length] = golden.get('input_ids')!.shape;
const ids = golden.get('input_ids')!.data;
const prompts = Array.from({ length: batch }, (_, b) => ({
  ids: Array.from(ids.subarray(b * length, b * length + PROMPT)),
}));
/** Of different lengths, so that the long ones pad the short ones. */
const uneven = prompts.map((prompt, p) => ({ ids: prompt.ids.slice(0, PROMPT - p) }));
const pixels = golden.get('pixel_values')!.data;
const perPrompt = pixels.length / batch;
const part = (from: number, to: number) => pixels.subarray(from * perPrompt, to * perPrompt);
const keys = (groups: readonly number[]) => ({ seed: 2 ** 31 + 5, step: -2, groups });

const full: SamplingConfig = { temperature: 1, topP: 1, topK: 0, maxNewTokens: 14 };
const nucleus = { ...full, temperature: 1.2, topP: 0.99 };
const few = { ...full, topK: 3 };
const greedy = { ...full, temperature: 0, maxNewTokens: greedyTokens[0].length };
/** Makes rows end early and at different times: 94 is among the few likely tokens. */
const ending = { ...few, temperature: 1.2 };
const EOS = 94;

const policyWith = (eos_token_id = config.text.eos_token_id): Policy =>
  Policy.fromTensors({ ...config, text: { ...config.text, eos_token_id } }, tensors);

const cases = [
  ['temperature 1', full, undefined],
  ['temperature 1.2, top-p 0.99', nucleus, undefined],
  ['top-k 3', few, undefined],
  ['rows that end early', ending, EOS],
  ['greedy', greedy, undefined],
] as const;

const all = [10, 11, 12, 13];
const decode = (policy: Policy, sampling: SamplingConfig, options?: RolloutOptions) =>
  generateRollouts(policy, uneven, pixels, 4, sampling, keys(all), options);

const expected = new Map<string, GeneratedRollout[][]>();
const errors: string[] = [];
let held: ReturnType<typeof countBuffers>;

beforeAll(async () => {
  await prepareNodeBackends();
  held = countBuffers();
  await selectBackend({ forced: 'wasm' });
  for (const [name, sampling, eos] of cases) {
    const policy = policyWith(eos);
    expected.set(name, await decode(policy, sampling));
    policy.dispose();
  }
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
  return () => expect(errors).toEqual([]);
});

function expectSame(actual: GeneratedRollout[][], reference: GeneratedRollout[][]): void {
  expect(actual.flat().map((r) => r.tokenIds)).toEqual(reference.flat().map((r) => r.tokenIds));
  actual.flat().forEach(({ logProbs, stopReason }, row) => {
    const rollout = reference.flat()[row];
    expect(stopReason).toBe(rollout.stopReason);
    expect(logProbs).toHaveLength(rollout.logProbs.length);
    logProbs.forEach((logProb, t) => expect(Math.abs(logProb - rollout.logProbs[t])).toBeLessThan(1e-4));
  });
}

describe('planned rollouts', () => {
  it.each(cases)('draw the reference’s tokens: %s', async (name, sampling, eos) => {
    const policy = policyWith(eos);
    expect(canPlan(policy, uneven)).toBe(true);
    const first = await decode(policy, sampling);
    expectSame(first, expected.get(name)!);
    // Again, in buffers that are no longer empty, and, where rows end early, stopping when all have.
    expect(await decode(policy, sampling)).toEqual(first);
    policy.dispose();
  });

  it('continue greedily as transformers does', async () => {
    const policy = policyWith();
    const groups = await generateRollouts(policy, prompts, pixels, 1, greedy, keys(all));
    expect(groups.map(([{ tokenIds }]) => tokenIds)).toEqual(greedyTokens);
    policy.dispose();
  });

  it('are not for policies without flat memory', () => {
    setFusedOpsOff('a test');
    const reference = policyWith();
    setFusedOpsOff(null);
    expect(canPlan(reference, prompts)).toBe(false);
    reference.dispose();
  });

  it('have the training forward’s log-probs', async () => {
    const policy = policyWith();
    const groups = await decode(policy, nucleus);
    policy.dispose();
    // On wasm, because a software GPU takes its time.
    await selectBackend({ forced: 'wasm' });
    const trained = policyWith();
    const rows = tokenBatch(
      groups.flatMap((group, p) =>
        group.map(({ tokenIds }) => ({ prompt: uneven[p].ids, response: tokenIds })),
      ),
      config.text.pad_token_id,
    );
    const size = config.vision.image_size;
    const values = tf.tidy(() => {
      const features = imageFeatures(trained, tf.tensor4d(pixels, [batch, 3, size, size]));
      const groupOf = tf.tensor1d(
        groups.flatMap((group, p) => group.map(() => p)),
        'int32',
      );
      const repeated = tf.gather<tf.Tensor3D>(features, groupOf);
      return windowLogProbs(trained, rows, repeated, nucleus.temperature).logProbs.dataSync();
    });
    trained.dispose();
    await selectBackend({ forced: 'webgpu' });
    const mismatches = groups
      .flat()
      .flatMap(({ logProbs }, row) =>
        logProbs.map((logProb, t) => Math.abs(logProb - values[row * rows.width + rows.offsets[row] + t])),
      );
    expect(mismatches.length).toBeGreaterThan(150);
    expect(Math.max(...mismatches)).toBeLessThan(1e-4);
  });

  it('map their results alone, and look for an early end only where the last batch had one', async () => {
    const maps = vi.spyOn(GPUBuffer.prototype, 'mapAsync');
    const submits = vi.spyOn(GPUQueue.prototype, 'submit');
    const one = async (policy: Policy) => {
      const sampling = { ...nucleus, maxNewTokens: 100 };
      const [[rollout]] = await generateRollouts(
        policy,
        prompts.slice(0, 1),
        part(0, 1),
        1,
        sampling,
        keys([0]),
      );
      return rollout.tokenIds;
    };
    const endless = policyWith(-1);
    const tokens = await one(endless);
    expect(tokens).toHaveLength(100);
    expect(maps).toHaveBeenCalledTimes(1);
    endless.dispose();
    // The same draws, with an end token among them.
    const short = policyWith();
    const end = tokens.indexOf(config.text.eos_token_id);
    expect(end).toBeGreaterThan(8);
    expect(end).toBeLessThan(60);
    submits.mockClear();
    expect(await one(short)).toEqual(tokens.slice(0, end + 1));
    const unwarned = submits.mock.calls.length;
    submits.mockClear();
    expect(await one(short)).toEqual(tokens.slice(0, end + 1));
    expect(submits.mock.calls.length).toBeLessThan(unwarned);
    short.dispose();
    maps.mockRestore();
    submits.mockRestore();
  });

  it('stop between submits when aborted, and go on unharmed', async () => {
    const policy = policyWith();
    const reference = await decode(policy, nucleus);
    const long = { ...nucleus, maxNewTokens: 60 };
    await decode(policy, long);
    const before = { ...held };
    const controller = new AbortController();
    const aborted = decode(policy, long, {
      onProgress: (done) => (done < 60 ? controller.abort(new Error('enough')) : undefined),
      signal: controller.signal,
    });
    await expect(aborted).rejects.toThrow('enough');
    expect(held).toEqual(before);
    expect(await decode(policy, nucleus)).toEqual(reference);
    policy.dispose();
  });

  it('keep one plan a policy through many batches, and free it with the policy', async () => {
    const before = { ...held };
    const policy = policyWith();
    await decode(policy, { ...full, maxNewTokens: 5 });
    const first = { ...held };
    expect(first.buffers).toBeGreaterThan(before.buffers);
    for (let n = 0; n < 20; n++) {
      const groups = 1 + (n % 4);
      const sampling = { ...nucleus, maxNewTokens: 2 + (n % 3) };
      await generateRollouts(policy, uneven.slice(0, groups), part(0, groups), 3, sampling, keys(all));
    }
    expect(held).toEqual(first);
    await decode(policy, { ...full, maxNewTokens: 30 });
    expect(held.buffers).toBe(first.buffers);
    expect(held.bytes).toBeGreaterThan(first.bytes);
    policy.dispose();
    expect(held).toEqual(before);
  });

  it('let two batches of one policy wait for each other', async () => {
    const policy = policyWith();
    const both = await Promise.all([decode(policy, nucleus), decode(policy, full)]);
    expectSame(both[0], expected.get('temperature 1.2, top-p 0.99')!);
    expectSame(both[1], expected.get('temperature 1')!);
    policy.dispose();
  });

  it('throw as the reference does where logits are not finite', async () => {
    const broken = new Map(tensors);
    const name = 'model.text_model.norm.weight';
    broken.set(name, { shape: [32], data: new Float32Array(32).fill(NaN) });
    const policy = Policy.fromTensors(config, broken);
    await expect(decode(policy, full)).rejects.toThrow(/logits of row 0 are not finite/);
    policy.dispose();
  });
});

import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../compute/backend.ts';
import { onGpuError } from '../../compute/gpu.ts';
import { prepareNodeBackends } from '../../compute/nodeBackend.ts';
import { gpuDevice } from '../../compute/webgpu/eager.ts';
import { HARDWARE, SOFTWARE, type GpuTuning } from '../../compute/webgpu/tuning.ts';
import { RandomStream } from '../../random.ts';
import { architecture } from '../architectures.ts';
import { readCheckpoint } from '../checkpoint.ts';
import { Policy } from '../policy.ts';
import { DecodePlan, promptsAtOnce, type DecodeInput } from './decodePlan.ts';

const FOLDER = new URL('../../../../fixtures/oracles/smolvlm-nano/', import.meta.url);
const errors: string[] = [];

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
  return () => expect(errors).toEqual([]);
});

/** Three prompts of different lengths, two rollouts each. */
function input(policy: Policy): DecodeInput {
  const { vision, image_token_id: image } = policy.config;
  const random = new RandomStream(3);
  return {
    pixels: Float32Array.from({ length: 3 * 3 * vision.image_size ** 2 }, () => random.normal()),
    prompts: [12, 17, 14].map((length) =>
      Array.from({ length }, (_, i) => (i > 0 && i < 10 ? image : 4 + random.integer(120))),
    ),
    groups: [5, 6, 7],
    rowsPerGroup: 2,
    newTokens: 6,
    temperature: 1.2,
    topP: 0.99,
    topK: 0,
    seed: 1,
    step: 2,
  };
}

const capacity = { groups: 4, rows: 16, promptLength: 24, newTokens: 32 };
const giveWay = () => Promise.resolve();

async function decode(policy: Policy, tuning: GpuTuning) {
  const plan = new DecodePlan(gpuDevice(), policy.config, policy.flat!, capacity, tuning);
  const batch = input(policy);
  const { tokens, logProbs, states } = await plan.run(batch, { giveWay });
  const { dispatches } = plan;
  plan.dispose();
  const said = Array.from(states, (state, row) => {
    const of = tokens.subarray(row * batch.newTokens, (row + 1) * batch.newTokens);
    return [...of.subarray(0, state === 0 ? of.length : of.indexOf(policy.config.text.eos_token_id) + 1)];
  });
  return { said, logProbs, states, dispatches };
}

const small = architecture('small', 130);
const policies = {
  'the nano fixture': async () => {
    const { config, tensors } = await readCheckpoint((name) =>
      readFile(new URL(name, FOLDER)).catch(() => null),
    );
    return Policy.fromTensors(config, tensors);
  },
  'fresh tiny': () => Promise.resolve(Policy.initialize(architecture('tiny', 130), 1)),
  // Three heads do not share out a workgroup.
  'fresh nano of three heads, layers in parts': () => {
    const nano = architecture('nano', 130);
    const text = { ...nano.text, num_attention_heads: 3, num_key_value_heads: 1 };
    return Promise.resolve(Policy.initialize({ ...nano, text }, 1));
  },
};

describe('a decode plan', () => {
  it.each(Object.keys(policies) as (keyof typeof policies)[])(
    'draws the same with many invocations a row as with one: %s',
    async (name) => {
      const policy = await policies[name]();
      const narrow = await decode(policy, SOFTWARE);
      const wide = await decode(policy, HARDWARE);
      expect(wide.said).toEqual(narrow.said);
      expect(wide.states).toEqual(narrow.states);
      narrow.said.forEach((tokens, row) =>
        tokens.forEach((_, t) =>
          expect(Math.abs(wide.logProbs[row * 6 + t] - narrow.logProbs[row * 6 + t])).toBeLessThan(1e-5),
        ),
      );
      const layers = policy.config.text.num_hidden_layers;
      expect(narrow.dispatches.step).toBe(9 * layers + 4);
      expect(wide.dispatches.step).toBe(name.endsWith('in parts') ? 9 * layers + 4 : layers + 3);
      policy.dispose();
    },
  );

  it('refuses what is larger than its capacity', async () => {
    const policy = Policy.initialize(architecture('nano', 130), 1);
    const plan = new DecodePlan(gpuDevice(), policy.config, policy.flat!, capacity);
    await expect(plan.run({ ...input(policy), newTokens: 33 }, { giveWay })).rejects.toThrow(/do not fit/);
    plan.dispose();
    policy.dispose();
  });

  it('takes so many prompts that every buffer can be bound', () => {
    const limits = { maxStorageBufferBindingSize: 2 ** 27 } as GPUSupportedLimits;
    const sizes = { rowsPerGroup: 8, promptLength: 64, newTokens: 64 };
    // Keys and values of eight rows' tokens are a group's largest buffer.
    expect(promptsAtOnce(limits, small, sizes)).toBe(Math.floor(2 ** 27 / (4 * 8 * 64 * 2 * 128)));
    const one = { maxStorageBufferBindingSize: 1 } as GPUSupportedLimits;
    expect(promptsAtOnce(one, small, sizes)).toBe(1);
  });
});

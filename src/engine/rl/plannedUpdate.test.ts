import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend, type BackendName } from '../compute/backend.ts';
import { onGpuError } from '../compute/gpu.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { NonFiniteError } from '../compute/nonFinite.ts';
import { createOptimizer } from '../compute/optimizer.ts';
import { readConfig } from '../model/config.ts';
import { Policy } from '../model/policy.ts';
import { readSafetensors } from '../model/safetensors.ts';
import { RandomStream } from '../random.ts';
import type { UpdateGroup, UpdateResult } from './microBatch.ts';
import { PRESETS } from './presets.ts';
import type { TrainConfig } from './types.ts';
import { updatePolicy } from './updatePhase.ts';

const folder = new URL('../../../fixtures/oracles/smolvlm-nano/', import.meta.url);
const bytes = (name: string) => readFileSync(new URL(name, folder));
const policyConfig = readConfig(JSON.parse(bytes('config.json').toString()));
const tensors = readSafetensors(bytes('model.safetensors'));
const { num_channels, image_size } = policyConfig.vision;
const imageTokens = 9;

/** Four groups of four responses of different lengths to prompts of different lengths. */
function groups(): UpdateGroup[] {
  const random = new RandomStream(3);
  const words = (count: number) => Array.from({ length: count }, () => 4 + random.integer(80));
  return Array.from({ length: 4 }, (_, g) => {
    const prompt = [...Array<number>(imageTokens).fill(policyConfig.image_token_id), ...words(4 + g)];
    return {
      pixels: Float32Array.from({ length: num_channels * image_size ** 2 }, () => random.normal()),
      rows: Array.from({ length: 4 }, () => ({
        prompt,
        response: words(3 + random.integer(9)),
        advantage: random.normal(),
      })),
    };
  });
}

interface Case {
  readonly change?: Partial<TrainConfig>;
  readonly kl?: boolean;
  readonly trainVision?: boolean;
}

/** Two steps. */
async function update(backend: BackendName, { change = {}, kl = true, trainVision = true }: Case) {
  await selectBackend({ forced: backend });
  const config: TrainConfig = { ...PRESETS.nano, rolloutsPerMicroBatch: 8, ...change };
  const policy = Policy.fromTensors(policyConfig, tensors);
  const reference = kl ? policy.clone() : null;
  const trained = new Map(
    [...policy.parameters].filter(([name]) => trainVision || !name.startsWith('model.vision_model.')),
  );
  const optimizer = createOptimizer(trained, policy.flat, config.optimizer);
  const results: UpdateResult[] = [];
  for (const batch of [groups(), groups()]) {
    results.push(await updatePolicy({ policy, reference, trained, optimizer }, batch, config));
  }
  const after = await policy.exportTensors();
  optimizer.dispose();
  policy.dispose();
  reference?.dispose();
  return { results, after };
}

const errors: string[] = [];

beforeAll(async () => {
  await prepareNodeBackends();
  onGpuError((message) => errors.push(message));
});

describe('an update by static plans', () => {
  const cases: Readonly<Record<string, Case>> = {
    'one update in two micro-batches': {},
    'groups cut into pieces': { change: { rolloutsPerMicroBatch: 3 } },
    'two updates a step, with old log-probs': { change: { promptsPerMiniBatch: 2 } },
    'without KL, sequence ratios': {
      kl: false,
      change: { objective: { ...PRESETS.nano.objective, importanceSampling: 'sequence' } },
    },
    'the vision tower frozen': { trainVision: false },
    'activations computed again': { change: { recomputeActivations: true } },
  };

  it.each(Object.entries(cases))(
    '%s: the numbers of wasm',
    async (_, test) => {
      const planned = await update('webgpu', test);
      const { results, after } = await update('wasm', test);
      expect(errors).toEqual([]);
      results.forEach((expected, step) => {
        const actual = planned.results[step];
        expect(actual.updates).toHaveLength(expected.updates.length);
        expected.updates.forEach((golden, i) => {
          const update = actual.updates[i];
          expect(update.tokens).toBe(golden.tokens);
          expect(update.policyLoss).toBeCloseTo(golden.policyLoss, 5);
          expect(update.kl).toBeCloseTo(golden.kl, 5);
          expect(update.gradNorm / golden.gradNorm).toBeCloseTo(1, 4);
        });
        expected.rows.flat().forEach((golden, r) => {
          const row = actual.rows.flat()[r];
          for (const field of ['oldLogProbs', 'referenceLogProbs', 'logProbs', 'entropies'] as const) {
            expect(row[field]).toHaveLength(golden[field].length);
            row[field].forEach((value, t) => expect(value).toBeCloseTo(golden[field][t], 4));
          }
        });
      });
      for (const [name, { data }] of after) {
        const actual = planned.after.get(name)!.data;
        const worst = data.reduce((a, value, i) => Math.max(a, Math.abs(value - actual[i])), 0);
        // Two steps of 3e-4: where a gradient is near 0, its sign is rounding.
        expect(worst, name).toBeLessThan(2e-4);
        if (test.trainVision === false && name.startsWith('model.vision_model.')) {
          expect(actual).toEqual(tensors.get(name)!.data);
        }
      }
    },
    120_000,
  );

  it('the same bits twice', async () => {
    const [once, twice] = [await update('webgpu', {}), await update('webgpu', {})];
    expect(twice).toEqual(once);
  });

  it('an advantage that is not a number stops it, and nothing has changed', async () => {
    const batch = groups();
    const broken = batch.map((group, g) => ({
      ...group,
      rows: group.rows.map((row, r) => (g === 2 && r === 1 ? { ...row, advantage: NaN } : row)),
    }));
    await selectBackend({ forced: 'webgpu' });
    const policy = Policy.fromTensors(policyConfig, tensors);
    const optimizer = createOptimizer(policy.parameters, policy.flat, PRESETS.nano.optimizer);
    const parts = { policy, reference: null, trained: policy.parameters, optimizer };
    await updatePolicy(parts, batch, PRESETS.nano);
    const before = [await policy.exportTensors(), await optimizer.exportState()];
    await expect(updatePolicy(parts, broken, PRESETS.nano)).rejects.toThrow(NonFiniteError);
    expect([await policy.exportTensors(), await optimizer.exportState()]).toEqual(before);
    expect(optimizer.steps).toBe(1);
  });
});

import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { golden, inputOf, sizesOf } from './goldenLogProbs.ts';
import { policyLoss } from './objective.ts';
import { lossNormaliser, type Normaliser } from './aggregation.ts';
import { referencePolicyLoss, rowObjective, type ObjectiveInput } from './objectiveReference.ts';
import { PEBR_OBJECTIVE as pebr } from './presets.ts';
import { trlCases } from './trlCases.ts';
import { LOSS_TYPES, type ObjectiveConfig } from './types.ts';

const oracles = new URL('../../../fixtures/oracles/', import.meta.url);
const json = (name: string): unknown => JSON.parse(readFileSync(new URL(name, oracles), 'utf8'));
const batchOf = (name: string) => golden(readFileSync(new URL(`${name}/golden.safetensors`, oracles)));

/** Loss and gradient of the tensor version on the current backend. */
async function onBackend(input: ObjectiveInput, config: ObjectiveConfig, normaliser: Normaliser) {
  const rows = (values: readonly ArrayLike<number>[]) => tf.tensor2d(values.map((row) => Array.from(row)));
  const { value, grad } = tf.tidy(() => {
    const oldLogProbs = rows(input.oldLogProbs);
    const referenceLogProbs = input.referenceLogProbs && rows(input.referenceLogProbs);
    const advantages = tf.tensor1d(Array.from(input.advantages));
    const mask = rows(input.mask);
    const loss = (logProbs: tf.Tensor2D) =>
      policyLoss({ logProbs, oldLogProbs, referenceLogProbs, advantages, mask }, config, normaliser).loss;
    // A factor in front, so that the incoming derivative is not 1.
    const result = tf.valueAndGrad((x: tf.Tensor) => tf.mul(loss(x as tf.Tensor2D), 2))(rows(input.logProbs));
    return { value: tf.div(result.value, 2), grad: tf.div(result.grad, 2) };
  });
  const output = { loss: (await value.data())[0], gradient: Array.from(await grad.data()) };
  tf.dispose([value, grad]);
  return output;
}

const nano = batchOf('smolvlm-nano');
const trl = trlCases(json('smolvlm-nano/trl-losses.json'));

/** TRL keeps sapo's temperatures in a float32 tensor, whatever the log-probs are. */
function inTrlsPrecision(config: ObjectiveConfig): ObjectiveConfig {
  const { temperaturePositive, temperatureNegative } = config.sapo;
  const sapo = {
    temperaturePositive: Math.fround(temperaturePositive),
    temperatureNegative: Math.fround(temperatureNegative),
  };
  return { ...config, sapo };
}

describe('float64 reference on the golden log-probs', () => {
  const input = inputOf(nano, trl.referenceClamp);
  const sizes = sizesOf(input, trl.maxCompletionLength);

  it('has every row, under a name of its own', () => {
    expect(trl.cases.length).toBe(35);
    expect(new Set(trl.cases.map((row) => row.name)).size).toBe(trl.cases.length);
    for (const row of trl.cases) expect(row.reason).toBeNull();
  });

  it.each(trl.cases)('$name', ({ config, lossFloat64, loss, lossTolerance, metrics }) => {
    const exact = inTrlsPrecision(config!);
    const result = referencePolicyLoss(input, exact, lossNormaliser(exact, sizes));
    expect(Math.abs(result.loss - lossFloat64)).toBeLessThan(1e-9);
    expect(Math.abs(result.loss - loss)).toBeLessThan(lossTolerance);
    const { tokens, kl, clippedLow, clippedHigh } = result.sums;
    if (metrics['clip_ratio/region_mean'] !== undefined) {
      expect(clippedLow / tokens).toBeCloseTo(metrics['clip_ratio/low_mean'], 6);
      expect(clippedHigh / tokens).toBeCloseTo(metrics['clip_ratio/high_mean'], 6);
      expect((clippedLow + clippedHigh) / tokens).toBeCloseTo(metrics['clip_ratio/region_mean'], 6);
    }
    if (metrics.cispo_clip_ratio !== undefined) {
      expect(clippedHigh / tokens).toBeCloseTo(metrics.cispo_clip_ratio, 6);
    }
    if (metrics.kl !== undefined) expect(kl / tokens).toBeCloseTo(metrics.kl, 5);
    const weight = metrics['vespo/phi_seq_mean'];
    if (weight !== undefined) {
      const weights = input.logProbs.map((_, b) => {
        const kept = (values: ArrayLike<number>) =>
          Array.from(values).filter((_, t) => input.mask[b][t] === 1);
        const logProbs = kept(input.logProbs[b]);
        const oldLogProbs = kept(input.oldLogProbs[b]);
        const row = { logProbs, oldLogProbs, referenceLogProbs: null, advantage: input.advantages[b] };
        return rowObjective(row, exact).tokens[0].vespoWeight!;
      });
      expect(weights.reduce((a, b) => a + b, 0) / weights.length).toBeCloseTo(weight, 4);
    }
  });

  it.each(['smolvlm-nano', 'smolvlm-nano-extreme'])('PeBR loss of %s', (name) => {
    const batch = inputOf(batchOf(name));
    const expected = json(`${name}/golden.json`) as { policy_loss: number; kl: number; loss: number };
    const result = referencePolicyLoss(batch, pebr, lossNormaliser(pebr, sizesOf(batch, 10)));
    expect(Math.abs(result.policyLoss - expected.policy_loss)).toBeLessThan(1e-6);
    expect(Math.abs(result.kl - expected.kl)).toBeLessThan(1e-6);
    expect(Math.abs(result.loss - expected.loss)).toBeLessThan(1e-6);
    expect(result.gradient.flat().every(Number.isFinite)).toBe(true);
  });
});

await prepareNodeBackends();
// navigator.gpu is absent where Dawn does not run, whatever its type says.
const adapter = await (globalThis.navigator.gpu as GPU | undefined)?.requestAdapter();
const backends = ['cpu', 'wasm', ...(adapter ? (['webgpu'] as const) : [])] as const;

describe.each(backends)('tensors on %s', (backend) => {
  beforeAll(() => selectBackend({ forced: backend }));

  async function agrees(input: ObjectiveInput, config: ObjectiveConfig, maxCompletionLength: number) {
    const normaliser = lossNormaliser(config, sizesOf(input, maxCompletionLength));
    const expected = referencePolicyLoss(input, config, normaliser);
    const actual = await onBackend(input, config, normaliser);
    expect(Math.abs(actual.loss - expected.loss)).toBeLessThanOrEqual(
      1e-5 * Math.max(1, Math.abs(expected.loss)),
    );
    expected.gradient.flat().forEach((gradient, i) => {
      const difference = Math.abs(actual.gradient[i] - gradient);
      expect(difference).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(gradient)));
    });
  }

  it.each(trl.cases)('$name', ({ config }) =>
    agrees(inputOf(nano, trl.referenceClamp), config!, trl.maxCompletionLength),
  );

  it.each(['smolvlm-nano', 'smolvlm-nano-extreme'])('PeBR loss of %s', (name) =>
    agrees(inputOf(batchOf(name)), pebr, 10),
  );

  it('is finite in value and gradient for log-probs far apart', async () => {
    const far = { ...inputOf(nano), logProbs: [[-500, -0, -300]], oldLogProbs: [[0, -500, -300]] };
    for (const lossType of LOSS_TYPES) {
      for (const [advantage, klEstimator, importanceSampling] of [
        [-2, 'k1', 'sequence'],
        [-2, 'k3', 'token'],
        [0, 'k3', 'sequence'],
        [2, 'k2', 'token'],
        [2, 'k3', 'sequence'],
      ] as const) {
        const input = {
          ...far,
          referenceLogProbs: [[0, -500, -1]],
          advantages: [advantage],
          mask: [[1, 1, 1]],
        };
        const clampKl = lossType === 'pebr';
        const config: ObjectiveConfig = {
          ...pebr,
          lossType,
          importanceSampling,
          klEstimator,
          clampKl,
          biasCorrectedKl: lossType === 'grpo' || lossType === 'cispo',
        };
        const normaliser = lossNormaliser(config, sizesOf(input, 3));
        const { loss, gradient } = await onBackend(input, config, normaliser);
        expect([loss, ...gradient].every(Number.isFinite), `${lossType} A=${advantage}`).toBe(true);
      }
    }
  });

  it('agrees with the reference away from the edges of the branches', async () => {
    const logProb = fc.integer({ min: -3000, max: 0 }).map((x) => x / 997);
    const row = fc.record({
      current: fc.array(logProb, { minLength: 3, maxLength: 3 }),
      old: fc.array(logProb, { minLength: 3, maxLength: 3 }),
      reference: fc.array(logProb, { minLength: 3, maxLength: 3 }),
      mask: fc.array(fc.constantFrom(0, 1), { minLength: 3, maxLength: 3 }),
      advantage: fc.constantFrom(-1.7, -0.3, 0, 0.4, 2.1),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 4 }),
        fc.record({
          lossType: fc.constantFrom(...LOSS_TYPES),
          importanceSampling: fc.constantFrom('token' as const, 'sequence' as const),
          aggregation: fc.constantFrom(
            'default' as const,
            'token_mean' as const,
            'row_mean' as const,
            'constant' as const,
            'row_sum' as const,
          ),
          klEstimator: fc.constantFrom('k1' as const, 'k2' as const, 'k3' as const),
          clampKl: fc.boolean(),
          biasCorrectedKl: fc.boolean(),
        }),
        async (rows, change) => {
          const input: ObjectiveInput = {
            logProbs: rows.map((r) => r.current),
            oldLogProbs: rows.map((r) => r.old),
            referenceLogProbs: rows.map((r) => r.reference),
            advantages: rows.map((r) => r.advantage),
            mask: rows.map((r) => r.mask),
          };
          await agrees(input, { ...pebr, ...change, klCoefficient: 0.1 }, 5);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('leaves no tensor behind', async () => {
    const input = inputOf(nano);
    const normaliser = lossNormaliser(pebr, sizesOf(input, 10));
    await onBackend(input, pebr, normaliser);
    const before = tf.memory().numTensors;
    await onBackend(input, pebr, normaliser);
    expect(tf.memory().numTensors).toBe(before);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lossNormaliser } from './aggregation.ts';
import {
  ORACLE_AGGREGATIONS as aggregations,
  ORACLE_BASE as base,
  ORACLE_CONFIGS as configs,
  readLossOracle,
} from './lossOracle.ts';
import { referencePolicyLoss, rowObjective } from './objectiveReference.ts';
import { PEBR_OBJECTIVE as pebr } from './presets.ts';
import { LOSS_TYPES, type ObjectiveConfig } from './types.ts';

const {
  oracle,
  kl: klOracle,
  input,
  sizes,
} = readLossOracle(
  JSON.parse(readFileSync(new URL('../../../fixtures/oracles/objective.json', import.meta.url), 'utf8')),
);
const rowOf = (b: number) => ({
  logProbs: oracle.new_logp[b].filter((_, t) => oracle.mask[b][t] === 1),
  oldLogProbs: oracle.old_logp[b],
  referenceLogProbs: null,
  advantage: oracle.advantages_per_seq[b],
});
const near = (actual: number, expected: number, tolerance = 1e-9) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));

describe('referencePolicyLoss against objective.json', () => {
  it('has a config for every row', () =>
    expect(oracle.cases.map((row) => row.name).sort()).toEqual(Object.keys(configs).sort()));

  it.each(oracle.cases)('$name', (row) => {
    const config = configs[row.name];
    for (const [name, aggregation] of Object.entries(aggregations)) {
      const result = referencePolicyLoss(input, config, lossNormaliser({ ...config, aggregation }, sizes));
      near(result.loss, row.loss[name]);
      row.grad_new_logp[name].flat().forEach((g, i) => near(result.gradient.flat()[i], g));
    }
    oracle.mask.forEach((_, b) => {
      const { tokens } = rowObjective(rowOf(b), config);
      tokens.forEach((token, t) => {
        near(token.policyLoss, row['per_token_loss(before KL, unmasked)'][b][t]);
        const bySequence = config.importanceSampling === 'sequence';
        near(token.ratio, bySequence ? oracle.sequence_ratios[b] : oracle.token_ratios[b][t]);
      });
    });
  });

  it('luspo', () => {
    const config: ObjectiveConfig = {
      ...base,
      lossType: 'luspo',
      importanceSampling: 'sequence',
      clipLow: 2e-3,
      clipHigh: 2.5e-3,
    };
    near(
      referencePolicyLoss(input, config, lossNormaliser(config, sizes)).loss,
      oracle['luspo eps 2e-3/2.5e-3'],
    );
  });

  it('vespo: the weight of each response, and a gradient that leaves it alone', () => {
    const config: ObjectiveConfig = { ...base, lossType: 'vespo' };
    oracle.vespo_phi.forEach((phi, b) => {
      const row = rowOf(b);
      const { tokens, policyGradient } = rowObjective(row, config);
      tokens.forEach((token, t) => {
        near(token.vespoWeight! / phi, 1);
        near(token.policyLoss, -row.advantage * phi * row.logProbs[t]);
        near(policyGradient[t], -row.advantage * phi);
      });
    });
  });
});

describe('derivatives', () => {
  // Losses whose weight has a gradient: there the derivative is that of the value.
  const differentiable: Record<string, ObjectiveConfig> = {
    'token clip': { ...base, clipLow: 0.9, clipHigh: 20 },
    'sequence clip': { ...base, importanceSampling: 'sequence', clipLow: 0.9, clipHigh: 20 },
    'sequence luspo': { ...base, lossType: 'luspo', importanceSampling: 'sequence', clipHigh: 20 },
    'token sapo': { ...base, lossType: 'sapo' },
    'sequence sapo': { ...base, lossType: 'sapo', importanceSampling: 'sequence' },
  };
  const cases = Object.entries(differentiable).flatMap(([name, config]) =>
    (['k1', 'k2', 'k3'] as const).flatMap((klEstimator) =>
      [false, true].map((biasCorrectedKl) => ({
        name: `${name}, ${klEstimator}${biasCorrectedKl ? ' · ratio' : ''}`,
        config: { ...config, klEstimator, biasCorrectedKl, klCoefficient: 0.7 },
      })),
    ),
  );
  it.each(cases)('$name: the quotient of differences', ({ config }) => {
    const normaliser = lossNormaliser(config, sizes);
    const { gradient } = referencePolicyLoss(input, config, normaliser);
    const step = 1e-6;
    oracle.mask.forEach((mask, b) =>
      mask.forEach((_, t) => {
        const at = (by: number): number => {
          const logProbs = oracle.new_logp.map((row) => [...row]);
          logProbs[b][t] += by;
          return referencePolicyLoss({ ...input, logProbs }, config, normaliser).loss;
        };
        near((at(step) - at(-step)) / (2 * step), gradient[b][t], 1e-6);
      }),
    );
  });
});

describe('referencePolicyLoss sums', () => {
  it("counts clips and KL as TRL's metrics do", () => {
    const { sums } = referencePolicyLoss(input, base, lossNormaliser(base, sizes));
    const expected = oracle['TRL clip metrics eps 0.2/0.2'];
    near(sums.clippedLow / sums.tokens, expected['clip_ratio/low_mean']);
    near(sums.clippedHigh / sums.tokens, expected['clip_ratio/high_mean']);
    near((sums.clippedLow + sums.clippedHigh) / sums.tokens, expected['clip_ratio/region_mean']);
    near(sums.kl / sums.tokens, oracle['kl(k3) metrics']['token-mean (TRL kl)']);
  });

  it.each(LOSS_TYPES)('%s adds up over micro-batches', (lossType) => {
    const config = { ...pebr, lossType };
    const normaliser = lossNormaliser(config, sizes);
    const whole = referencePolicyLoss(input, config, normaliser);
    const parts = oracle.mask.map((_, b) =>
      referencePolicyLoss(
        {
          logProbs: [oracle.new_logp[b]],
          oldLogProbs: [oracle.old_logp[b]],
          referenceLogProbs: [oracle.ref_logp[b]],
          advantages: [oracle.advantages_per_seq[b]],
          mask: [oracle.mask[b]],
        },
        config,
        normaliser,
      ),
    );
    near(
      parts.reduce((sum, part) => sum + part.loss, 0),
      whole.loss,
      1e-14,
    );
    expect(parts.flatMap((part) => part.gradient)).toEqual(whole.gradient);
  });
});

describe('KL', () => {
  const kl = (change: Partial<ObjectiveConfig>, logProb: number, reference: number, old = logProb) => {
    const config = { ...base, klCoefficient: 1, ...change };
    const row = { logProbs: [logProb], oldLogProbs: [old], referenceLogProbs: [reference], advantage: 0 };
    const { tokens, klGradient } = rowObjective(row, config);
    return { value: tokens[0].kl, gradient: klGradient[0] };
  };

  it.each(['k1', 'k2', 'k3'] as const)(
    '%s, the same with and without clamps where none binds',
    (klEstimator) => {
      klOracle.logp.forEach((logProb, i) => {
        for (const clampKl of [false, true]) {
          near(kl({ klEstimator, clampKl }, logProb, klOracle.ref_logp[i]).value, klOracle[klEstimator][i]);
        }
      });
    },
  );

  it('is clamped in PeBR only', () => {
    const { logp, ref_logp, TRL_unclamped, EasyR1_verl_clamped } = klOracle.k3_extreme;
    near(kl({}, logp, ref_logp).value / TRL_unclamped, 1);
    expect(kl(pebr, logp, ref_logp)).toEqual({ value: EasyR1_verl_clamped, gradient: 0 });
  });

  it('k1 and k2 stop at the clamps, on both sides', () => {
    expect(kl({ klEstimator: 'k1', clampKl: true }, -30, 0)).toEqual({ value: -10, gradient: 0 });
    expect(kl({ klEstimator: 'k1', clampKl: true }, 0, -30)).toEqual({ value: 10, gradient: 0 });
    expect(kl({ klEstimator: 'k2', clampKl: true }, -5, 0)).toEqual({ value: 10, gradient: 0 });
    expect(kl({ klEstimator: 'k1' }, -30, 0)).toEqual({ value: -30, gradient: 1 });
    expect(kl({ klEstimator: 'k2' }, -5, 0)).toEqual({ value: 12.5, gradient: -5 });
  });

  it('is multiplied by the ratio, whose gradient counts', () => {
    const plain = kl({}, -1, -2, -1.5);
    const corrected = kl({ biasCorrectedKl: true }, -1, -2, -1.5);
    near(corrected.value, plain.value * Math.exp(0.5));
    near(corrected.gradient, (plain.gradient + plain.value) * Math.exp(0.5));
  });
});

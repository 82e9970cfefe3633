import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  lossNormaliser,
  referencePolicyLoss,
  tokenObjective,
  type Aggregation,
  type MiniBatchSizes,
} from './objectiveReference.ts';
import type { ObjectiveConfig } from './types.ts';

interface LossCase {
  name: string;
  'per_token_loss(before KL, unmasked)': number[][];
  beta: number;
  loss: Record<string, number>;
  grad_new_logp: Record<string, number[][]>;
}
interface LossOracle {
  old_logp: number[][];
  new_logp: number[][];
  ref_logp: number[][];
  mask: number[][];
  advantages_per_seq: number[];
  max_completion_length: number;
  token_ratios: number[][];
  cases: LossCase[];
  'TRL clip metrics eps 0.2/0.2': Record<string, number>;
  'kl(k3) metrics': Record<string, number>;
}
const file = JSON.parse(
  readFileSync(new URL('../../../fixtures/oracles/objective.json', import.meta.url), 'utf8'),
) as {
  loss: LossOracle;
  kl: { logp: number[]; ref_logp: number[]; k3: number[]; k3_extreme: Record<string, number> };
};
const oracle = file.loss;

const base: ObjectiveConfig = {
  lossType: 'bnpo',
  clipLow: 0.2,
  clipHigh: 0.2,
  dualClip: null,
  klCoefficient: 0,
  biasCorrectedKl: false,
  advantageScale: 'group',
  advantageEpsilon: 1e-6,
};
const pebr: ObjectiveConfig = { ...base, lossType: 'pebr', clipHigh: 0.3, dualClip: 3, klCoefficient: 0.01 };
/** Rows of objectives that exist here; the others (GSPO, CISPO, SAPO) are other losses. */
const configs: Record<string, ObjectiveConfig> = {
  'token clip eps 0.2/0.2': base,
  'token clip eps 0.2/0.28 (clip-higher)': { ...base, clipHigh: 0.28 },
  'EasyR1/PeBR default: eps 0.2/0.3, dual-clip C=3, beta(kl_coef)=0.01 k3': pebr,
  'token clip 0.2/0.2 + two-sided delta=4': { ...base, dualClip: 4 },
  'token clip 0.2/0.2, beta=0.04 (k3)': { ...base, klCoefficient: 0.04 },
};
const aggregations: Record<string, Aggregation> = {
  grpo: 'row_mean',
  'bnpo=dapo(single micro-batch)=token-mean': 'token_mean',
  'dr_grpo(L=8)': 'constant',
};
const rows = oracle.mask.length;
const sizes: MiniBatchSizes = {
  tokens: oracle.mask.flat().reduce((a, b) => a + b, 0),
  rows,
  maxCompletionLength: oracle.max_completion_length,
};
const input = {
  logProbs: oracle.new_logp,
  oldLogProbs: oracle.old_logp,
  referenceLogProbs: oracle.ref_logp,
  advantages: oracle.advantages_per_seq,
  mask: oracle.mask,
};
const near = (actual: number, expected: number, tolerance = 1e-9) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected)));

describe('referencePolicyLoss against objective.json', () => {
  const cases = oracle.cases.filter((row) => configs[row.name]);
  it('covers every row of an implemented loss', () => expect(cases.length).toBe(Object.keys(configs).length));

  it.each(cases)('$name', (row) => {
    const config = configs[row.name];
    for (const [name, aggregation] of Object.entries(aggregations)) {
      const result = referencePolicyLoss(input, config, { ...sizes, aggregation });
      near(result.loss, row.loss[name]);
      row.grad_new_logp[name].flat().forEach((g, i) => near(result.gradient.flat()[i], g));
    }
    oracle.mask.forEach((mask, b) =>
      mask.forEach((_, t) => {
        const { advantages_per_seq: advantages, new_logp, old_logp } = oracle;
        const token = tokenObjective(new_logp[b][t], old_logp[b][t], null, advantages[b], config);
        near(token.policyLoss, row['per_token_loss(before KL, unmasked)'][b][t]);
        near(token.ratio, oracle.token_ratios[b][t]);
      }),
    );
  });
});

describe('referencePolicyLoss sums', () => {
  it("counts clips and KL as TRL's metrics do", () => {
    const { sums } = referencePolicyLoss(input, base, lossNormaliser('bnpo', sizes));
    const expected = oracle['TRL clip metrics eps 0.2/0.2'];
    near(sums.clippedLow / sums.tokens, expected['clip_ratio/low_mean']);
    near(sums.clippedHigh / sums.tokens, expected['clip_ratio/high_mean']);
    near((sums.clippedLow + sums.clippedHigh) / sums.tokens, expected['clip_ratio/region_mean']);
    near(sums.kl / sums.tokens, oracle['kl(k3) metrics']['token-mean (TRL kl)']);
  });

  it.each(['pebr', 'grpo', 'dr_grpo', 'dapo', 'bnpo'] as const)(
    '%s adds up over micro-batches',
    (lossType) => {
      const config = { ...pebr, lossType };
      const normaliser = lossNormaliser(lossType, sizes);
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
    },
  );
});

describe('KL', () => {
  const kl = (lossType: 'pebr' | 'grpo', logp: number, ref: number) =>
    tokenObjective(logp, logp, ref, 0, { ...pebr, lossType });

  it('is k3, and clamped in PeBR only', () => {
    file.kl.logp.forEach((logp, i) => {
      near(kl('grpo', logp, file.kl.ref_logp[i]).kl, file.kl.k3[i]);
      near(kl('pebr', logp, file.kl.ref_logp[i]).kl, file.kl.k3[i]);
    });
    const { logp, ref_logp, TRL_unclamped, EasyR1_verl_clamped } = file.kl.k3_extreme;
    near(kl('grpo', logp, ref_logp).kl / TRL_unclamped, 1);
    expect(kl('pebr', logp, ref_logp)).toMatchObject({ kl: EasyR1_verl_clamped, klGradient: 0 });
  });
});

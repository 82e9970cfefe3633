import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SplitRecord } from '../../engine/index.ts';
import { expectedZeroShare, relaxedPools } from '../../engine/rl/split.ts';
import { effectOf } from './effect.ts';

const n = 8;
function splitOf(passes: readonly number[]): SplitRecord {
  const entries = passes.map((correct, i) => ({ qid: `q${i}`, correct, n }));
  const sampling = { temperature: 1.2, topP: 0.99, n, seed: 0 };
  return { tasks: 't', policyHash: 'h', ...sampling, easyFrom: n, mediumFrom: 1, entries, relaxed: [] };
}
const passes = fc.array(fc.integer({ min: 0, max: n }), { minLength: 1, maxLength: 120 });
const borders = fc
  .tuple(fc.integer({ min: 0, max: n + 1 }), fc.integer({ min: 0, max: n + 1 }))
  .map(([a, b]) => ({ mediumFrom: Math.min(a, b), easyFrom: Math.max(a, b) }));
const groupSize = fc.integer({ min: 2, max: 12 });
const rate = fc.double({ min: 0, max: 1, noNaN: true });

/** All 2^G outcomes of a group, each with its probability: the share with one reward for all. */
function enumerated(p: number, size: number): number {
  let share = 0;
  for (let outcome = 0; outcome < 2 ** size; outcome++) {
    const rewards = Array.from({ length: size }, (_, i) => (outcome >> i) & 1);
    const mean = rewards.reduce((sum, reward) => sum + reward, 0) / size;
    if (rewards.some((reward) => reward !== mean)) continue;
    share += rewards.reduce((product, reward) => product * (reward === 1 ? p : 1 - p), 1);
  }
  return share;
}

function binomial(k: number, p: number): number {
  let ways = 1;
  for (let i = 0; i < k; i++) ways *= (n - i) / (i + 1);
  return ways * p ** k * (1 - p) ** (n - k);
}

describe('the estimator', () => {
  it('is the chance that all of a group get the same reward', () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 2, max: 9 }), (p, size) => {
        expect(expectedZeroShare([p], size)).toBeCloseTo(enumerated(p, size), 10);
      }),
    );
  });

  it('lies between 2^(1 − G) and 1 and treats right and wrong alike', () => {
    fc.assert(
      fc.property(fc.array(rate, { minLength: 1 }), groupSize, (rates, size) => {
        const share = expectedZeroShare(rates, size);
        expect(share).toBeGreaterThanOrEqual(2 ** (1 - size) - 1e-12);
        expect(share).toBeLessThanOrEqual(1 + 1e-12);
        const mirrored = rates.map((p) => 1 - p);
        expect(expectedZeroShare(mirrored, size)).toBeCloseTo(share, 10);
      }),
    );
  });

  it('does not fall short of the truth on average over the rollouts of a split', () => {
    fc.assert(
      fc.property(rate, groupSize, (p, size) => {
        const mean = Array.from({ length: n + 1 }, (_, k) => k).reduce(
          (sum, k) => sum + binomial(k, p) * expectedZeroShare([k / n], size),
          0,
        );
        expect(mean).toBeGreaterThanOrEqual(expectedZeroShare([p], size) - 1e-9);
      }),
    );
  });
});

describe('effectOf', () => {
  const settings = { needed: 8, origin: 'built-in' } as const;

  it('looks at the very pools the trainer would draw from', () => {
    fc.assert(
      fc.property(passes, borders, groupSize, (counts, limits, size) => {
        const split = splitOf(counts);
        const effect = effectOf(split, limits, { ...settings, groupSize: size });
        const { pools } = relaxedPools({ ...split, ...limits }, settings);
        for (const stage of ['perception', 'reasoning'] as const) {
          const rates = pools[stage].map((qid) => counts[Number(qid.slice(1))] / n);
          expect(effect.stages[stage].questions).toBe(rates.length);
          expect(effect.stages[stage].zeroShare).toBeCloseTo(expectedZeroShare(rates, size), 10);
        }
        expect(effect.all.questions).toBe(counts.length);
      }),
    );
  });

  it('never makes reasoning worse by leaving the all-correct and the all-wrong out', () => {
    fc.assert(
      fc.property(passes, groupSize, (counts, size) => {
        const published = { easyFrom: n, mediumFrom: 1 };
        const { all, stages } = effectOf(splitOf(counts), published, { ...settings, groupSize: size });
        expect(stages.reasoning.zeroShare).toBeLessThanOrEqual((all.zeroShare ?? 0) + 1e-12);
      }),
    );
  });

  it('has nothing to expect of no questions', () => {
    const effect = effectOf(splitOf([]), { easyFrom: n, mediumFrom: 1 }, { ...settings, groupSize: 8 });
    expect(effect.all).toEqual({ questions: 0, zeroShare: null });
    expect(effect.stages.reasoning).toEqual({ questions: 0, zeroShare: null });
  });
});

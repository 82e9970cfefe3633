import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateAdvantages, groupAdvantages, signalOf } from './advantage.ts';
import type { TermName } from './types.ts';

interface AdvantageRow {
  name: string;
  reward_groups: number[][];
  advantages: number[][];
  frac_zero_std_groups: number;
}
const oracle = JSON.parse(
  readFileSync(new URL('../../../fixtures/oracles/objective.json', import.meta.url), 'utf8'),
) as {
  advantages: AdvantageRow[];
  rloo: { reward_group: number[]; advantages: number[] };
  gdpo: { 'rewards[group][sample][func]': number[][][]; weights: number[]; advantages: number[] };
  'pebr_stage1_group_advantage(eps1e-6)': { rewards: number[]; adv: number[] };
};

function settings(name: string): ['group' | 'batch' | 'none', number] {
  const epsilon = name.includes('1e-4') ? 1e-4 : 1e-6;
  if (name.includes('none')) return ['none', epsilon];
  return [name.includes('=batch') ? 'batch' : 'group', epsilon];
}
const near = (actual: number, expected: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));

describe('groupAdvantages', () => {
  it.each(oracle.advantages)('$name', (row) => {
    const [scale, epsilon] = settings(row.name);
    const { advantages, stds } = groupAdvantages(row.reward_groups, scale, epsilon);
    expect(advantages.length).toBe(row.advantages.length);
    row.advantages.flat().forEach((expected, i) => near(advantages.flat()[i], expected));
    const zeroShare = stds.filter((std) => std === 0).length / stds.length;
    if (row.reward_groups[0].length === 4) expect(zeroShare).toBe(row.frac_zero_std_groups);
  });

  it('PeBR stage 1 group', () => {
    const row = oracle['pebr_stage1_group_advantage(eps1e-6)'];
    const { advantages } = groupAdvantages([row.rewards], 'group', 1e-6);
    row.adv.forEach((expected, i) => near(advantages[0][i], expected));
  });

  it('gives exactly 0 for identical rewards, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -3, max: 3 }),
        fc.integer({ min: 1, max: 17 }),
        fc.constantFrom('group' as const, 'batch' as const, 'none' as const),
        (reward, size, scale) => {
          const { advantages, stds } = groupAdvantages(
            [Array(size).fill(reward) as number[], [0, 1]],
            scale,
            0,
          );
          expect(stds[0]).toBe(0);
          expect(advantages[0].every((a) => a === 0)).toBe(true);
        },
      ),
    );
  });

  it('sums to 0 in a group and keeps the order of the rewards', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1, max: 1 }), { minLength: 2, maxLength: 16 }),
        (rewards) => {
          const advantages = groupAdvantages([rewards], 'group', 1e-6).advantages[0];
          expect(Math.abs(advantages.reduce((a, b) => a + b, 0))).toBeLessThan(1e-9);
          rewards.forEach((r, i) =>
            rewards.forEach((s, j) => r > s && expect(advantages[i]).toBeGreaterThanOrEqual(advantages[j])),
          );
        },
      ),
    );
  });
});

const objective = { advantageEstimator: 'gdpo', advantageScale: 'group', advantageEpsilon: 1e-4 } as const;
const NAMES: readonly TermName[] = ['clip', 'format'];
/** Rollouts from the values of their terms. */
const rewarded = (values: readonly number[][], weights: readonly number[]) =>
  values.map((of) => ({
    reward: of.reduce((sum, value, f) => sum + weights[f] * value, 0),
    terms: of.map((value, f) => ({ name: NAMES[f], value, weight: weights[f] })),
  }));

describe('estimateAdvantages', () => {
  it('rloo', () => {
    const group = oracle.rloo.reward_group.map((reward) => ({ reward, terms: [] }));
    const { advantages, stds } = estimateAdvantages([group], { ...objective, advantageEstimator: 'rloo' });
    oracle.rloo.advantages.forEach((expected, i) => near(advantages[0][i], expected));
    expect(stds[0]).toBeCloseTo(Math.sqrt(1 / 3), 12);
  });

  it('gdpo', () => {
    const { weights, advantages: expected, ...rest } = oracle.gdpo;
    const groups = rest['rewards[group][sample][func]'].map((group) => rewarded(group, weights));
    const { advantages } = estimateAdvantages(groups, objective);
    expect(advantages.flat().length).toBe(expected.length);
    expected.forEach((value, i) => near(advantages.flat()[i], value));
  });

  it('gdpo teaches from terms whose sum ties, and not from groups without any spread', () => {
    const tied = rewarded(
      [
        [1, 0],
        [0, 1],
      ],
      [0.5, 0.5],
    );
    const flat = rewarded(
      [
        [0.3, 0.1],
        [0.3, 0.1],
      ],
      [0.5, 0.5],
    );
    const spread = rewarded(
      [
        [1, 0.2],
        [0, 0.2],
      ],
      [0.5, 0.5],
    );
    const { advantages, stds } = estimateAdvantages([tied, flat, spread], objective);
    expect(stds.slice(0, 2)).toEqual([0, 0]);
    expect(advantages[0].every((a) => a === 0)).toBe(true);
    expect(advantages[1]).toEqual([0, 0]);
    expect(advantages[2][0]).toBeGreaterThan(0.5);
    const unequal = rewarded(
      [
        [1, 0],
        [0, 0.5],
      ],
      [0.4, 0.8],
    );
    // 0.4·1 = 0.8·0.5: the rewards tie, the normalised terms do not.
    expect(estimateAdvantages([unequal, spread], objective).advantages[0][0]).not.toBe(0);
  });

  it('is groupAdvantages by default, and 0 without a spread for every estimator', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1, max: 1 }), { minLength: 2, maxLength: 9 }),
        (rewards) => {
          const group = rewards.map((reward) => ({ reward, terms: [] }));
          const config = { ...objective, advantageEstimator: 'group_mean' } as const;
          expect(estimateAdvantages([group], config)).toEqual(groupAdvantages([rewards], 'group', 1e-4));
          const rloo = estimateAdvantages([group], { ...objective, advantageEstimator: 'rloo' })
            .advantages[0];
          expect(Math.abs(rloo.reduce((a, b) => a + b, 0))).toBeLessThan(1e-9);
        },
      ),
    );
    for (const advantageEstimator of ['group_mean', 'rloo', 'gdpo'] as const) {
      const same = rewarded([[0.1], [0.1], [0.1]], [0.7]);
      const { advantages } = estimateAdvantages([same], { ...objective, advantageEstimator });
      expect(advantages).toEqual([[0, 0, 0]]);
    }
  });
});

describe('signalOf', () => {
  it('names why a group has no advantage', () => {
    expect(signalOf([1, 0.9, 1], [1, 1, 1])).toBe('mixed');
    expect(signalOf([1, 1], [1, 1])).toBe('all_correct');
    expect(signalOf([0.1, 0.1, 0.1], [0, 0, 0])).toBe('all_wrong');
    expect(signalOf([0.7, 0.7], [0, 1])).toBe('tied_other');
  });
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupAdvantages, signalOf } from './advantage.ts';

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

describe('signalOf', () => {
  it('names why a group has no advantage', () => {
    expect(signalOf([1, 0.9, 1], [1, 1, 1])).toBe('mixed');
    expect(signalOf([1, 1], [1, 1])).toBe('all_correct');
    expect(signalOf([0.1, 0.1, 0.1], [0, 0, 0])).toBe('all_wrong');
    expect(signalOf([0.7, 0.7], [0, 1])).toBe('tied_other');
  });
});

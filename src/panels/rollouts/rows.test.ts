import { describe, expect, it } from 'vitest';
import { stepRecord } from '../../../fixtures/stepRecord.ts';
import { buildRows, findTarget, meanLogProb } from './rows.ts';
import type { RowOptions } from './rows.ts';

const { groups } = stepRecord(3, 'perception');
const options: RowOptions = { sort: 'order', filter: 'all', find: '', isOpen: () => false };

describe('buildRows', () => {
  it('lists every group once, and its rollouts where it is open', () => {
    expect(buildRows(groups, options)).toHaveLength(groups.length);
    const rows = buildRows(groups, { ...options, isOpen: (group) => group === 1 });
    expect(rows.filter((row) => row.kind === 'rollout').map((row) => [row.group, row.rollout])).toEqual(
      groups[1].rollouts.map((_, rollout) => [1, rollout]),
    );
  });

  it('sorts by what it says', () => {
    const order = (sort: RowOptions['sort']) =>
      buildRows(groups, { ...options, sort }).map((row) => groups[row.group]);
    const means = order('mean ↓').map((group) => group.rewardMean);
    expect(means).toEqual([...means].sort((a, b) => b - a));
    const stds = order('std ↓').map((group) => group.rewardStd);
    expect(stds).toEqual([...stds].sort((a, b) => b - a));
  });

  it('filters by signal', () => {
    const reasoning = stepRecord(3, 'reasoning', 16, 2).groups;
    const rows = buildRows(reasoning, { ...options, filter: 'all_wrong' });
    expect(rows.length).toBe(reasoning.filter((group) => group.signal === 'all_wrong').length);
    expect(rows.length).toBeGreaterThan(0);
  });

  it('finds in responses and opens just the rollouts that match', () => {
    const needle = groups[0].rollouts[0].response.slice(20, 60);
    const rows = buildRows(groups, { ...options, find: needle.toUpperCase() });
    const found = rows.filter((row) => row.kind === 'rollout');
    expect(found.length).toBeGreaterThan(0);
    for (const row of found) expect(groups[row.group].rollouts[row.rollout].response).toContain(needle);
    expect(buildRows(groups, { ...options, find: 'no such words anywhere' })).toEqual([]);
  });
});

describe('findTarget', () => {
  it('finds the best, the worst and the longest rollout of the step', () => {
    const all = groups.flatMap((group) => group.rollouts);
    const at = (target: 'best' | 'worst' | 'longest') => {
      const found = findTarget(groups, target);
      return found && groups[found.group].rollouts[found.rollout];
    };
    expect(at('best')?.reward).toBe(Math.max(...all.map((rollout) => rollout.reward)));
    expect(at('worst')?.reward).toBe(Math.min(...all.map((rollout) => rollout.reward)));
    expect(at('longest')?.tokenIds.length).toBe(Math.max(...all.map((rollout) => rollout.tokenIds.length)));
  });

  it('knows no best one before rewards are there', () => {
    const unscored = groups.map(({ rollouts, ...group }) => ({
      ...group,
      rollouts: rollouts.map(({ reward: _, ...rollout }) => rollout),
    }));
    expect(findTarget(unscored, 'best')).toBeNull();
    expect(findTarget(unscored, 'longest')).not.toBeNull();
  });
});

it('averages log-probs over the tokens', () => {
  expect(meanLogProb({ decodeLogProbs: [-1, -3] })).toBe(-2);
});

import { expect, it } from 'vitest';
import { groupAdvantages, meanAndStd } from '../../engine/rl/advantage.ts';
import type { StepRecord } from '../../engine/index.ts';
import { advantageSeries } from './advantageQuantiles.ts';

/** Only what the function reads; the advantages are the engine's own. */
function recordOf(step: number, rewards: number[][]): StepRecord {
  const { advantages } = groupAdvantages(rewards, 'group', 1e-6);
  const groups = advantages.map((of) => ({ rollouts: of.map((advantage) => ({ advantage })) }));
  return { step, stage: 'reasoning', metrics: {}, groups } as unknown as StepRecord;
}

it('is all zero for a step without any signal, and symmetric about 0 for a symmetric one', () => {
  const series = advantageSeries([recordOf(1, [[1, 1, 1, 1]]), recordOf(2, [[0, 0, 1, 1]])]);
  expect(series.steps).toEqual([1, 2]);
  expect(Object.values(series.values).map((column) => column[0])).toEqual([0, 0, 0, 0, 0]);
  const expected = 0.5 / (meanAndStd([0, 0, 1, 1]).std + 1e-6);
  expect(series.values.p95[1]).toBeCloseTo(expected, 9);
  expect(series.values.p5[1]).toBeCloseTo(-expected, 9);
  expect(series.values.p50[1]).toBeCloseTo(0, 9);
});

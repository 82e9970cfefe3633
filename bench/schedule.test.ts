import { describe, expect, it } from 'vitest';
import { tooDear, type Cost } from './schedule.ts';

const cost = (contender: Cost['contender'], measure: Cost['measure'], milliseconds: number): Cost => ({
  contender,
  measure,
  milliseconds,
});
const costs = [
  cost('ours', 'step', 50),
  cost('plain tfjs', 'training', 10),
  cost('plain tfjs', 'step', 40),
  cost('jax-js', 'step', 20),
];

describe('tooDear', () => {
  it('drops nothing while everything fits', () => {
    expect(tooDear(costs, 5, 600)).toEqual([]);
  });
  it('drops the dearest first, but never ours', () => {
    expect(tooDear(costs, 5, 599)).toEqual([costs[2]]);
    expect(tooDear(costs, 5, 300)).toEqual([costs[2], costs[3]]);
    expect(tooDear(costs, 5, 0)).toEqual([costs[2], costs[3], costs[1]]);
  });
});

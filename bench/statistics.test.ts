import { describe, expect, it } from 'vitest';
import type { ContenderName } from './contenders.ts';
import type { Timing } from './results.ts';
import { figures, speedUps, spreadOf } from './statistics.ts';

const timing = (contender: ContenderName, round: number, milliseconds: number, tokens = 0): Timing => ({
  preset: 'tiny',
  measure: tokens > 0 ? 'rollouts' : 'training',
  contender,
  round,
  milliseconds,
  tokens,
  trained: null,
});

describe('spreadOf', () => {
  it('is the middle value, or the mean of the two', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3, rounds: 3 });
    expect(spreadOf([4, 1, 2, 3])?.median).toBe(2.5);
    expect(spreadOf([])).toBeNull();
  });
});

describe('speedUps', () => {
  const choice = { preset: 'tiny', measure: 'training' } as const;

  it('compares calls of the same round and leaves warming up out', () => {
    const timings = [
      timing('ours', -1, 1000),
      timing('jax-js', -1, 1),
      timing('ours', 0, 10),
      timing('jax-js', 0, 30),
      // A busy moment slows both.
      timing('ours', 1, 100),
      timing('jax-js', 1, 200),
      // The round in which time ran out.
      timing('ours', 2, 10),
    ];
    expect(speedUps(timings, choice, ['ours', 'jax-js'])).toEqual({
      median: 2.5,
      least: 2,
      most: 3,
      rounds: 2,
    });
    expect(speedUps(timings, choice, ['ours', 'plain tfjs'])).toBeNull();
    expect(figures(timings, choice, 'ours')?.median).toBe(10);
  });

  it('compares rollouts by tokens a second, for nobody samples the same number', () => {
    const timings = [timing('ours', 0, 1000, 400), timing('plain tfjs', 0, 1000, 100)];
    const rollouts = { preset: 'tiny', measure: 'rollouts' } as const;
    expect(speedUps(timings, rollouts, ['ours', 'plain tfjs'])?.median).toBe(4);
    expect(figures(timings, rollouts, 'ours')?.median).toBe(400);
  });
});

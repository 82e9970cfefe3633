import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, expectedZeroShare, onlineKeep, poolsOf, relaxedPools } from './split.ts';
import type { SplitRecord } from './types.ts';

function splitOf(counts: readonly number[]): SplitRecord {
  return {
    tasks: 'scenes',
    policyHash: 'abc',
    temperature: 1.2,
    topP: 0.99,
    n: 8,
    seed: 1,
    easyFrom: 8,
    mediumFrom: 1,
    entries: counts.map((correct, i) => ({ qid: `q${i}`, correct, n: 8 })),
    relaxed: [],
  };
}

describe('classify', () => {
  it("gives PeBR's easy, medium and hard with its limits", () => {
    const difficulties = Array.from({ length: 9 }, (_, correct) => classify(correct, 8, 1));
    expect(difficulties).toEqual(['hard', ...(Array(7).fill('medium') as string[]), 'easy']);
  });
  it('puts every question in exactly one pool', () => {
    const split = splitOf([8, 0, 3, 7, 8, 1]);
    expect(poolsOf(split)).toEqual({ easy: ['q0', 'q4'], medium: ['q2', 'q3', 'q5'], hard: ['q1'] });
    expect(poolsOf({ ...split, easyFrom: 7, mediumFrom: 3 })).toEqual({
      easy: ['q0', 'q3', 'q4'],
      medium: ['q2'],
      hard: ['q1', 'q5'],
    });
  });
});

describe('relaxedPools', () => {
  it('leaves large pools alone', () => {
    const { pools, relaxed } = relaxedPools(splitOf([8, 8, 3, 4, 0]), { needed: 2, origin: 'built-in' });
    expect(pools).toEqual({ perception: ['q0', 'q1'], reasoning: ['q2', 'q3'] });
    expect(relaxed).toEqual([]);
  });
  it('fills a small pool with the highest pass rates and says so', () => {
    const { pools, relaxed } = relaxedPools(splitOf([2, 8, 0, 6, 5, 6]), { needed: 3, origin: 'built-in' });
    expect(pools.perception).toEqual(['q1', 'q3', 'q5']);
    expect(pools.reasoning).toEqual(['q0', 'q3', 'q4', 'q5']);
    expect(relaxed).toEqual([
      {
        stage: 'perception',
        pool: 1,
        needed: 3,
        took: 'its own 1 and, of the rest, the 2 highest pass rates, down to 6/8',
      },
    ]);
  });
  it('takes everything from an imported set, or from a set no larger than what is needed', () => {
    const imported = relaxedPools(splitOf([2, 0, 0, 0]), { needed: 2, origin: 'imported' });
    expect(imported.pools.perception).toEqual(['q0', 'q1', 'q2', 'q3']);
    const tiny = relaxedPools(splitOf([2, 0]), { needed: 32, origin: 'built-in' });
    expect(tiny.relaxed.map((r) => [r.stage, r.pool, r.took])).toEqual([
      ['perception', 0, 'all 2 questions'],
      ['reasoning', 1, 'all 2 questions'],
    ]);
  });
  it('never repeats a question and has what is needed where there is enough', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (counts, needed) => {
          const { pools } = relaxedPools(splitOf(counts), { needed, origin: 'built-in' });
          for (const pool of [pools.perception, pools.reasoning]) {
            expect(new Set(pool).size).toBe(pool.length);
            expect(pool.length).toBeGreaterThanOrEqual(Math.min(needed, counts.length));
          }
        },
      ),
    );
  });
});

describe('expectedZeroShare', () => {
  it('counts every way a binary group can tie', () => {
    // By enumeration: of the 2^G outcomes, the two in which all agree.
    expect(expectedZeroShare([0.3], 3)).toBeCloseTo(0.3 * 0.3 * 0.3 + 0.7 * 0.7 * 0.7, 12);
    expect(expectedZeroShare([0, 1, 0.5], 2)).toBeCloseTo((1 + 1 + 0.5) / 3, 12);
    expect(expectedZeroShare([], 8)).toBe(0);
  });
});

describe('onlineKeep', () => {
  it('keeps all-correct groups for perception and mixed ones for reasoning', () => {
    expect([0, 0.5, 0.9999, 1].map((mean) => onlineKeep(mean, 'perception'))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect([0, 0.125, 0.875, 1].map((mean) => onlineKeep(mean, 'reasoning'))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

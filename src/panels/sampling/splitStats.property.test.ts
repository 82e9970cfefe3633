import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolsOf } from '../../engine/rl/split.ts';
import { rangeText, splitStats } from './splitStats.ts';

const n = 8;
const entries = fc
  .array(fc.integer({ min: 0, max: n }), { maxLength: 200 })
  .map((passes) => passes.map((correct, i) => ({ qid: `q${i}`, correct, n })));
const thresholds = fc
  .tuple(fc.integer({ min: 0, max: n + 1 }), fc.integer({ min: 0, max: n + 1 }))
  .map(([a, b]) => ({ mediumFrom: Math.min(a, b), easyFrom: Math.max(a, b) }));

describe('splitStats', () => {
  it('counts what the trainer’s pools hold', () => {
    fc.assert(
      fc.property(entries, thresholds, (of, limits) => {
        const stats = splitStats({ entries: of, n }, limits);
        const pools = poolsOf({ entries: of, ...limits });
        expect(stats.counts).toEqual({
          easy: pools.easy.length,
          medium: pools.medium.length,
          hard: pools.hard.length,
        });
        expect(stats.bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(of.length);
      }),
    );
  });
});

describe('rangeText', () => {
  it('names the published split', () => {
    expect(rangeText({ easyFrom: 8, mediumFrom: 1 }, 8)).toEqual({
      hard: '0/8',
      medium: '1–7/8',
      easy: '8/8',
    });
    expect(rangeText({ easyFrom: 9, mediumFrom: 0 }, 8)).toEqual({
      hard: 'none',
      medium: '0–8/8',
      easy: 'none',
    });
  });
});

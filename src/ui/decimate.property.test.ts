import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { debiasedEma, decimate } from './decimate.ts';

const value = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(NaN) },
);
const table = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 1500 }))
  .chain(([count, length]) =>
    fc.array(fc.array(value, { minLength: length, maxLength: length }), {
      minLength: count,
      maxLength: count,
    }),
  );

describe('decimate', () => {
  it('keeps ends and extremes of every series within the budget, in order', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 20, max: 300 }), (series, budget) => {
        const kept = decimate(series, budget);
        const length = series[0].length;
        expect(kept.length).toBeLessThanOrEqual(Math.min(budget, length));
        if (length > 0) {
          expect(kept[0]).toBe(0);
          expect(kept.at(-1)).toBe(length - 1);
        }
        for (let i = 1; i < kept.length; i++) expect(kept[i]).toBeGreaterThan(kept[i - 1]);
        for (const values of series) {
          const finite = values.filter(Number.isFinite);
          const drawn = kept.map((i) => values[i]).filter(Number.isFinite);
          if (finite.length === 0) continue;
          expect(Math.max(...drawn)).toBe(Math.max(...finite));
          expect(Math.min(...drawn)).toBe(Math.min(...finite));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('debiasedEma', () => {
  it('stays within the values seen so far and starts at the first one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (values, smoothing) => {
          const smooth = debiasedEma(values, smoothing);
          expect(smooth[0]).toBeCloseTo(values[0], 9);
          smooth.forEach((point, i) => {
            const seen = values.slice(0, i + 1);
            expect(point).toBeLessThanOrEqual(Math.max(...seen) + 1e-6);
            expect(point).toBeGreaterThanOrEqual(Math.min(...seen) - 1e-6);
          });
        },
      ),
    );
  });

  it('leaves gaps as gaps', () => {
    expect(debiasedEma([1, NaN, 1], 0.5)).toEqual([1, NaN, 1]);
  });
});

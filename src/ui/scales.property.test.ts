import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  divergingScale,
  logProbScale,
  magnitudeScale,
  niceTicks,
  quantile,
  sequentialScale,
} from './scales.ts';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('quantile', () => {
  it('lies between the extremes and grows with q', () => {
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const at = quantile(values, q);
          const slack = 1e-9 * Math.max(1, ...values.map(Math.abs));
          expect(at).toBeGreaterThanOrEqual(Math.min(...values) - slack);
          expect(at).toBeLessThanOrEqual(Math.max(...values) + slack);
          expect(quantile(values, 1)).toBe(Math.max(...values));
        },
      ),
    );
  });
});

describe('divergingScale', () => {
  it('is odd about zero, monotone and within ±1', () => {
    fc.assert(
      fc.property(fc.array(finite), finite, finite, (values, a, b) => {
        const scale = divergingScale(values);
        expect(scale.position(0)).toBe(0);
        expect(scale.position(-a)).toBeCloseTo(-scale.position(a), 12);
        expect(Math.abs(scale.position(a))).toBeLessThanOrEqual(1);
        if (a <= b) expect(scale.position(a)).toBeLessThanOrEqual(scale.position(b));
      }),
    );
  });

  it('gives opposite signs different colours and zero none', () => {
    const scale = divergingScale([-2, 1]);
    expect(scale.background(1)).toContain('--positive');
    expect(scale.background(-1)).toContain('--negative');
    expect(scale.background(0)).toBe('transparent');
    expect([scale.sign(1), scale.sign(-1), scale.sign(0)]).toEqual(['positive', 'negative', 'zero']);
  });

  it('is not washed out by one outlier', () => {
    const values = [...Array.from({ length: 199 }, (_, i) => (i - 99) / 99), 1e6];
    expect(divergingScale(values).high).toBeLessThan(2);
  });
});

describe('sequential scales', () => {
  it('stay within [0, 1], also with no values at all', () => {
    fc.assert(
      fc.property(fc.array(finite), finite, (values, at) => {
        for (const scale of [sequentialScale(values), logProbScale(values), magnitudeScale(values)]) {
          expect(scale.position(at)).toBeGreaterThanOrEqual(0);
          expect(scale.position(at)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('shows certainty plain and the least likely token full', () => {
    const scale = logProbScale([0, -1, -2]);
    expect(scale.position(0)).toBe(0);
    expect(scale.position(-2)).toBe(1);
  });
});

describe('niceTicks', () => {
  it('covers the range in ascending, evenly spaced ticks', () => {
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        fc.pre(high === low || high - low > 1e-3);
        const ticks = niceTicks(low, high);
        expect(ticks[0]).toBeLessThanOrEqual(low + 1e-6);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(high - 1e-6);
        expect(ticks.length).toBeLessThanOrEqual(8);
        for (let i = 1; i < ticks.length; i++) expect(ticks[i]).toBeGreaterThan(ticks[i - 1]);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../random.ts';
import { bootstrapInterval, hierarchicalDifference, pairedDifference } from './bootstrap.ts';

const normals = (n: number, ...keys: number[]): number[] => {
  const stream = new RandomStream(...keys);
  return Array.from({ length: n }, () => stream.normal());
};
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('bootstrapInterval', () => {
  it('lies within the values, holds no spread where there is none, and is the same for the same seed', () => {
    const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 12 }), fc.integer(), (values, seed) => {
        const [low, high] = bootstrapInterval(values, seed);
        const slack = 1e-9;
        expect(low).toBeLessThanOrEqual(high);
        expect(low).toBeGreaterThanOrEqual(Math.min(...values) - slack);
        expect(high).toBeLessThanOrEqual(Math.max(...values) + slack);
        expect(bootstrapInterval(values, seed)).toEqual([low, high]);
      }),
      { numRuns: 25 },
    );
    expect(bootstrapInterval([0.25, 0.25, 0.25], 1)).toEqual([0.25, 0.25]);
  });

  it('is mean ± 1.96 standard errors for many values', () => {
    const values = normals(1000, 7);
    const mean = meanOf(values);
    const deviation = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
    const [low, high] = bootstrapInterval(values, 3);
    const halfWidth = (1.96 * deviation) / Math.sqrt(1000);
    expect(low).toBeCloseTo(mean - halfWidth, 2);
    expect(high).toBeCloseTo(mean + halfWidth, 2);
  });

  it('covers the true mean about 95 times in 100', () => {
    let covered = 0;
    for (let trial = 0; trial < 200; trial++) {
      const [low, high] = bootstrapInterval(normals(60, 11, trial), trial);
      if (low <= 0 && 0 <= high) covered++;
    }
    expect(covered).toBeGreaterThan(180);
    expect(covered).toBeLessThan(199);
  });

  it('is not there for no samples', () => {
    expect(() => bootstrapInterval([], 1)).toThrow('at least one sample');
  });
});

describe('pairedDifference', () => {
  it('sees a small steady gain that two separate intervals would hide', () => {
    const before = normals(200, 5);
    const after = before.map((value, i) => value + 0.1 + 0.01 * Math.sin(i));
    const { difference, low, high } = pairedDifference(after, before, 1);
    expect(difference).toBeCloseTo(0.1, 2);
    expect(low).toBeGreaterThan(0.09);
    expect(high).toBeLessThan(0.11);
    expect(bootstrapInterval(after, 1)[0]).toBeLessThan(bootstrapInterval(before, 1)[1]);
  });

  it('turns its sign with the order, and refuses other samples', () => {
    const [a, b] = [normals(40, 1), normals(40, 2)];
    const there = pairedDifference(a, b, 9);
    const back = pairedDifference(b, a, 9);
    expect(back.difference).toBeCloseTo(-there.difference, 12);
    expect(back.low).toBeCloseTo(-there.high, 12);
    expect(() => pairedDifference([1, 2], [1], 1)).toThrow('got 2 and 1');
  });
});

describe('hierarchicalDifference', () => {
  const seedEffects = [0.5, -0.3, 0.4, -0.1, 0.2];
  const a = seedEffects.map((effect, s) => normals(300, 21, s).map((value) => 0.2 * value + effect));
  const b = a.map((values) => values.map(() => 0));

  it('is wider than samples alone where seeds differ', () => {
    const { difference, low, high } = hierarchicalDifference(a, b, { seed: 1 });
    expect(difference).toBeCloseTo(meanOf(a.map(meanOf)), 12);
    const pooled = pairedDifference(a.flat(), b.flat(), 1);
    expect(high - low).toBeGreaterThan(5 * (pooled.high - pooled.low));
    // Between-seed deviation over √5, normal approximation of a five-value bootstrap.
    const spread = Math.sqrt(meanOf(a.map((values) => (meanOf(values) - difference) ** 2)));
    expect(high - low).toBeGreaterThan((2 * 1.6 * spread) / Math.sqrt(5));
    expect(high - low).toBeLessThan((2 * 2.2 * spread) / Math.sqrt(5));
  });

  it('weights every seed alike, however many samples it has', () => {
    const { difference } = hierarchicalDifference([[1, 1, 1, 1], [0]], [[0, 0, 0, 0], [0]], { seed: 1 });
    expect(difference).toBe(0.5);
  });

  it('takes fewer resamples, the same each time, and names what does not pair', () => {
    const options = { seed: 4, resamples: 200 };
    expect(hierarchicalDifference(a, b, options)).toEqual(hierarchicalDifference(a, b, options));
    expect(() => hierarchicalDifference(a, b.slice(1), options)).toThrow('got 5 and 4');
    expect(() => hierarchicalDifference([[1, 2]], [[1]], options)).toThrow('of seed 1');
  });
});

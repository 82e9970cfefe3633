import fc from 'fast-check';
import { expect, test } from 'vitest';
import { passAtK, passSizes } from './passAtK.ts';

const choose = (n: number, k: number): number => {
  let product = 1;
  for (let i = 1; i <= k; i++) product *= (n - k + i) / i;
  return k > n ? 0 : product;
};

/** n, c ≤ n and k from 1 to n. */
const cases = fc
  .integer({ min: 1, max: 24 })
  .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n }), fc.integer({ min: 1, max: n })));

test('is 1 − C(n − c, k) / C(n, k)', () => {
  fc.assert(
    fc.property(cases, ([n, c, k]) => {
      expect(passAtK(n, c, k)).toBeCloseTo(1 - choose(n - c, k) / choose(n, k), 10);
    }),
  );
});

test('is the share of subsets of k responses that hold a right one', () => {
  const [n, c, k] = [6, 2, 3];
  const subsets = Array.from({ length: 1 << n }, (_, bits) => bits).filter(
    (bits) => [...bits.toString(2)].filter((bit) => bit === '1').length === k,
  );
  const holding = subsets.filter((bits) => (bits & ((1 << c) - 1)) !== 0).length;
  expect(passAtK(n, c, k)).toBeCloseTo(holding / subsets.length, 12);
});

test('is the accuracy for k = 1, grows with k, and does not overflow', () => {
  fc.assert(
    fc.property(cases, ([n, c, k]) => {
      expect(passAtK(n, c, 1)).toBeCloseTo(c / n, 12);
      expect(passAtK(n, c, k)).toBeGreaterThanOrEqual(passAtK(n, c, Math.max(1, k - 1)) - 1e-12);
    }),
  );
  expect(passAtK(5000, 1, 2500)).toBeCloseTo(0.5, 10);
  expect([passAtK(8, 0, 8), passAtK(8, 1, 8)]).toEqual([0, 1]);
});

test('sizes are the powers of two up to n', () => {
  expect(passSizes(8)).toEqual([1, 2, 4, 8]);
  expect(passSizes(6)).toEqual([1, 2, 4]);
  expect(passSizes(0)).toEqual([]);
});

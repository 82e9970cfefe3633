import { describe, expect, it } from 'vitest';
import { formatNumber, formatSeconds, formatShare, formatSigned, formatTick } from './format.ts';
import { niceTicks } from './scales.ts';

describe('formatNumber', () => {
  it('writes a true minus and never rounds a value away', () => {
    expect(formatNumber(-0.54)).toBe('−0.540');
    expect(formatNumber(-0.00021)).toBe('−2.1e−4');
    expect(formatNumber(0)).toBe('0');
    expect(formatNumber(512)).toBe('512');
    expect(formatNumber(1e-6)).toBe('1.0e−6');
  });

  it('shows what is missing or endless as such', () => {
    expect([formatNumber(null), formatNumber(undefined), formatNumber(NaN)]).toEqual(['–', '–', '–']);
    expect(formatNumber(-Infinity)).toBe('−∞');
    expect(formatSigned(0.5)).toBe('+0.500');
    expect(formatShare(0.625)).toBe('62.5 %');
  });
});

describe('formatSeconds', () => {
  it('says short times in milliseconds', () => {
    expect([0, 0.0004, 0.056, 0.9994, 1, 12.34].map(formatSeconds)).toEqual([
      '0 ms',
      '0 ms',
      '56 ms',
      '999 ms',
      '1 s',
      '12.3 s',
    ]);
  });
});

describe('formatTick', () => {
  it.each([
    [0, 1],
    [0.0056, 0.0057],
    [-2, 2],
    [3010, 3030],
    [0.998, 1.001],
    [1e-7, 3e-7],
  ])('tells neighbouring ticks from %d to %d apart', (low, high) => {
    const ticks = niceTicks(low, high, 3);
    expect(new Set(ticks.map((tick) => formatTick(tick, ticks))).size).toBe(ticks.length);
  });
});

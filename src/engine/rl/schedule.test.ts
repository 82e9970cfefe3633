import { describe, expect, it } from 'vitest';
import { warmupRate } from './schedule.ts';

const curve = (schedule: 'cosine' | 'trapezoid', steps: number) =>
  Array.from({ length: steps }, (_, step) => warmupRate(schedule, step, steps));

describe('warmupRate', () => {
  it('rises linearly over a tenth of a cosine schedule and is halfway down in the middle of the rest', () => {
    const rates = curve('cosine', 100);
    expect(rates.slice(0, 10)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(rates[54]).toBeGreaterThan(0.5);
    expect(rates[55]).toBeLessThan(0.5);
    expect(rates[99]).toBeLessThan(0.001);
  });

  it('keeps the trapezoid constant until the last third', () => {
    const rates = curve('trapezoid', 300);
    expect(rates.slice(6, 201).every((rate) => rate === 1)).toBe(true);
    expect(rates[250]).toBeCloseTo(0.5, 10);
    expect(rates[299]).toBeCloseTo(0.01, 10);
  });

  it.each(['cosine', 'trapezoid'] as const)(
    '%s stays in (0, 1], reaches 1 and never rises again',
    (schedule) => {
      for (const steps of [1, 2, 3, 7, 10, 50, 4500]) {
        const rates = curve(schedule, steps);
        expect(
          rates.every((rate) => rate > 0 && rate <= 1),
          `${steps} steps`,
        ).toBe(true);
        const peak = rates.indexOf(1);
        expect(peak, `${steps} steps`).toBeGreaterThanOrEqual(0);
        rates.slice(peak).forEach((rate, i, fall) => expect(rate).toBeLessThanOrEqual(fall[i - 1] ?? 1));
      }
    },
  );
});

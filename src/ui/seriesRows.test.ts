import { describe, expect, it } from 'vitest';
import { MAX_POINTS, nearestStep, seriesRows, stepTicks, summarise, valueTicks } from './seriesRows.ts';
import type { SeriesLine } from './seriesRows.ts';

const line = (values: number[]): SeriesLine => ({
  key: 'reward',
  label: 'reward',
  token: '--accent',
  values,
});

describe('seriesRows', () => {
  it('draws one point for one step and nothing for none', () => {
    expect(seriesRows([1], [line([0.4])], null, 0.5)).toEqual([{ step: 1, values: [0.4], band: null }]);
    expect(seriesRows([], [line([])], null, 0)).toEqual([]);
    expect(stepTicks(1, 1)).toEqual([1]);
  });

  it('finds the drawn step nearest to a place on the axis', () => {
    const rows = seriesRows([1, 4, 6], [line([0.1, 0.2, 0.3])], null, 0);
    const places = [-3, 2.4, 2.6, 5.1, 9];
    expect(places.map((at) => nearestStep(rows, at))).toEqual([1, 1, 4, 6, 6]);
    expect(nearestStep([], 3)).toBeNull();
  });

  it('keeps gaps as gaps', () => {
    const rows = seriesRows([1, 2, 3], [line([0.1, NaN, 0.3])], null, 0);
    expect(rows.map((row) => row.values[0])).toEqual([0.1, null, 0.3]);
  });

  it('stays within the points a chart may draw', () => {
    const values = Array.from({ length: 5000 }, (_, i) => Math.sin(i / 50));
    const steps = values.map((_, i) => i + 1);
    const band = {
      label: 'band',
      token: '--accent',
      low: values.map((v) => v - 1),
      high: values.map((v) => v + 1),
    };
    const rows = seriesRows(steps, [line(values)], band, 0);
    expect(rows.length).toBeLessThanOrEqual(MAX_POINTS);
    expect([rows[0].step, rows.at(-1)?.step]).toEqual([1, 5000]);
  });

  it('spans a stack of shares from 0 to 1', () => {
    const rows = seriesRows([1, 2], [line([0.25, 0.5]), line([0.75, 0.5])], null, 0);
    const ticks = valueTicks(rows, true);
    expect([ticks[0], ticks.at(-1)]).toEqual([0, 1]);
  });
});

describe('stepTicks', () => {
  it('are integers inside the range', () => {
    for (const last of [2, 3, 5, 17, 1234]) {
      for (const tick of stepTicks(1, last)) {
        expect(Number.isInteger(tick)).toBe(true);
        expect(tick).toBeGreaterThanOrEqual(1);
        expect(tick).toBeLessThanOrEqual(last);
      }
    }
  });
});

describe('summarise', () => {
  it('says the last value and both extremes with their steps', () => {
    const lines = [line([0.2, 0.9, 0.5])];
    const text = summarise('Reward', seriesRows([4, 5, 6], lines, null, 0), lines);
    expect(text).toBe(
      'Reward, steps 4 to 6. reward is 0.50 at step 6, lowest 0.20 at step 4, highest 0.90 at step 5.',
    );
  });
});

/** From whole series to the few rows a chart draws: smooth first, then thin, then join by step. */
import { debiasedEma, decimate } from './decimate.ts';
import { formatCompact } from './format.ts';
import { niceTicks } from './scales.ts';

export interface SeriesLine {
  readonly key: string;
  readonly label: string;
  /** CSS custom property of its colour. */
  readonly token: string;
  readonly dash?: string;
  /** One a step; NaN where the step has none. */
  readonly values: ArrayLike<number>;
}
export interface SeriesBand {
  readonly label: string;
  readonly token: string;
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}
export interface SeriesRow {
  readonly step: number;
  /** null: no value at this step. */
  readonly values: readonly (number | null)[];
  readonly band: readonly [number, number] | null;
}

/** Points a line has at most, and all lines of a chart together: what recharts draws within a frame. */
export const MAX_POINTS = 300;
const MAX_VALUES = 1200;
/**
 * Lines a chart has at most: the run under way, five beside it and its control. Each run draws the chart's first
 * metric alone and they share MAX_VALUES, so seven lines cost as much as four: 7.8 ms an update against 7.5 ms for
 * one run's charts, after 5,000 steps (median on two cores; e2e/budget.spec.ts holds both below 16 ms).
 */
export const MAX_LINES = 7;

/** Points each of so many lines may have. */
export function pointsOf(lines: number): number {
  return Math.min(MAX_POINTS, Math.floor(MAX_VALUES / Math.max(1, lines)));
}

/** steps [n], lines [k][n] → at most `maxPoints` rows, first and last step and all extremes included. */
export function seriesRows(
  steps: ArrayLike<number>,
  lines: readonly SeriesLine[],
  band: SeriesBand | null,
  smoothing: number,
  maxPoints = pointsOf(lines.length),
): SeriesRow[] {
  const smooth = lines.map((line) => debiasedEma(Array.from(line.values), smoothing));
  const low = band && debiasedEma(Array.from(band.low), smoothing);
  const high = band && debiasedEma(Array.from(band.high), smoothing);
  const drawn = decimate([...smooth, ...(low && high ? [low, high] : [])], maxPoints);
  return drawn.map((i) => ({
    step: steps[i],
    values: smooth.map((values) => (Number.isFinite(values[i]) ? values[i] : null)),
    band: low && high && Number.isFinite(low[i]) && Number.isFinite(high[i]) ? [low[i], high[i]] : null,
  }));
}

/** The drawn step nearest to a place on the axis; null: none is drawn. */
export function nearestStep(rows: readonly SeriesRow[], at: number): number | null {
  const distance = ({ step }: SeriesRow) => Math.abs(step - at);
  const [first, ...others] = rows;
  return rows.length === 0
    ? null
    : others.reduce((best, row) => (distance(row) < distance(best) ? row : best), first).step;
}

/** Axis ticks around all that is drawn; stacked values add up. */
export function valueTicks(rows: readonly SeriesRow[], stacked: boolean): number[] {
  let low = Infinity;
  let high = -Infinity;
  for (const row of rows) {
    const known = row.values.filter((value) => value !== null);
    const sum = known.reduce((total, value) => total + value, 0);
    const ends = stacked ? (known.length > 0 ? [0, sum] : []) : [...known, ...(row.band ?? [])];
    for (const end of ends) {
      if (end < low) low = end;
      if (end > high) high = end;
    }
  }
  return niceTicks(low, high, 3);
}

/** Integer step ticks, few enough to read. */
export function stepTicks(first: number, last: number): number[] {
  if (first >= last) return [first];
  return niceTicks(first, last, 4).filter((tick) => Number.isInteger(tick) && tick >= first && tick <= last);
}

/** The chart in a sentence or two, for those who cannot see it. */
export function summarise(name: string, rows: readonly SeriesRow[], lines: readonly SeriesLine[]): string {
  if (rows.length === 0) return `${name}: no steps yet.`;
  const parts = lines.map((line, at) => {
    const known = rows.filter((row) => row.values[at] !== null);
    if (known.length === 0) return `${line.label} has no values`;
    const value = (row: SeriesRow) => row.values[at] ?? 0;
    const lowest = known.reduce((best, row) => (value(row) < value(best) ? row : best));
    const highest = known.reduce((best, row) => (value(row) > value(best) ? row : best));
    const last = known[known.length - 1];
    return (
      `${line.label} is ${formatCompact(value(last))} at step ${last.step}, ` +
      `lowest ${formatCompact(value(lowest))} at step ${lowest.step}, highest ${formatCompact(value(highest))} at step ${highest.step}`
    );
  });
  return `${name}, steps ${rows[0].step} to ${rows[rows.length - 1].step}. ${parts.join('; ')}.`;
}

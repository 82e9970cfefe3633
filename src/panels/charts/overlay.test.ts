import { expect, test } from 'vitest';
import { seriesStore } from '../../state/index.ts';
import type { DrawnRun } from '../../state/index.ts';
import { SeriesStore } from '../../state/series.ts';
import { MAX_LINES, MAX_POINTS, seriesRows, summarise, valueTicks } from '../../ui/seriesRows.ts';
import { CHART_GROUPS } from './chartList.ts';
import { alignSteps, mainSeries, overlayLines } from './overlay.ts';

function drawn(id: string, rows: Readonly<Record<number, number | undefined>>, colour = 0): DrawnRun {
  const series = new SeriesStore();
  for (const [step, value] of Object.entries(rows)) {
    series.append({
      step: Number(step),
      stage: 'perception',
      metrics: value === undefined ? {} : { 'perception/f1': value },
    });
  }
  return { id, name: `run ${id}`, colour, dash: id === 'a' ? undefined : '8 3', series };
}

test('runs of other lengths and steps meet at the same step; nothing is filled in', () => {
  const { steps, columns } = alignSteps([
    { steps: [1, 2, 3], values: [0.1, 0.2, 0.3] },
    { steps: [2, 4], values: [20, 40] },
    { steps: [], values: [] },
  ]);
  expect(steps).toEqual([1, 2, 3, 4]);
  expect(columns).toEqual([
    [0.1, 0.2, 0.3, NaN],
    [NaN, 20, NaN, 40],
    [NaN, NaN, NaN, NaN],
  ]);
});

test('a sparse series stays sparse beside a full one, through to what is drawn', () => {
  const runs = [drawn('a', { 1: 1, 2: 2, 3: 3 }), drawn('b', { 1: 5, 2: undefined, 3: 7 }, 3)];
  const { steps, lines } = overlayLines(runs, 'perception/f1', 0);
  expect(lines.map(({ label, token, dash }) => [label, token, dash])).toEqual([
    ['run a', '--run-0', undefined],
    ['run b', '--run-3', '8 3'],
  ]);
  expect(seriesRows(steps, lines, null, 0).map(({ values }) => values)).toEqual([
    [1, 5],
    [2, null],
    [3, 7],
  ]);
});

test('each chart draws one series a run, whatever it draws of one', () => {
  for (const spec of CHART_GROUPS.flatMap(({ charts }) => charts)) {
    expect(mainSeries(spec)).toMatchObject({ stacked: false, plusMinus: undefined });
    expect(mainSeries(spec).lines).toHaveLength(1);
  }
});

/** Milliseconds of processor time, the least of a few tries: others share the machine. */
function cpuTime(work: () => void): number {
  return Math.min(
    ...Array.from({ length: 9 }, () => {
      const before = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    }),
  );
}

test('5,000 steps of history keep a chart’s data within a frame, of one run and of seven', () => {
  const runs = Array.from({ length: MAX_LINES }, (_, run) =>
    drawn(
      String(run),
      Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [i + 1, Math.sin(i / 50 + run)])),
    ),
  );
  const draw = (of: readonly DrawnRun[]) => {
    const { steps, lines } = overlayLines(of, 'perception/f1', seriesStore.version());
    const rows = seriesRows(steps, lines, null, 0.6);
    valueTicks(rows, false);
    summarise('F1', rows, lines);
    return rows;
  };
  expect(draw(runs.slice(0, 4)).length).toBeLessThanOrEqual(MAX_POINTS);
  expect(draw(runs).length * MAX_LINES).toBeLessThanOrEqual(4 * MAX_POINTS);
  expect(cpuTime(() => draw(runs.slice(0, 1)))).toBeLessThanOrEqual(16);
  expect(cpuTime(() => draw(runs))).toBeLessThanOrEqual(16);
});

/** Several runs in one chart: the chart's main series of each, on the steps that any of them has. */
import type { DrawnRun } from '../../state/index.ts';
import type { SeriesLine } from '../../ui/seriesRows.ts';
import { lineLabel, type ChartSpec } from './chartList.ts';

interface Column {
  /** Ascending. */
  readonly steps: ArrayLike<number>;
  /** One a step; NaN where the step has none. */
  readonly values: ArrayLike<number>;
}

/** A chart of its first series alone, as it is drawn once a run. */
export function mainSeries(spec: ChartSpec): ChartSpec {
  const [first] = spec.lines;
  return {
    ...spec,
    title: spec.lines.length > 1 ? `${spec.title}: ${lineLabel(first)}` : spec.title,
    lines: [first],
    stacked: false,
    plusMinus: undefined,
  };
}

/** Lines of a metric, one a run, in the run's colour and dash, as of that version of the series. */
export function overlayLines(
  runs: readonly DrawnRun[],
  metric: string,
  version: number,
): { readonly steps: readonly number[]; readonly lines: SeriesLine[] } {
  const { steps, columns } = alignSteps(
    runs.map(({ series }) => {
      const view = series.view([metric], version);
      return { steps: view.steps, values: view.values[metric] };
    }),
  );
  return { steps, lines: runs.map((run, at) => ({ ...lookOf(run), values: columns[at] })) };
}

/** How a run's line looks, in charts and in their legend. */
export function lookOf({ id, name, colour, dash }: DrawnRun): Omit<SeriesLine, 'values'> {
  return { key: id, label: name, token: `--run-${colour}`, dash };
}

/** Columns over their own steps → over the union of them, ascending; NaN at steps that a column has not. */
export function alignSteps(columns: readonly Column[]): {
  readonly steps: readonly number[];
  readonly columns: readonly (readonly number[])[];
} {
  const steps: number[] = [];
  const taken = columns.map(() => 0);
  const aligned: number[][] = columns.map(() => []);
  for (;;) {
    const next = columns.reduce(
      (least, { steps: own }, at) => Math.min(least, own[taken[at]] ?? Infinity),
      Infinity,
    );
    if (next === Infinity) break;
    steps.push(next);
    columns.forEach(({ steps: own, values }, at) => {
      const isThere = own[taken[at]] === next;
      aligned[at].push(isThere ? values[taken[at]] : NaN);
      if (isThere) taken[at]++;
    });
  }
  return { steps, columns: aligned };
}

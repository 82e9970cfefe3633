import { memo, useMemo, useRef } from 'react';
import {
  selectNearest,
  useDrawnVersion,
  useKeptRecords,
  useSelection,
  useSeries,
  useStageBoundaries,
} from '../../state/index.ts';
import type { DrawnRun } from '../../state/index.ts';
import { DataTable, Tooltip, formatCompact, formatNumber } from '../../ui/index.ts';
import { ChartLegend, TimeSeries } from '../../ui/TimeSeries.tsx';
import { useFrameTurn } from '../../ui/frameTurn.ts';
import type { SeriesBand, SeriesLine } from '../../ui/seriesRows.ts';
import { useVisible } from '../../ui/useVisible.ts';
import { advantageSeries } from './advantageQuantiles.ts';
import { chartDefinition, chartUnit, lineLabel, metricsOf } from './chartList.ts';
import type { ChartSpec } from './chartList.ts';
import { mainSeries, overlayLines } from './overlay.ts';

const CHART_HEIGHT = 150;
/** Newest steps a table shows. */
const TABLE_ROWS = 50;

interface ChartCardProps {
  readonly spec: ChartSpec;
  readonly smoothing: number;
  readonly asTable: boolean;
  /** Runs to draw; empty: the run under way alone. */
  readonly runs: readonly DrawnRun[];
}

/** One chart with its title, definition and legend; draws and subscribes only while it is on screen. */
export const ChartCard = memo(function ChartCard(props: ChartCardProps) {
  const { spec } = props;
  const card = useRef<HTMLElement>(null);
  // Cards that come on screen together are still drawn one a frame.
  const visible = useFrameTurn(useVisible(card));
  const Body = spec.source === 'advantages' ? AdvantageBody : MetricBody;
  return (
    <article ref={card} className="ch-card" aria-label={spec.title} data-testid={`chart-${spec.id}`}>
      {visible ? <Body {...props} /> : <div style={{ height: CHART_HEIGHT + 24 }} />}
    </article>
  );
});

function MetricBody(props: ChartCardProps) {
  // Another choice of runs changes every chart: one a frame.
  const runs = useFrameTurn(props.runs);
  return runs.length > 0 ? <RunsBody {...props} runs={runs} /> : <RunBody {...props} />;
}

/** One run: all that the chart has of it. */
function RunBody(props: ChartCardProps) {
  const { spec } = props;
  const metrics = useMemo(() => metricsOf(spec), [spec]);
  const view = useSeries(metrics);
  const data = useMemo(() => {
    const { plusMinus } = spec;
    const centre = view.values[spec.lines[0].metric];
    const spread = plusMinus && view.values[plusMinus.metric];
    return {
      steps: view.steps,
      lines: linesOf(spec, view.values),
      band: plusMinus && spread ? bandAround(plusMinus.label, centre, spread) : null,
    };
  }, [spec, view]);
  return <ChartBody {...props} data={data} />;
}

/** Several runs: the chart's main series of each; their legend is the panel's. */
function RunsBody(props: ChartCardProps) {
  const { runs } = props;
  const spec = useMemo(() => mainSeries(props.spec), [props.spec]);
  const version = useDrawnVersion();
  const data = useMemo(
    () => ({ ...overlayLines(runs, spec.lines[0].metric, version), band: null }),
    [runs, spec, version],
  );
  return <ChartBody {...props} spec={spec} data={data} hasLegend={false} />;
}

function AdvantageBody(props: ChartCardProps) {
  const { spec } = props;
  const records = useKeptRecords();
  const data = useMemo(() => {
    const series = advantageSeries(records);
    const band: SeriesBand = {
      label: '5 – 95 %',
      token: '--accent',
      low: series.values.p5,
      high: series.values.p95,
    };
    return { steps: series.steps, lines: linesOf(spec, series.values), band };
  }, [spec, records]);
  return <ChartBody {...props} data={data} note={props.runs.length === 0 ? '' : 'the shown run only'} />;
}

interface ChartData {
  readonly steps: ArrayLike<number>;
  readonly lines: readonly SeriesLine[];
  readonly band: SeriesBand | null;
}

interface ChartBodyProps extends ChartCardProps {
  readonly data: ChartData;
  readonly hasLegend?: boolean;
  /** In place of the unit. */
  readonly note?: string;
}

function ChartBody({ spec, smoothing, asTable, data, hasLegend = true, note = '' }: ChartBodyProps) {
  const boundaries = useStageBoundaries();
  // Live, the newest step is always at the right edge and needs no mark.
  const selectedStep = useSelection((selection) => (selection.live ? null : selection.step));
  const stages = useMemo(
    () => boundaries.map(({ step, stage }) => ({ step, label: stage, token: `--stage-${stage}` })),
    [boundaries],
  );
  const wanted = useMemo(() => ({ ...data, stages, selectedStep }), [data, stages, selectedStep]);
  const shown = useFrameTurn(wanted);
  const unit = note === '' ? chartUnit(spec) : note;
  const newest = shown.lines.map((line) => lastKnown(line.values));
  return (
    <>
      <header className="ch-head">
        <h4>
          <Tooltip definition={chartDefinition(spec)} hint={spec.hint}>
            {spec.title}
          </Tooltip>
        </h4>
        {unit !== '' && unit !== 'share' && <span className="ch-unit">{unit}</span>}
        {shown.lines.length === 1 && <b className="ch-newest">{formatCompact(newest[0])}</b>}
      </header>
      {hasLegend && shown.lines.length > 1 && <ChartLegend lines={shown.lines} />}
      {asTable ? (
        <ValueTable spec={spec} data={shown} />
      ) : newest.every(Number.isNaN) ? (
        <p className="ch-none" style={{ height: CHART_HEIGHT }}>
          not measured in this run so far
        </p>
      ) : (
        <TimeSeries
          name={spec.title}
          steps={shown.steps}
          lines={shown.lines}
          band={shown.band}
          stacked={spec.stacked}
          domain={spec.domain}
          stages={shown.stages}
          smoothing={spec.stacked ? 0 : smoothing}
          selectedStep={shown.selectedStep}
          onSelectStep={selectNearest}
          height={CHART_HEIGHT}
        />
      )}
    </>
  );
}

function ValueTable({ spec, data }: { readonly spec: ChartSpec; readonly data: ChartData }) {
  const length = data.steps.length;
  const rows = Array.from({ length: Math.min(length, TABLE_ROWS) }, (_, i) => length - 1 - i);
  return (
    <div
      className="ch-table"
      style={{ height: CHART_HEIGHT }}
      tabIndex={0}
      role="region"
      aria-label={`${spec.title}, newest ${TABLE_ROWS} steps`}
    >
      <DataTable
        caption={`${spec.title}, newest ${TABLE_ROWS} steps`}
        rows={rows}
        rowKey={(at) => data.steps[at]}
        onSelect={(at) => selectNearest(data.steps[at])}
        columns={[
          { id: 'step', header: 'step', numeric: true, render: (at: number) => data.steps[at] },
          ...data.lines.map((line) => ({
            id: line.key,
            header: line.label,
            numeric: true,
            render: (at: number) => formatNumber(line.values[at], 4),
          })),
        ]}
      />
    </div>
  );
}

function linesOf(spec: ChartSpec, values: Readonly<Record<string, ArrayLike<number>>>): SeriesLine[] {
  return spec.lines.map((line) => ({
    key: line.metric,
    label: lineLabel(line),
    token: line.token,
    dash: line.dash,
    values: values[line.metric],
  }));
}

function bandAround(label: string, centre: ArrayLike<number>, spread: ArrayLike<number>): SeriesBand {
  const at = (sign: 1 | -1) => Array.from(centre, (value, i) => value + sign * spread[i]);
  return { label, token: '--accent', low: at(-1), high: at(1) };
}

function lastKnown(values: ArrayLike<number>): number {
  for (let i = values.length - 1; i >= 0; i--) if (Number.isFinite(values[i])) return values[i];
  return NaN;
}

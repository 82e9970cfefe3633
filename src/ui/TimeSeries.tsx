import { memo, useMemo, type MouseEvent } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { formatNumber, formatTick } from './format.ts';
import { MAX_LINES, nearestStep, seriesRows, stepTicks, summarise, valueTicks } from './seriesRows.ts';
import type { SeriesBand, SeriesLine, SeriesRow } from './seriesRows.ts';
import './chart.css';

export interface SeriesStage {
  /** First step of the stage. */
  readonly step: number;
  readonly label: string;
  /** CSS custom property of its tint. */
  readonly token: string;
}

interface TimeSeriesProps {
  /** Names the chart in its text summary. */
  readonly name: string;
  readonly steps: ArrayLike<number>;
  /** At most MAX_LINES. */
  readonly lines: readonly SeriesLine[];
  readonly band?: SeriesBand | null;
  /** Lines as shares stacked on each other. */
  readonly stacked?: boolean;
  /** Fixed value range; otherwise what is drawn decides. */
  readonly domain?: readonly [number, number];
  readonly stages: readonly SeriesStage[];
  /** Debiased EMA, 0 (off) to below 1. */
  readonly smoothing: number;
  readonly selectedStep: number | null;
  readonly onSelectStep: (step: number) => void;
  readonly height: number;
}

const NO_STAGES_BEFORE = -Infinity;
/** What is left and right of the lines, in pixels. */
const AXIS_WIDTH = 52;
const MARGIN_RIGHT = 10;

/** Metrics over steps: ≤ 300 points a line, no animation, stages as tint and labelled line, click selects a step. */
export const TimeSeries = memo(function TimeSeries(props: TimeSeriesProps) {
  const {
    name,
    steps,
    lines,
    band = null,
    stacked = false,
    domain,
    stages,
    smoothing,
    selectedStep,
    height,
  } = props;
  const rows = useMemo(() => seriesRows(steps, lines, band, smoothing), [steps, lines, band, smoothing]);
  const first = rows.length > 0 ? rows[0].step : 0;
  const last = rows.length > 0 ? rows[rows.length - 1].step : 0;
  const ticks = domain ? [domain[0], (domain[0] + domain[1]) / 2, domain[1]] : valueTicks(rows, stacked);
  // A single step sits in the middle instead of on the axis.
  const range: [number, number] = first === last ? [first - 1, last + 1] : [first, last];
  // A handful of points is drawn as points; so is a value alone between gaps.
  const sparse = rows.length <= 12;
  // The chart's own click knows its step only from a pointer that has moved over it before.
  const select = ({ currentTarget, clientX }: MouseEvent<HTMLElement>): void => {
    const { left, width } = currentTarget.getBoundingClientRect();
    const share = (clientX - left - AXIS_WIDTH) / (width - AXIS_WIDTH - MARGIN_RIGHT);
    const step = nearestStep(rows, range[0] + share * (range[1] - range[0]));
    if (step !== null) props.onSelectStep(step);
  };
  return (
    <figure className="ui-chart" style={{ height }} onClick={select}>
      <figcaption className="ui-visually-hidden">{summarise(name, rows, lines)}</figcaption>
      <ResponsiveContainer width="100%" height="100%" debounce={60}>
        <ComposedChart
          data={rows}
          accessibilityLayer={false}
          margin={{ top: 14, right: MARGIN_RIGHT, bottom: 0, left: 0 }}
        >
          {stages.map((stage, i) => {
            const from = Math.max(first, i === 0 ? NO_STAGES_BEFORE : stage.step);
            const to = i + 1 < stages.length ? stages[i + 1].step : range[1];
            if (to <= first) return null;
            return (
              <ReferenceArea
                key={`tint-${stage.step}`}
                x1={i === 0 ? range[0] : from}
                x2={to}
                fill={`var(${stage.token})`}
                fillOpacity={0.08}
                strokeOpacity={0}
              />
            );
          })}
          <CartesianGrid vertical={false} stroke="var(--border)" />
          <XAxis
            dataKey="step"
            type="number"
            domain={range}
            ticks={stepTicks(first, last)}
            tickLine={false}
            axisLine={{ stroke: 'var(--border)' }}
            height={20}
          />
          <YAxis
            domain={[ticks[0], ticks[ticks.length - 1]]}
            ticks={ticks}
            tickFormatter={(tick: number) => formatTick(tick, ticks)}
            width={AXIS_WIDTH}
            tickLine={false}
            axisLine={false}
            allowDataOverflow={domain !== undefined}
          />
          {stages
            .filter((stage) => stage.step > first)
            .map((stage) => (
              <ReferenceLine
                key={`line-${stage.step}`}
                x={stage.step}
                stroke={`var(${stage.token})`}
                strokeDasharray="4 3"
                label={{
                  value: stage.label,
                  // Near the right edge it would be cut off.
                  position:
                    stage.step - range[0] > 0.75 * (range[1] - range[0]) ? 'insideTopRight' : 'insideTopLeft',
                  className: 'ui-chart-stage',
                  offset: 4,
                  dy: -14,
                }}
              />
            ))}
          {band && (
            <Area
              dataKey={bandOf}
              name={band.label}
              fill={`var(${band.token})`}
              fillOpacity={0.16}
              stroke="none"
              isAnimationActive={false}
              activeDot={false}
            />
          )}
          {lines.map((line, at) =>
            stacked ? (
              <Area
                key={line.key}
                dataKey={valueAt(at)}
                name={line.label}
                stackId="stack"
                fill={`var(${line.token})`}
                fillOpacity={0.55}
                stroke={`var(${line.token})`}
                strokeDasharray={line.dash}
                isAnimationActive={false}
                activeDot={false}
                dot={rows.length <= 5 && { r: 2.5 }}
              />
            ) : (
              <Line
                key={line.key}
                dataKey={valueAt(at)}
                name={line.label}
                stroke={`var(${line.token})`}
                strokeWidth={1.8}
                strokeDasharray={line.dash}
                isAnimationActive={false}
                dot={
                  (sparse || isGappy(rows, at)) && {
                    r: sparse ? 2.5 : 1.5,
                    strokeDasharray: '',
                    fill: `var(${line.token})`,
                  }
                }
                activeDot={{ r: 3 }}
              />
            ),
          )}
          {selectedStep !== null && selectedStep >= range[0] && selectedStep <= range[1] && (
            <ReferenceLine x={selectedStep} stroke="var(--text)" strokeOpacity={0.55} />
          )}
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--text-muted)' }}
            content={({ active, label }) => {
              const row = active ? rows.find((candidate) => candidate.step === Number(label)) : undefined;
              return row ? <ChartTooltip row={row} lines={lines} band={band} /> : null;
            }}
          />
        </ComposedChart>
      </ResponsiveContainer>
    </figure>
  );
});

function bandOf(row: SeriesRow): readonly [number, number] | null {
  return row.band;
}

// Stable accessors: recharts recomputes a line whose dataKey is a new function.
const ACCESSORS = Array.from({ length: MAX_LINES }, (_, at) => (row: SeriesRow) => row.values[at]);
function valueAt(at: number): (row: SeriesRow) => number | null {
  return ACCESSORS[at];
}

/** Whether a value stands alone between gaps, where a line would not show it. */
function isGappy(rows: readonly SeriesRow[], at: number): boolean {
  const missing = (i: number) => i < 0 || i >= rows.length || rows[i].values[at] === null;
  return rows.some((_, i) => !missing(i) && missing(i - 1) && missing(i + 1));
}

interface ChartTooltipProps {
  readonly row: SeriesRow;
  readonly lines: readonly SeriesLine[];
  readonly band: SeriesBand | null;
}

function ChartTooltip({ row, lines, band }: ChartTooltipProps) {
  return (
    <div className="ui-chart-tooltip">
      <b>step {row.step}</b>
      {lines.map((line, at) => (
        <div key={line.key}>
          <Swatch line={line} /> {line.label} <span>{formatNumber(row.values[at], 4)}</span>
        </div>
      ))}
      {band && row.band && (
        <div>
          {band.label}{' '}
          <span>
            {formatNumber(row.band[0])} … {formatNumber(row.band[1])}
          </span>
        </div>
      )}
    </div>
  );
}

/** Wide enough for a dash pattern, in pixels. */
const SWATCH_WIDTH = 24;

type Look = Omit<SeriesLine, 'values'>;

function Swatch({ line }: { readonly line: Look }) {
  return (
    <svg className="ui-chart-swatch" width={SWATCH_WIDTH} height={6} aria-hidden="true">
      <line
        x1={0}
        x2={SWATCH_WIDTH}
        y1={3}
        y2={3}
        stroke={`var(${line.token})`}
        strokeWidth={2.5}
        strokeDasharray={line.dash}
      />
    </svg>
  );
}

/** Names of the lines with their colour and dash. */
export function ChartLegend({ lines }: { readonly lines: readonly Look[] }) {
  return (
    <ul className="ui-chart-legend">
      {lines.map((line) => (
        <li key={line.key}>
          <Swatch line={line} /> {line.label}
        </li>
      ))}
    </ul>
  );
}

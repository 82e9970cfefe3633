import { useMemo } from 'react';
import { explainToken, surrogate } from '../../engine/rl/explain/index.ts';
import type { ExplainedStep, SurrogatePoint, TokenPlace } from '../../engine/rl/explain/index.ts';
import { formatNumber } from '../../ui/index.ts';
import { formatTick } from '../../ui/format.ts';
import { niceTicks } from '../../ui/scales.ts';
import { labelOf, stepUnder, type Side } from './comparison.ts';

interface SurrogatePlotProps {
  readonly step: ExplainedStep;
  readonly place: TokenPlace;
  readonly sides: readonly [Side, Side];
  /** The policy loss itself, or what it does: minus its derivative in the log-prob. */
  readonly of: 'policyLoss' | 'push';
}

const WIDTH = 320;
const HEIGHT = 170;
const MARGIN = { left: 44, right: 8, top: 8, bottom: 30 };
const POINTS = 121;
const TITLES = { policyLoss: 'policy loss over the ratio', push: 'push over the ratio' } as const;

/** Two curves over the token's own ratio, and where the token stands on each. */
export function SurrogatePlot({ step, place, sides, of }: SurrogatePlotProps) {
  const view = useMemo(() => curves(step, place, sides), [step, place, sides]);
  if (!view) return null;
  const { ratios, lines, at } = view;
  const value = (point: SurrogatePoint): number => (of === 'push' ? -point.gradient : point.policyLoss);
  const values = lines.flatMap(({ points, own }) => [...points.map(value), value(own)]);
  const yTicks = niceTicks(Math.min(0, ...values), Math.max(0, ...values), 4);
  const [low, high] = [yTicks[0], yTicks.at(-1) ?? 1];
  const last = ratios.at(-1) ?? 2;
  const x = (ratio: number): number => MARGIN.left + (ratio / last) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (v: number): number =>
    HEIGHT - MARGIN.bottom - ((v - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const xTicks = niceTicks(0, last, 5).filter((tick) => tick <= last);
  const path = (points: readonly SurrogatePoint[]): string =>
    points
      .map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.ratio).toFixed(1)} ${y(value(point)).toFixed(1)}`)
      .join('');
  const summary = lines.map(({ side, own }) => `${labelOf(side)}: ${formatNumber(value(own), 4)}`).join('; ');
  return (
    <figure className="ob-plot">
      <figcaption>{TITLES[of]}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${TITLES[of]}; at this token’s ratio ${formatNumber(at, 4)}: ${summary}`}
        data-testid={`objective-plot-${of}`}
      >
        {yTicks.map((tick) => (
          <g key={tick} className="ob-axis">
            <line
              x1={MARGIN.left}
              x2={WIDTH - MARGIN.right}
              y1={y(tick)}
              y2={y(tick)}
              data-zero={tick === 0}
            />
            <text x={MARGIN.left - 5} y={y(tick) + 3} textAnchor="end">
              {formatTick(tick, yTicks)}
            </text>
          </g>
        ))}
        {xTicks.map((tick) => (
          <text
            key={tick}
            className="ob-axis"
            x={x(tick)}
            y={HEIGHT - MARGIN.bottom + 13}
            textAnchor="middle"
          >
            {formatTick(tick, xTicks)}
          </text>
        ))}
        <text
          className="ob-axis"
          x={(MARGIN.left + WIDTH - MARGIN.right) / 2}
          y={HEIGHT - 3}
          textAnchor="middle"
        >
          ratio of this token
        </text>
        <line className="ob-here" x1={x(at)} x2={x(at)} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} />
        {lines.map(({ points, own }, i) => (
          <g key={i} className="ob-curve" data-line={i === 0 ? 'a' : 'b'}>
            <path d={path(points)} />
            {i === 0 ? (
              <circle cx={x(at)} cy={y(value(own))} r={7} />
            ) : (
              <rect x={x(at) - 4} y={y(value(own)) - 4} width={8} height={8} />
            )}
          </g>
        ))}
      </svg>
    </figure>
  );
}

interface Curves {
  readonly ratios: readonly number[];
  /** The token's own ratio. */
  readonly at: number;
  readonly lines: readonly {
    readonly side: Side;
    readonly points: SurrogatePoint[];
    readonly own: SurrogatePoint;
  }[];
}

/** How far the axis goes: past every edge of both sides and the token itself, but not to where a cap far off lies. */
const FARTHEST = 6;

function curves(step: ExplainedStep, place: TokenPlace, sides: readonly [Side, Side]): Curves | null {
  const steps = explainToken(step, place);
  if (!steps) return null;
  const at = Math.exp(steps.logRatio);
  const edges = sides.flatMap((side) => {
    const { clipHigh, dualClip } = stepUnder(step, side).config.objective;
    return [1 + clipHigh, steps.advantage < 0 ? (dualClip ?? 0) : 0];
  });
  const last = Math.max(2, at * 1.1, Math.min(FARTHEST, Math.max(...edges) * 1.2));
  // The first one is not 0, where a log-prob would be endless.
  const ratios = Array.from({ length: POINTS }, (_, i) => (last * (i + 1)) / POINTS);
  const lines = sides.flatMap((side) => {
    const under = stepUnder(step, side);
    const points = surrogate(under, place, ratios);
    const own = surrogate(under, place, [at])?.[0];
    return points && own ? [{ side, points, own }] : [];
  });
  return { ratios, at, lines };
}

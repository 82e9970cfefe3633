/**
 * The one place where a value becomes a position or a colour.
 * Diverging scales are zero-centred, orange (negative) to blue (positive); sequential ones run from the surface
 * to one hue. Ends are robust: the 2 % and 98 % quantiles, so that one outlier does not wash the rest out.
 */
import { signOf } from './format.ts';
import type { SignName } from './format.ts';

export interface ColourScale {
  readonly kind: 'diverging' | 'sequential';
  /** Value at position 0 and at position 1 (diverging: the value at ±1 is `high`, `low` is −`high`). */
  readonly low: number;
  readonly high: number;
  /** Diverging: [−1, 1], 0 at zero. Sequential: [0, 1]. Clamped. */
  position(value: number): number;
  /** A CSS background that keeps `--text` readable on it. */
  background(value: number): string;
  sign(value: number): SignName;
}

/** Linear-interpolated quantile of the finite values; NaN when there are none. q in [0, 1]. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  // Weighted sum, not low + f·(high − low): the latter can leave [low, high] by a rounding.
  const fraction = at - below;
  return sorted[below] * (1 - fraction) + sorted[above] * fraction;
}

const ROBUST_LOW = 0.02;
const ROBUST_HIGH = 0.98;
/** Strongest tint, per cent: with both themes' tokens the text on it keeps a contrast of at least 4.5. */
const FULL_TINT = 42;

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function tint(token: string, strength: number): string {
  if (strength <= 0) return 'transparent';
  return `color-mix(in oklab, var(${token}) ${(strength * FULL_TINT).toFixed(1)}%, transparent)`;
}

/** Zero-centred scale over the values; `limit` overrides the robust end. */
export function divergingScale(values: readonly number[], limit?: number): ColourScale {
  const ends = [quantile(values, ROBUST_LOW), quantile(values, ROBUST_HIGH)].map((end) => Math.abs(end));
  const robust = Math.max(...ends.map((end) => (Number.isFinite(end) ? end : 0)));
  const high = limit ?? (robust > 0 ? robust : 1);
  const position = (value: number): number => (Number.isFinite(value) ? clamp(value / high, -1, 1) : 0);
  return {
    kind: 'diverging',
    low: -high,
    high,
    position,
    background: (value) => {
      const at = position(value);
      return tint(at < 0 ? '--negative' : '--positive', Math.abs(at));
    },
    sign: (value) => signOf(value),
  };
}

/** One-hue scale; `from` and `to` override the robust ends. `to` below `from` is allowed and reverses it. */
export function sequentialScale(
  values: readonly number[],
  ends: { readonly from?: number; readonly to?: number } = {},
): ColourScale {
  const finiteOr = (value: number, fallback: number): number => (Number.isFinite(value) ? value : fallback);
  const low = ends.from ?? finiteOr(quantile(values, ROBUST_LOW), 0);
  const high = ends.to ?? finiteOr(quantile(values, ROBUST_HIGH), 1);
  const position = (value: number): number =>
    Number.isFinite(value) && high !== low ? clamp((value - low) / (high - low), 0, 1) : 0;
  return {
    kind: 'sequential',
    low,
    high,
    position,
    background: (value) => tint('--accent', position(value)),
    sign: () => 'zero',
  };
}

/** Opaque colour of a value for a layer over a picture, which an opacity then thins; plain values stay clear. */
export function layerColour(scale: ColourScale, value: number): string {
  const at = scale.position(value);
  const token = scale.kind === 'sequential' ? '--accent' : at < 0 ? '--negative' : '--positive';
  return `color-mix(in oklab, var(${token}) ${(Math.abs(at) * 100).toFixed(1)}%, transparent)`;
}

/** Advantages of a step: zero-centred. */
export function advantageScale(advantages: readonly number[]): ColourScale {
  return divergingScale(advantages);
}

/** log-probs, nats: 0 (certain) is plain, the robust lowest is full. */
export function logProbScale(logProbs: readonly number[]): ColourScale {
  const lowest = quantile(logProbs, ROBUST_LOW);
  return sequentialScale(logProbs, { from: 0, to: lowest < 0 ? lowest : -1 });
}

/** Quantities that are 0 or more, from 0 to the robust highest: entropy, KL. */
export function magnitudeScale(values: readonly number[]): ColourScale {
  const highest = quantile(values, ROBUST_HIGH);
  return sequentialScale(values, { from: 0, to: highest > 0 ? highest : 1 });
}

/** A number a patch of one image, as similarity or attention: from the robust lowest to the robust highest. */
export function patchScale(values: readonly number[]): ColourScale {
  return sequentialScale(values);
}

/** Log-ratios new to old: zero-centred, so a ratio of 1 is plain. */
export function ratioScale(logRatios: readonly number[]): ColourScale {
  return divergingScale(logRatios);
}

/** "Nice" axis ticks covering [low, high], about `count` of them. */
export function niceTicks(low: number, high: number, count = 4): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const size = Math.max(Math.abs(low), Math.abs(high));
  // A constant, up to rounding: a window around it.
  if (high - low <= size * 1e-9 || size < 1e-30) {
    return size < 1e-30 ? niceTicks(0, 1, count) : niceTicks(low - size * 0.1, high + size * 0.1, count);
  }
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const unit = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= rough) ?? 10;
  const step = unit * power;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

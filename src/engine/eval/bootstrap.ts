/**
 * Percentile bootstrap intervals of 95 %: what a mean over other samples, or other seeds, could have been.
 * Efron & Tibshirani, An Introduction to the Bootstrap, ch. 13; two levels: Davison & Hinkley §3.8.
 */
import { mix } from '../random.ts';

/** Ends of a 95 % interval, low ≤ high, in the unit of the values. */
export type Interval = readonly [low: number, high: number];

/** A difference of means with the ends of its 95 % interval. */
export interface Difference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/** Means drawn for an interval. */
export const RESAMPLES = 2000;
const TAIL = 0.025;

/** 95 % interval of the mean of `values` [n], one value a sample. The same seed gives the same interval. */
export function bootstrapInterval(values: ArrayLike<number>, seed: number): Interval {
  const means = resampledMeans([Float64Array.from(values)], mix(seed, 1), RESAMPLES, false);
  return [quantile(means, TAIL), quantile(means, 1 - TAIL)];
}

/** mean(a) − mean(b), with its interval over samples: a[i] and b[i] belong to the same sample. */
export function pairedDifference(a: ArrayLike<number>, b: ArrayLike<number>, seed: number): Difference {
  const differences = [differencesOf(a, b, '')];
  return differenceOf(differences, resampledMeans(differences, mix(seed, 2), RESAMPLES, false));
}

/**
 * mean(A) − mean(B) where both were trained from several seeds: `values[seed][sample]`, paired by both indices, every
 * seed with equal weight. A resample draws seeds first, then samples within each drawn seed, so that the interval
 * covers other seeds and other samples. One seed alone says nothing about seeds: the interval is then over samples.
 */
export function hierarchicalDifference(
  valuesA: readonly ArrayLike<number>[],
  valuesB: readonly ArrayLike<number>[],
  { seed, resamples = RESAMPLES }: { readonly seed: number; readonly resamples?: number },
): Difference {
  if (valuesA.length !== valuesB.length) {
    throw new RangeError(
      `A paired difference needs as many seeds on both sides, got ${valuesA.length} and ${valuesB.length}.`,
    );
  }
  const differences = valuesA.map((a, s) => differencesOf(a, valuesB[s], ` of seed ${s + 1}`));
  return differenceOf(differences, resampledMeans(differences, mix(seed, 3), resamples, true));
}

function differencesOf(a: ArrayLike<number>, b: ArrayLike<number>, where: string): Float64Array {
  if (a.length !== b.length) {
    throw new RangeError(
      `A paired difference needs the same samples on both sides${where}, got ${a.length} and ${b.length}.`,
    );
  }
  return Float64Array.from(a, (value, i) => value - b[i]);
}

function differenceOf(groups: readonly Float64Array[], means: Float64Array): Difference {
  const difference = groups.reduce((sum, group) => sum + mean(group), 0) / groups.length;
  return { difference, low: quantile(means, TAIL), high: quantile(means, 1 - TAIL) };
}

/** Sorted means of resamples: groups drawn with replacement, or each once, then values within each drawn group. */
function resampledMeans(
  groups: readonly Float64Array[],
  stream: number,
  resamples: number,
  drawGroups: boolean,
): Float64Array {
  if (groups.length === 0 || groups.some((group) => group.length === 0)) {
    throw new RangeError('A bootstrap interval needs at least one sample, got none.');
  }
  const means = new Float64Array(resamples);
  let counter = 0;
  const draw = (n: number): number => Math.floor((mix(stream, counter++) / 4294967296) * n);
  for (let r = 0; r < resamples; r++) {
    let total = 0;
    for (let g = 0; g < groups.length; g++) {
      const group = groups[drawGroups ? draw(groups.length) : g];
      let sum = 0;
      for (let i = 0; i < group.length; i++) sum += group[draw(group.length)];
      total += sum / group.length;
    }
    means[r] = total / groups.length;
  }
  return means.sort();
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of sorted values, linear between neighbours. */
function quantile(sorted: Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** Smoothing and thinning of series for drawing. Smoothing always comes before thinning. */

/**
 * Debiased exponential moving average: m ← β·m + (1 − β)·x, shown as m / (1 − β^k), so that the first points are
 * not drawn towards 0. Non-finite points stay gaps and do not enter the average. smoothing β in [0, 1).
 */
export function debiasedEma(values: readonly number[], smoothing: number): number[] {
  if (smoothing <= 0) return [...values];
  let mean = 0;
  let weight = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return NaN;
    mean = smoothing * mean + (1 - smoothing) * value;
    weight = smoothing * weight + (1 - smoothing);
    return mean / weight;
  });
}

/**
 * Indices to draw, at most `maxPoints`, ascending: the first, the last, and in each of equal buckets the lowest and
 * highest point of every series, so that no extreme disappears.
 */
export function decimate(series: readonly (readonly number[])[], maxPoints: number): number[] {
  const length = series.reduce((longest, values) => Math.max(longest, values.length), 0);
  if (length <= maxPoints) return Array.from({ length }, (_, i) => i);
  const buckets = Math.max(1, Math.floor((maxPoints - 2) / (2 * series.length)));
  const kept = new Set([0, length - 1]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * length) / buckets);
    const to = Math.floor(((bucket + 1) * length) / buckets);
    for (const values of series) {
      let lowest = -1;
      let highest = -1;
      for (let i = from; i < to; i++) {
        const value = values[i];
        if (value === undefined || !Number.isFinite(value)) continue;
        if (lowest < 0 || value < values[lowest]) lowest = i;
        if (highest < 0 || value > values[highest]) highest = i;
      }
      if (lowest >= 0) kept.add(lowest).add(highest);
    }
  }
  return [...kept].sort((a, b) => a - b);
}

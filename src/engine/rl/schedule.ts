/** Learning-rate schedules of supervised training, as factors of the peak rate. RL keeps its rate constant. */

/** Share of the steps that the linear rise takes: 10 % with cosine (METHOD "Warm-up"), 2 % with trapezoid. */
const RISE = { cosine: 0.1, trapezoid: 0.02 } as const;

/**
 * Factor of the rate at a step, 0-based, of `steps` in all; in (0, 1]. `cosine`: linear rise, then half a cosine
 * towards 0 (transformers' shape, read one step later, so that neither the first nor the last update is lost to a
 * rate of 0). `trapezoid`: rise, constant, linear fall over the last third.
 */
export function warmupRate(schedule: 'cosine' | 'trapezoid', step: number, steps: number): number {
  const rise = Math.ceil(RISE[schedule] * steps);
  if (step < rise) return (step + 1) / rise;
  const left = Math.max(1, steps - step);
  switch (schedule) {
    case 'cosine':
      return 0.5 * (1 + Math.cos(Math.PI * (1 - left / (steps - rise + 1))));
    case 'trapezoid':
      return Math.min(1, left / Math.max(1, steps / 3));
    default:
      return schedule satisfies never;
  }
}

/** Medians over rounds, and ratios of calls of one round, which met the same machine. */
import type { ContenderName } from './contenders.ts';
import type { Measure } from '../src/engine/measure/index.ts';
import type { Timing } from './results.ts';

/** A median and how far the rounds lie apart. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly rounds: number;
}

/** null for no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, least: sorted[0], most: sorted.at(-1)!, rounds: sorted.length };
}

/** What is compared: tokens a second where tokens are sampled and nothing else is done, else calls a second. */
const rateOf = ({ measure, tokens, milliseconds }: Timing): number =>
  (measure === 'rollouts' ? tokens : 1) / (milliseconds / 1000);

interface Choice {
  readonly preset: string;
  readonly measure: Measure;
}

/** Rounds that count, by number: those before 0 warmed up. */
function rounds(timings: readonly Timing[], { preset, measure }: Choice, contender: ContenderName) {
  const counted = timings.filter(
    (timing) =>
      timing.preset === preset &&
      timing.measure === measure &&
      timing.contender === contender &&
      timing.round >= 0,
  );
  return new Map(counted.map((timing) => [timing.round, timing]));
}

/** Milliseconds of a contender's calls, or for rollouts its tokens a second. */
export function figures(timings: readonly Timing[], choice: Choice, contender: ContenderName): Spread | null {
  const all = [...rounds(timings, choice, contender).values()];
  return spreadOf(
    all.map((timing) => (choice.measure === 'rollouts' ? rateOf(timing) : timing.milliseconds)),
  );
}

/** How many times as fast the first is as the second, round by round. */
export function speedUps(
  timings: readonly Timing[],
  choice: Choice,
  [fast, slow]: readonly [ContenderName, ContenderName],
): Spread | null {
  const others = rounds(timings, choice, slow);
  const ratios = [...rounds(timings, choice, fast)].flatMap(([round, timing]) => {
    const other = others.get(round);
    return other ? [rateOf(timing) / rateOf(other)] : [];
  });
  return spreadOf(ratios);
}

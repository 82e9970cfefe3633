/** Why a target was missed, from the numbers: is it JavaScript or the adapter that takes the time, and what would help. */
import type { BenchResults, Counted } from './results.ts';
import { figures } from './statistics.ts';
import { shown } from './table.ts';
import { pipelineShares } from './tables.ts';
import { verdicts } from './targets.ts';

const PRESET = 'tiny';

/** A line a missed target’s call; empty where all are reached. */
export function explanations(results: BenchResults): string[] {
  const missed = verdicts(results).filter(({ reached }) => reached === false);
  const calls = [...new Set(missed.map(({ target }) => target.split(':')[0]))];
  return calls.flatMap((call) => {
    const lines = missed.filter(({ target }) => target.startsWith(`${call}:`));
    const measured = lines.map(
      ({ target, measured }) => `${target.slice(call.length + 2)} (measured ${measured})`,
    );
    return [`**${call}** misses ${measured.join(', ')}. ${reason(results, call)}`];
  });
}

function reason(results: BenchResults, call: string): string {
  const counted = results.counted.filter(
    ({ scenario, contender }) => scenario === PRESET && contender === 'ours',
  );
  if (call === 'step') return 'A step is rollouts and training; see these.';
  const found = counted.find(({ measure }) => measure === call);
  if (!found) return 'It was not counted in this run.';
  return `${whoTakesTheTime(results, found)} ${longestKernels(results, call) ?? mostDispatches(found)}`;
}

/** JavaScript's part of the time in the browser. Counted in Node, timed in Chromium: an estimate. */
function whoTakesTheTime({ timings }: BenchResults, { measure, counts, tokens }: Counted): string {
  const javascript = counts.javascriptMicroseconds / 1000;
  if (measure === 'optimiser') return `JavaScript takes ${shown(javascript)} ms.`;
  const timed = figures(timings, { preset: PRESET, measure }, 'ours');
  if (!timed) return `JavaScript takes ${shown(javascript)} ms; it was not timed.`;
  // Of rollouts, tokens a second of all rows: the batch's time from its own tokens.
  const batches = timings.filter(
    (timing) =>
      timing.preset === PRESET &&
      timing.measure === measure &&
      timing.contender === 'ours' &&
      timing.round >= 0,
  );
  const milliseconds = batches.reduce((sum, timing) => sum + timing.milliseconds, 0) / batches.length;
  const share = Math.min(1, javascript / milliseconds);
  const remedy =
    share > 0.5
      ? 'fewer dispatches would help: fused ops, recorded plans'
      : 'faster kernels would help: the adapter computes most of the time';
  const steps = measure === 'rollouts' ? ` for ${tokens} token steps` : '';
  return `JavaScript takes ${shown(javascript)} ms${steps} of ${shown(milliseconds)} ms (${Math.round(100 * share)} %): ${remedy}.`;
}

/** null: not profiled. */
function longestKernels({ profiles }: BenchResults, call: string): string | null {
  const profile = profiles.find(({ preset, measure }) => preset === PRESET && measure === call);
  if (!profile) return null;
  const names = profile.kernels
    .slice(0, 4)
    .map(({ kernel, share }) => `${kernel} ${Math.round(100 * share)} %`);
  return `The device spends most of it in ${names.join(', ')}.`;
}

function mostDispatches(counted: Counted): string {
  const top = pipelineShares(counted).slice(0, 4);
  const names = top.map(([label, count]) => `${label} ${shown(count)}`).join(', ');
  return `Of ${shown(counted.counts.dispatches)} dispatches the most are ${names}.`;
}

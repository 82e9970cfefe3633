/** What the engine is meant to reach, all for preset tiny, and what it reached. */
import type { ContenderName } from './contenders.ts';
import type { Measure } from '../src/engine/measure/index.ts';
import type { BenchResults, Counted, CountedMeasure } from './results.ts';
import { speedUps } from './statistics.ts';
import { shown, shownRatio } from './table.ts';

const PRESET = 'tiny';

interface Ratio {
  readonly measure: Measure;
  readonly over: ContenderName;
  readonly least: number;
}
const RATIOS: readonly Ratio[] = [
  { measure: 'training', over: 'plain tfjs', least: 3 },
  { measure: 'training', over: 'jax-js', least: 1.5 },
  { measure: 'rollouts', over: 'plain tfjs', least: 8 },
  { measure: 'rollouts', over: 'jax-js', least: 3 },
  { measure: 'step', over: 'plain tfjs', least: 4 },
];

interface Ceiling {
  readonly measure: CountedMeasure;
  readonly text: string;
  readonly value: (counted: Counted) => number;
  readonly most: number;
}
const CEILINGS: readonly Ceiling[] = [
  { measure: 'training', text: 'dispatches', value: ({ counts }) => counts.dispatches, most: 250 },
  { measure: 'training', text: 'submits', value: ({ counts }) => counts.submits, most: 4 },
  { measure: 'optimiser', text: 'dispatches', value: ({ counts }) => counts.dispatches, most: 4 },
  { measure: 'rollouts', text: 'read-backs a batch', value: ({ counts }) => counts.readBacks, most: 1 },
  {
    measure: 'rollouts',
    text: 'µs of JavaScript a token step',
    value: ({ counts, tokens }) => counts.javascriptMicroseconds / tokens,
    most: 20,
  },
];

export interface Verdict {
  readonly target: string;
  readonly measured: string;
  /** null: not measured in this run. */
  readonly reached: boolean | null;
}

export function verdicts({ timings, counted }: Pick<BenchResults, 'timings' | 'counted'>): Verdict[] {
  const ratios = RATIOS.map(({ measure, over, least }): Verdict => {
    const spread = speedUps(timings, { preset: PRESET, measure }, ['ours', over]);
    return {
      target: `${measure}: ≥ ${least}× ${over}`,
      measured: shownRatio(spread),
      reached: spread ? spread.median >= least : null,
    };
  });
  const ceilings = CEILINGS.map(({ measure, text, value, most }): Verdict => {
    const found = counted.find(
      (entry) => entry.scenario === PRESET && entry.contender === 'ours' && entry.measure === measure,
    );
    return {
      target: `${measure}: ≤ ${most} ${text}`,
      measured: found ? shown(value(found)) : '–',
      reached: found ? value(found) <= most : null,
    };
  });
  return [...ratios, ...ceilings];
}

/** What is left out where a machine is too slow for everything. */
import type { ContenderName } from './contenders.ts';
import type { Measure } from '../src/engine/measure/index.ts';
import type { Timing } from './results.ts';

/** One contender's call and its last time, in milliseconds. */
export interface Cost {
  readonly contender: ContenderName;
  readonly measure: Measure;
  readonly milliseconds: number;
}

/** The last time of every call. */
export function lastCosts(timings: readonly Timing[]): Cost[] {
  const last = new Map(timings.map((timing) => [`${timing.contender}, ${timing.measure}`, timing]));
  return [...last.values()];
}

/** The dearest calls, so many that the others fit `rounds` times into the time; never ours, which all are compared with. */
export function tooDear(costs: readonly Cost[], rounds: number, milliseconds: number): Cost[] {
  const dearestFirst = costs
    .filter(({ contender }) => contender !== 'ours')
    .sort((a, b) => b.milliseconds - a.milliseconds);
  const dropped: Cost[] = [];
  let total = costs.reduce((sum, cost) => sum + cost.milliseconds, 0);
  for (const cost of dearestFirst) {
    if (total * rounds <= milliseconds) break;
    dropped.push(cost);
    total -= cost.milliseconds;
  }
  return dropped;
}

/** Which states stay: what an interval leaves is thinned, what a stage or the reader keeps is not. */
import { expect, test } from 'vitest';
import { savedState } from '../../fixtures/wholeRun.ts';
import type { TrainerState } from '../engine/rl/trainerState.ts';
import { KeptStates, type KeptWhy } from './keptStates.ts';

/** A state of so many floats. */
function stateAt(step: number, floats = 4): TrainerState {
  const parameters = new Map([['w', { shape: [floats], data: new Float32Array(floats) }]]);
  return {
    progress: savedState(step).progress,
    parameters,
    reference: new Map(),
    optimizer: new Map(),
  };
}
const steps = (kept: KeptStates, why?: KeptWhy): number[] =>
  kept.list.flatMap((one) => (why === undefined || one.why === why ? [one.step] : []));

test('at an interval 8 stay, spread over the whole run; others are spared', () => {
  const kept = new KeptStates([]);
  kept.add(stateAt(0), 'start');
  kept.add(stateAt(25), 'stage');
  kept.add(stateAt(33), 'reader');
  for (let step = 10; step <= 80; step += 10) kept.add(stateAt(step), 'interval');
  expect(steps(kept, 'interval')).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
  for (let step = 90; step <= 400; step += 10) kept.add(stateAt(step), 'interval');
  const thinned = steps(kept, 'interval');
  expect(thinned).toHaveLength(8);
  expect(thinned).toContain(400);
  const gaps = [0, ...thinned].map((step, i, all) => (all[i + 1] ?? step) - step);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(100);
  expect([steps(kept, 'start'), steps(kept, 'stage'), steps(kept, 'reader')]).toEqual([[0], [25], [33]]);
});

test('as many stay as fit into 64 MB, and none of a policy that is larger', () => {
  const kept = new KeptStates([]);
  for (let step = 1; step <= 5; step++) expect(kept.add(stateAt(step, 5_000_000), 'interval')).toBe(true);
  expect(steps(kept)).toHaveLength(3);
  expect(kept.add(stateAt(6, 20_000_000), 'interval')).toBe(false);
  expect(kept.add(stateAt(6, 20_000_000), 'reader')).toBe(true);
});

test('the reader claims one of the interval, which then outlives it; the list is another after every change', () => {
  const kept = new KeptStates([]);
  expect(kept.claim(1)).toBe(false);
  kept.add(stateAt(1), 'interval');
  const { list } = kept;
  expect(kept.claim(1)).toBe(true);
  expect(kept.list).not.toBe(list);
  for (let step = 2; step <= 30; step++) kept.add(stateAt(step), 'interval');
  expect(kept.policies.get(1)?.why).toBe('reader');
  kept.drop(1);
  expect(kept.policies.has(1)).toBe(false);
});

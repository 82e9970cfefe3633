/** Which questions a step trains on: epochs of the stage's pool, each in its own seeded order. */
import { RandomStream, hashText } from '../random.ts';
import type { Sample, TaskSet } from '../tasks/types.ts';
import type { RewardStage } from './types.ts';

/** The questions a stage may train on. */
export interface PromptPool {
  readonly size: number;
  /** index in [0, size). */
  sample(index: number): Sample;
}

/** The samples of these qids, or, when there are none given, the whole train part. */
export function poolOf(tasks: TaskSet, qids: readonly string[] | null): PromptPool {
  if (!qids) return { size: tasks.size('train'), sample: (index) => tasks.sample('train', index) };
  return {
    size: qids.length,
    sample: (index) => {
      const sample = tasks.find(qids[index]);
      if (!sample)
        throw new Error(`The split names "${qids[index]}", which task set "${tasks.name}" does not have.`);
      return sample;
    },
  };
}

/**
 * Pool indices of the prompts at [from, from + count) of the stage. The pool is walked epoch by epoch; the end of
 * one epoch is joined to the start of the next, so nothing is dropped. A pool smaller than a step repeats in it.
 */
export function promptIndices(
  poolSize: number,
  from: number,
  count: number,
  seed: number,
  stage: RewardStage,
): number[] {
  if (poolSize === 0)
    throw new Error(`The ${stage} stage has no questions; estimate the split again or relax it.`);
  const orders = new Map<number, number[]>();
  const orderOf = (epoch: number): number[] => {
    let order = orders.get(epoch);
    if (!order) {
      order = new RandomStream(seed, hashText(`order-${stage}`), epoch).shuffle(
        Array.from({ length: poolSize }, (_, i) => i),
      );
      orders.set(epoch, order);
    }
    return order;
  };
  return Array.from({ length: count }, (_, i) => {
    const position = from + i;
    return orderOf(Math.floor(position / poolSize))[position % poolSize];
  });
}

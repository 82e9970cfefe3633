/** The whole dataset-level split of a frozen policy, in chunks, for those that need no pause between phases. */
import { PixelCache } from './pixelCache.ts';
import { passCounts } from './splitPhase.ts';
import type { TrainerParts } from './trainerState.ts';
import type { SplitEntry, TrainConfig } from './types.ts';

const QUESTIONS_AT_ONCE = 32;

/**
 * Pass counts of train questions `from` … `to` − 1, in order, a chunk at a time. A count depends on its question's
 * index, not on where a chunk begins.
 */
export async function* estimateSplit(
  parts: Omit<TrainerParts, 'scorer'>,
  config: Pick<TrainConfig, 'seed' | 'sampling' | 'split' | 'recipes'>,
  from: number,
  to: number,
): AsyncGenerator<readonly SplitEntry[]> {
  const pixels = new PixelCache(parts.preprocessing);
  for (let first = from; first < to; first += QUESTIONS_AT_ONCE) {
    const count = Math.min(QUESTIONS_AT_ONCE, to - first);
    const indices = Array.from({ length: count }, (_, i) => first + i);
    const samples = indices.map((index) => parts.tasks.sample('train', index));
    yield await passCounts(parts, pixels, samples, indices, config);
  }
}

/** easy, medium, hard by the thresholds of a split. */
import type { Difficulty, SplitEntry } from '../engine/rl/types.ts';

export interface Thresholds {
  readonly easyFrom: number;
  readonly mediumFrom: number;
}

/** Passes ≥ easyFrom are easy, ≥ mediumFrom medium, fewer hard. METHOD: n and 1. */
export function difficultyOf(entry: Pick<SplitEntry, 'correct'>, thresholds: Thresholds): Difficulty {
  if (entry.correct >= thresholds.easyFrom) return 'easy';
  return entry.correct >= thresholds.mediumFrom ? 'medium' : 'hard';
}

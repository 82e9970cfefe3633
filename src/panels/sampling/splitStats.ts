/** What a split says under given thresholds: bins, counts, shares. */
import type { Difficulty, SplitRecord } from '../../engine/index.ts';
import { classify } from '../../engine/rl/split.ts';

export interface Thresholds {
  readonly easyFrom: number;
  readonly mediumFrom: number;
}
export interface Bin {
  readonly correct: number;
  readonly count: number;
  readonly difficulty: Difficulty;
}
export interface SplitStats {
  /** One a pass count, 0 … n. */
  readonly bins: readonly Bin[];
  readonly counts: Readonly<Record<Difficulty, number>>;
  readonly questions: number;
}

/** Statistics of the entries so far. */
export function splitStats(split: Pick<SplitRecord, 'entries' | 'n'>, thresholds: Thresholds): SplitStats {
  const difficultyOf = (correct: number) => classify(correct, thresholds.easyFrom, thresholds.mediumFrom);
  const tally = new Array<number>(split.n + 1).fill(0);
  for (const entry of split.entries) tally[entry.correct] += 1;
  const counts: Record<Difficulty, number> = { easy: 0, medium: 0, hard: 0 };
  const bins = tally.map((count, correct) => {
    const difficulty = difficultyOf(correct);
    counts[difficulty] += count;
    return { correct, count, difficulty };
  });
  return { bins, counts, questions: split.entries.length };
}

/** "0 of 8 → hard, 1–7 → medium, 8 → easy" in words, for the slider's value. */
export function rangeText({ easyFrom, mediumFrom }: Thresholds, n: number): Record<Difficulty, string> {
  const range = (from: number, to: number) =>
    from > to ? 'none' : from === to ? `${from}/${n}` : `${from}–${to}/${n}`;
  return {
    hard: range(0, mediumFrom - 1),
    medium: range(mediumFrom, easyFrom - 1),
    easy: range(easyFrom, n),
  };
}

/**
 * `training`: every term must give a number, so a scorer that fails counts 0 and its error is kept as
 * evidence. `offline`: what cannot be computed is unknown (null), never 0.
 */
export type ScoringMode = 'training' | 'offline';

/** What an image–text scorer said of (first image, description). value null: it failed, or was not there. */
export interface Similarity {
  readonly value: number | null;
  readonly error?: string;
  /** Id of the scorer. */
  readonly scorer: string;
  /** Similarity from which the clip term is 1. */
  readonly threshold: number;
}

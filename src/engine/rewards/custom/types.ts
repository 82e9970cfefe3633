/** A term that a user wrote: JavaScript whose `score(sample, response)` gives a value and its evidence. */
export interface CustomTerm {
  /** Lower-case letters, digits and hyphens; one of its kind in a recipe. The term's name is `custom:` + this. */
  readonly name: string;
  readonly weight: number;
  readonly code: string;
}

export type CustomTermName = `custom:${string}`;

/** All that a custom term may see: the public side of a sample, and a response. */
export interface CustomInput {
  readonly problem: string;
  readonly answer: string;
  readonly key_words: readonly string[];
  /** The reward text: what every other term reads too. */
  readonly text: string;
  /** Tokens of the response, the end token included. */
  readonly tokens: number;
}

/** A part of the reward text that the code points at; UTF-16 offsets, the end excluded. */
export interface CustomSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** What one call of `score` gave. */
export interface CustomResult {
  /** In [0, 1]; null exactly when there is an error. */
  readonly value: number | null;
  readonly note: string;
  readonly spans: readonly CustomSpan[];
  /** What went wrong, and where in the code; null: nothing did. */
  readonly error: string | null;
}

export interface TimedResult extends CustomResult {
  readonly milliseconds: number;
}

export const failed = (error: string): CustomResult => ({ value: null, note: '', spans: [], error });

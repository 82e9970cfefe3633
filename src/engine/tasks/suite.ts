import type { TaskSet, TeacherFaults } from './types.ts';

/** How hard a suite's samples are: more objects and longer work from `easy` to `hard`; `mixed` has them all. */
export type SuiteDifficulty = 'easy' | 'mixed' | 'hard';

/** A built-in suite: where its samples come from, and what a policy must know to speak about them. */
export interface Suite {
  readonly name: string;
  /** `mixed` is the set named as the suite; the others are named `<suite>-easy` and `<suite>-hard`. */
  readonly difficulties: readonly SuiteDifficulty[];
  /** The task set of that difficulty; it must be one of `difficulties`. */
  create(difficulty: SuiteDifficulty): TaskSet;
  /** Words of problems and worked responses inside a sentence, one token each; numbers too. */
  readonly words: readonly string[];
  /** Words that a problem starts with. */
  readonly openers: readonly string[];
  /** Attributes of a described object in the order in which a description writes them, each with its values. */
  readonly attributeValues: Readonly<Record<string, readonly string[]>>;
  /** Question kinds. */
  readonly kinds: readonly string[];
  /** Planted reasoning errors, each with the kinds on which it can be made. */
  readonly slipKinds: Readonly<Record<string, readonly string[]>>;
  /** Faults of the teacher that the suite's shipped policy learned from. */
  readonly faults: TeacherFaults;
  /** Faults so severe that answers carry too little signal to mend them; where the suite has such. */
  readonly severeFaults?: TeacherFaults;
  /** Side of the square picture that the suite's policies see, px; absent: the preset's. */
  readonly imageSize?: number;
  /** One line: source and licence of what is in the pictures. */
  readonly license: string;
}

/** Name of a suite's task set. */
export function taskSetName(suite: string, difficulty: SuiteDifficulty): string {
  return difficulty === 'mixed' ? suite : `${suite}-${difficulty}`;
}

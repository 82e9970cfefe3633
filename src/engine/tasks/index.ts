/**
 * Where samples come from: task sets under a name, every sample addressable by qid.
 *
 * Words: **sample** an image, a problem, an answer, key_words and, where known, the scene's truth · **suite** a
 * built-in source of samples · **task set** many samples under a name: a suite at a difficulty, or imported ·
 * **part** train or heldout · **truth** what is in the picture, for measures only.
 */
import { CHARTS } from './charts/index.ts';
import { GEOMETRY } from './geometry/index.ts';
import { PICTURES } from './pictures/index.ts';
import { SCENES, SCENES_NANO } from './scenes/index.ts';
import { taskSetName, type Suite } from './suite.ts';
import type { TaskSet } from './types.ts';

export { createScenes } from './scenes/index.ts';
export { parseFaults } from './parseFaults.ts';
export type { Suite, SuiteDifficulty } from './suite.ts';

/** The built-in suites. */
export const SUITES: readonly Suite[] = [SCENES, SCENES_NANO, CHARTS, GEOMETRY, PICTURES];

const SETS = SUITES.flatMap((suite) =>
  suite.difficulties.map((difficulty) => ({ name: taskSetName(suite.name, difficulty), suite, difficulty })),
);

/** Names of the built-in task sets: every suite at each of its difficulties. */
export const TASK_SET_NAMES: readonly string[] = SETS.map(({ name }) => name);

/** A built-in task set by name. Throws an Error that lists the names when there is none. */
export function taskSetByName(name: string): TaskSet {
  const { suite, difficulty } = setNamed(name);
  return suite.create(difficulty);
}

/** The suite of a built-in task set's name. Throws as `taskSetByName`. */
export function suiteOf(name: string): Suite {
  return setNamed(name).suite;
}

function setNamed(name: string): (typeof SETS)[number] {
  const found = SETS.find((set) => set.name === name);
  if (found) return found;
  throw new Error(`tasks: got ${JSON.stringify(name)}; give one of ${TASK_SET_NAMES.join(', ')}`);
}

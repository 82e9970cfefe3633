/**
 * Where samples come from: task sets under a name, every sample addressable by qid.
 *
 * Words: **sample** an image, a problem, an answer, key_words and, where known, the scene's truth · **task set**
 * many samples under a name · **part** train or heldout · **truth** what is in the picture, for measures only.
 */
import { ATTRIBUTE_VALUES, createScenes } from './scenes/index.ts';
import type { SceneVariant } from './scenes/index.ts';
import type { TaskSet } from './types.ts';

export * from './scenes/index.ts';

export const TASK_SET_NAMES = ['scenes', 'scenes-nano'] as const;

/** A built-in task set by name. Throws an Error that lists the names when there is none. */
export function taskSetByName(name: string): TaskSet {
  return createScenes(sceneVariant(name));
}

/** Which variant of the scenes a built-in task set's name stands for. Throws as `taskSetByName`. */
export function sceneVariant(name: string): SceneVariant {
  const known = TASK_SET_NAMES.find((candidate) => candidate === name);
  if (known === undefined) {
    throw new Error(`tasks: got ${JSON.stringify(name)}; give one of ${TASK_SET_NAMES.join(', ')}`);
  }
  return known;
}

/** Words of a built-in suite's descriptions that stand for one another: an attribute's values. Throws as above. */
export function wordClasses(name: string): readonly (readonly string[])[] {
  return Object.values(ATTRIBUTE_VALUES[sceneVariant(name)]);
}

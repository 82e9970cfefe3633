/**
 * The built-in suite `scenes` and its simplest form `scenes-nano`: solids on a floor, drawn by our own code, with
 * questions, answers, key words and a teacher's worked responses.
 *
 * Words: **variant** which of the two · **filter** the attributes a question asks for · **search** the step of a
 * worked response that looks at every object for a filter · **slip** a planted reasoning error · **misread** what
 * a planted perception error takes a value for. Objects are numbered from left to right.
 */
import type { Suite, SuiteDifficulty } from '../suite.ts';
import { DEFAULT_FAULTS, NANO_FAULTS, SEVERE_FAULTS, SLIP_KINDS } from './faults.ts';
import { ATTRIBUTE_VALUES } from './grammar.ts';
import type { SceneVariant } from './grammar.ts';
import { KIND_WEIGHTS } from './questions.ts';
import { createScenes } from './taskSet.ts';
import { OPENERS, sceneWords } from './vocabulary.ts';

export { createScenes } from './taskSet.ts';

function shared(variant: SceneVariant) {
  return {
    name: variant,
    create: (difficulty: SuiteDifficulty) => createScenes(variant, difficulty),
    words: sceneWords(variant),
    openers: OPENERS,
    attributeValues: ATTRIBUTE_VALUES[variant],
    kinds: KIND_WEIGHTS[variant].map(([, kind]) => kind),
    slipKinds: SLIP_KINDS,
    license: 'Drawn by this project; MIT, as its code.',
  } satisfies Partial<Suite>;
}

export const SCENES: Suite = {
  ...shared('scenes'),
  difficulties: ['mixed', 'easy', 'hard'],
  faults: DEFAULT_FAULTS,
  severeFaults: SEVERE_FAULTS,
};

/** One to three objects, two shapes, three colours, one size: what the smallest policies see. */
export const SCENES_NANO: Suite = { ...shared('scenes-nano'), difficulties: ['mixed'], faults: NANO_FAULTS };

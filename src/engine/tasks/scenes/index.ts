/**
 * The built-in suite `scenes` and its simplest form `scenes-nano`: solids on a floor, drawn by our own code, with
 * questions, answers, key words and a teacher's worked responses.
 *
 * Words: **variant** which of the two · **filter** the attributes a question asks for · **search** the step of a
 * worked response that looks at every object for a filter · **slip** a planted reasoning error · **misread** what
 * a planted perception error takes a value for. Objects are numbered from left to right.
 */
export { createScenes } from './taskSet.ts';
export { ATTRIBUTE_VALUES } from './grammar.ts';
export type { SceneVariant } from './grammar.ts';
export { DEFAULT_FAULTS, NANO_FAULTS, SEVERE_FAULTS, SLIPS, defaultFaults } from './faults.ts';
export { parseFaults } from './parseFaults.ts';
export { KIND_WEIGHTS } from './questions.ts';
export { sceneWords } from './vocabulary.ts';

/**
 * The built-in suite `geometry`: labelled figures drawn by our own code, with questions about angles, lengths and
 * areas, answers, key words and a teacher's worked responses.
 *
 * Words: **figure** what is drawn, with its labelled **parts** (angles, sides, segments) and their true sizes ·
 * **place** where a part is · **slip** a planted reasoning error · **misread** what a planted perception error
 * takes a label for.
 */
import type { Suite } from '../suite.ts';
import { DEFAULT_FAULTS, SLIP_KINDS } from './faults.ts';
import { ATTRIBUTE_VALUES } from './grammar.ts';
import { KINDS } from './questions.ts';
import { createGeometry } from './taskSet.ts';
import { OPENERS, geometryWords } from './vocabulary.ts';

export const GEOMETRY: Suite = {
  name: 'geometry',
  difficulties: ['mixed', 'easy', 'hard'],
  create: createGeometry,
  words: geometryWords(),
  openers: OPENERS,
  attributeValues: ATTRIBUTE_VALUES,
  kinds: KINDS,
  slipKinds: SLIP_KINDS,
  faults: DEFAULT_FAULTS,
  imageSize: 64,
  license: 'Drawn by this project; MIT, as its code.',
};

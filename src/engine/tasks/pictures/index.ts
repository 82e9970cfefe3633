/**
 * The built-in suite `pictures`: real pictures (Noto Emoji) side by side, with questions about what is there, how
 * many, where, and what is left of what.
 *
 * Words: **emoji** a picture with its CLDR short name and its category · **look-alike** what a planted perception
 * error takes an emoji for · **slip** a planted reasoning error.
 */
import type { Suite } from '../suite.ts';
import { DEFAULT_FAULTS, SLIP_KINDS } from './faults.ts';
import { ATTRIBUTE_VALUES } from './grammar.ts';
import { KINDS } from './questions.ts';
import { createPictures } from './taskSet.ts';
import { OPENERS, picturesWords } from './vocabulary.ts';

export const PICTURES: Suite = {
  name: 'pictures',
  difficulties: ['mixed', 'easy', 'hard'],
  create: createPictures,
  words: picturesWords(),
  openers: OPENERS,
  attributeValues: ATTRIBUTE_VALUES,
  kinds: KINDS,
  slipKinds: SLIP_KINDS,
  faults: DEFAULT_FAULTS,
  imageSize: 64,
  license:
    'Noto Emoji, Copyright Google LLC, Apache License 2.0; names from Unicode CLDR, Unicode License v3.',
};

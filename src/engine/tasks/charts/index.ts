/**
 * The built-in suite `charts`: bars, lines and dots drawn by our own code from windows of real tables, with questions,
 * answers, key words and a teacher's worked responses.
 *
 * Words: **table** real numbers in named **series** · **window** the values of a series that one chart shows · **mark**
 * a bar, a dot or a point of a line, with its **label** below and its value above · **slip** a planted reasoning error
 * · **misread** what a planted perception error takes a value for. Marks are numbered from left to right.
 */
import type { Suite } from '../suite.ts';
import { DEFAULT_FAULTS, SLIP_KINDS } from './faults.ts';
import { ATTRIBUTE_VALUES } from './grammar.ts';
import { KINDS } from './questions.ts';
import { createCharts } from './taskSet.ts';
import { OPENERS, chartWords } from './vocabulary.ts';

export const CHARTS: Suite = {
  name: 'charts',
  difficulties: ['mixed', 'easy', 'hard'],
  create: createCharts,
  words: chartWords(),
  openers: OPENERS,
  attributeValues: ATTRIBUTE_VALUES,
  kinds: KINDS,
  slipKinds: SLIP_KINDS,
  faults: DEFAULT_FAULTS,
  imageSize: 64,
  license:
    'Numbers from vega-datasets: public domain, US government, CC0, CC BY 4.0 and OGL 3.0, see NOTICE; drawn by this project, MIT.',
};

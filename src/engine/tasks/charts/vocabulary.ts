import { ATTRIBUTE_VALUES } from './grammar.ts';

/** Words that a problem starts with. */
export const OPENERS: readonly string[] = ['What', 'How', 'Which', 'Is'];

/** Words of problems and worked responses that are no attribute's value. */
const WORDS = `is are the of or and than to from value large much larger smaller largest smallest sum difference all
  together trend up down flat same as find add subtract so = + -`;

/** Every word that problems and worked responses are made of, each once; numbers with slips and misreadings. */
export function chartWords(): string[] {
  // Four marks at most, whose sum is at most 40, each read 8 too large at most, and a slip of one.
  const numbers = Array.from({ length: 40 + 4 * 8 + 2 }, (_, i) => String(i));
  const { label, color, mark } = ATTRIBUTE_VALUES;
  const plurals = mark.map((word) => `${word}s`);
  return [...new Set([...numbers, ...label, ...color, ...mark, ...plurals, ...WORDS.split(/\s+/)])];
}

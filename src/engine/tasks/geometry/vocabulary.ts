import { ATTRIBUTE_VALUES } from './grammar.ts';

/** Words that a problem starts with. */
export const OPENERS: readonly string[] = ['What', 'How', 'Which'];

/** Words of problems and worked responses that are no attribute's value. */
const WORDS = `is the of on at or than and length size large long larger smaller longer shorter triangle rectangle
  square line perimeter area find subtract from add double multiply halve half so = + - x`;

/** Sides that are multiplied reach this. */
const LONGEST_SIDE = 12;

/** Every word that problems and worked responses are made of, each once; numbers with slips and misreadings. */
export function geometryWords(): string[] {
  const sums = Array.from({ length: 75 }, (_, i) => i);
  const products = Array.from({ length: LONGEST_SIDE * LONGEST_SIDE }, (_, i) => {
    const value = (1 + (i % LONGEST_SIDE)) * (1 + Math.floor(i / LONGEST_SIDE));
    return [value, value + 1];
  }).flat();
  const angles = Array.from({ length: 36 }, (_, i) => 10 * i);
  const numbers = [...new Set([...sums, ...products, ...angles])].sort((a, b) => a - b).map(String);
  return [...new Set([...numbers, ...Object.values(ATTRIBUTE_VALUES).flat(), ...WORDS.split(/\s+/)])];
}

import { GLYPH_WIDTH, hasInk as digitHasInk } from '../geometry/glyphs.ts';

/** Bold letters beside geometry's digits, as large as those. */
export { GLYPH_HEIGHT, GLYPH_WIDTH } from '../geometry/glyphs.ts';

const LETTERS: Readonly<Record<string, string>> = {
  A: '..##.. .####. ##..## ##..## ###### ##..## ##..##',
  B: '#####. ##..## ##..## #####. ##..## ##..## #####.',
  C: '.####. ##..## ##.... ##.... ##.... ##..## .####.',
  D: '####.. ##.##. ##..## ##..## ##..## ##.##. ####..',
  E: '###### ##.... ##.... #####. ##.... ##.... ######',
  F: '###### ##.... ##.... #####. ##.... ##.... ##....',
  G: '.####. ##..## ##.... ##.### ##..## ##..## .####.',
  H: '##..## ##..## ##..## ###### ##..## ##..## ##..##',
};

/** True where the character has ink; x in [0, GLYPH_WIDTH), y in [0, GLYPH_HEIGHT). */
export function hasInk(character: string, x: number, y: number): boolean {
  const rows = LETTERS[character];
  return rows === undefined ? digitHasInk(character, x, y) : rows[y * (GLYPH_WIDTH + 1) + x] === '#';
}

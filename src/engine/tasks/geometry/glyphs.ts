/** Bold digits and the question mark, 6 × 7 pixels each: drawn for a policy that sees patches of 8 × 8. */
export const GLYPH_WIDTH = 6;
export const GLYPH_HEIGHT = 7;

const ROWS: Readonly<Record<string, string>> = {
  '0': '.####. ##..## ##..## ##..## ##..## ##..## .####.',
  '1': '..##.. .###.. ####.. ..##.. ..##.. ..##.. ######',
  '2': '.####. ##..## ....## ...##. ..##.. .##... ######',
  '3': '.####. ##..## ....## ..###. ....## ##..## .####.',
  '4': '...##. ..###. .####. ##.##. ###### ...##. ...##.',
  '5': '###### ##.... #####. ....## ....## ##..## .####.',
  '6': '.####. ##.... #####. ##..## ##..## ##..## .####.',
  '7': '###### ....## ...##. ..##.. ..##.. ..##.. ..##..',
  '8': '.####. ##..## ##..## .####. ##..## ##..## .####.',
  '9': '.####. ##..## ##..## .##### ....## ....## .####.',
  '?': '.####. ##..## ....## ...##. ..##.. ...... ..##..',
};

/** True where the character has ink; x in [0, GLYPH_WIDTH), y in [0, GLYPH_HEIGHT). */
export function hasInk(character: string, x: number, y: number): boolean {
  return ROWS[character]?.[y * (GLYPH_WIDTH + 1) + x] === '#';
}

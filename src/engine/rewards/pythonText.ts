/**
 * Text rules of the released reward code, which is Python: its `\s` and `strip()` know other characters than
 * JavaScript's (U+001C–U+001F and U+0085 yes, U+FEFF no), its `\d` is every decimal digit, and its
 * case-insensitive match lets İ and ı stand for i, ſ for s and the Kelvin sign for k.
 */

/** Members of Python's `\s`, ready to stand inside a character class. */
export const WHITESPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const LEADING = new RegExp(`^[${WHITESPACE}]+`);
const SPACE = new RegExp(`^[${WHITESPACE}]$`);

/** True for one character that Python counts as whitespace. */
export function isSpace(character: string): boolean {
  return SPACE.test(character);
}

/** `str.strip()` of Python; linear in the text's length. */
export function strip(text: string): string {
  return text.slice(...stripBounds(text));
}

/** Start and end offsets of what `strip` keeps. */
export function stripBounds(text: string): [number, number] {
  const start = LEADING.exec(text)?.[0].length ?? 0;
  let end = text.length;
  while (end > start && isSpace(text[end - 1])) end--;
  return [start, end];
}

const CASE_VARIANTS: Readonly<Record<string, string>> = { i: '\\u0130\\u0131', s: '\\u017f', k: '\\u212a' };

/**
 * Source of a pattern that matches `heading` as Python's re does with `\s*` for each `_`, and, unless
 * `caseSensitive`, with IGNORECASE. Headings hold letters, digits, spaces, `#` and `:` only.
 */
export function headingPattern(heading: string, caseSensitive = false): string {
  return [...heading]
    .map((character) => {
      if (character === '_') return `[${WHITESPACE}]*`;
      const lower = character.toLowerCase();
      if (caseSensitive || lower === character.toUpperCase()) return character;
      return `[${lower}${character.toUpperCase()}${CASE_VARIANTS[lower] ?? ''}]`;
    })
    .join('');
}

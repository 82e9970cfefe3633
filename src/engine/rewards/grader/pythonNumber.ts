import { strip } from '../pythonText.ts';

const FLOAT = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const NEAR = 1e-7;

/** Python's `float(text)` for finite numbers (spaces around, `1_000`, `1e3`, `.5`); null when it has none. */
export function pythonFloat(text: string): number | null {
  const plain = strip(text).replace(/\p{Nd}/gu, (digit) => digit.normalize('NFKC'));
  if (!FLOAT.test(plain)) return null;
  const value = Number(plain.replaceAll('_', ''));
  return Number.isFinite(value) ? value : null;
}

/** Within 1e-7 of an integer. */
export function isNearInteger(value: number): boolean {
  return Math.abs(value - Math.round(value)) <= NEAR;
}

/** Thousands commas go (`1,000` → `1000`), list commas stay. */
export function withoutThousandsCommas(text: string): string {
  let before: string;
  let after = text;
  do {
    before = after;
    after = before.replace(/(\p{Nd}),(\p{Nd}{3})($|\P{Nd})/gu, '$1$2$3');
  } while (after !== before);
  return after;
}

/** Whether a text is an integer's, `7.0` and `1,000` included. */
export function isIntegerText(text: string): boolean {
  const value = pythonFloat(withoutThousandsCommas(text));
  return value !== null && isNearInteger(value);
}

/** `-?a/b` with digits only, give or take one character after each number; b not zero. */
export function isFractionText(text: string): boolean {
  return /^-?[0-9]+[^\n]?\/0*[1-9][0-9]*[^\n]?\n?$/u.test(text);
}

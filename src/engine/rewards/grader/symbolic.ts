import { isExactlyZero, NoExactForm } from './canonical.ts';
import { parseExpression } from './expression.ts';
import { isNumericallyZero } from './numeric.ts';
import { Undecidable } from './undecidable.ts';

/** A verdict and, in words, what decided. */
export interface SymbolicVerdict {
  readonly equal: boolean;
  readonly rule: string;
}

const MAX_LETTERS = 2;

/**
 * Whether the difference of two normalised answers is identically 0. Not tried (then unequal) with more than
 * two different letters, or exponents in brackets, in a row, or of two digits. Exact where an exact form
 * exists; else an identity test at complex points. sympy's `simplify` decides this in the published grader;
 * it proves what is true with few exceptions, so truth is the aim here. Never throws, bounded in time.
 */
export function symbolicallyEqual(truth: string, given: string): SymbolicVerdict {
  const difference = `(${truth})-(${given})`;
  const refusal = reasonNotToTry(difference);
  if (refusal !== null) return { equal: false, rule: `not compared as expressions: ${refusal}` };
  try {
    return isZero(difference);
  } catch (error) {
    if (!(error instanceof Undecidable)) throw error;
    return { equal: false, rule: `not equal as expressions: ${error.message}` };
  }
}

function isZero(text: string): SymbolicVerdict {
  const expression = parseExpression(text);
  try {
    const equal = isExactlyZero(expression);
    return { equal, rule: equal ? 'equal as expressions' : 'not equal as expressions' };
  } catch (error) {
    if (!(error instanceof NoExactForm)) throw error;
    if (isApproximate(text))
      return { equal: false, rule: 'not equal as expressions: a decimal beside a root' };
    const equal = isNumericallyZero(expression);
    return { equal, rule: `${equal ? 'equal' : 'not equal'} as expressions (tried at six points)` };
  }
}

/** A long decimal only comes near a root, and a decimal exponent is none: neither is ever identical to it. */
function isApproximate(text: string): boolean {
  const long = text.match(/[0-9]*\.[0-9]*/g)?.some((decimal) => decimal.length > 9) ?? false;
  return long || /(?:\^|\*\*)-?[0-9]*\.[0-9]/.test(text);
}

function reasonNotToTry(text: string): string | null {
  const letters = new Set(text.replaceAll('sqrt', '').replaceAll('frac', '').match(/\p{L}/gu) ?? []);
  if (letters.size > MAX_LETTERS) return 'more than two letters';
  if (text.includes('^{') || text.includes('^(')) return 'an exponent in brackets';
  if (/\^[0-9]+\^/.test(text)) return 'an exponent of an exponent';
  if (/\^[0-9][0-9]+/.test(text)) return 'an exponent of two digits';
  return null;
}

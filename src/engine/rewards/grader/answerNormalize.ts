import { strip } from '../pythonText.ts';
import { latexToText } from './latexText.ts';
import { isIntegerText, isNearInteger, pythonFloat } from './pythonNumber.ts';

const UNITS = [
  'degree', 'cm', 'centimeter', 'meter', 'mile', 'second', 'minute', 'hour', 'day', 'week', 'month', 'year',
  'foot', 'feet', 'inch', 'yard',
].map((unit) => new RegExp(`${unit}(?:es)?s? *(?:\\^[0-9]+)?`, 'g')); // prettier-ignore

/** From LaTeX's plain text to what an expression reader knows. */
const SIGNS: readonly (readonly [string, string])[] = [
  ['√', 'sqrt'],
  ['π', 'pi'],
  ['∞', 'inf'],
  ['∪', 'U'],
  ['·', '*'],
  ['×', '*'],
];

/**
 * Second normalisation: an enclosing `\text{}`, `$`, `%` and unit words go wherever they stand (also inside
 * words: "monday" → "mon"), and/or become commas, million … become `*10^n`, integral numbers become integers,
 * LaTeX becomes plain text, `1 1/2` becomes `1+1/2`, then spaces and braces go and case is lowered.
 */
export function normalizeAnswer(answer: string): string {
  let text = /^\\text\{([^\n]+?)\}\n?$/.exec(answer)?.[1] ?? answer;
  text = text.replaceAll('\\%', '%').replaceAll('\\$', '$').replaceAll('$', '').replaceAll('%', '');
  text = text.replaceAll(' or ', ' , ').replaceAll(' and ', ' , ');
  text = text.replaceAll('million', '*10^6').replaceAll('billion', '*10^9').replaceAll('trillion', '*10^12');
  for (const unit of UNITS) text = text.replace(unit, '');
  text = text.replace(/\^ *\\circ/g, '');
  if (text.startsWith('{') && text.endsWith('}')) text = text.slice(1, -1);
  text = text.replace(/,\\! */g, '');
  const value = pythonFloat(text);
  if (value !== null && isNearInteger(value)) text = BigInt(Math.round(value)).toString();
  if (text.includes('\\')) text = latexToPlain(text);
  text = text.replace(/- */g, '-').replace(/([0-9]) +([0-9])/g, '$1+$2');
  text = text.replaceAll(' ', '').replaceAll('{', '').replaceAll('}', '').toLowerCase();
  return isIntegerText(text) ? BigInt(Math.trunc(pythonFloat(text.replaceAll(',', ''))!)).toString() : text;
}

/** Fractions get a space before them, so that `1\frac{1}{2}` reads as a mixed number. */
function latexToPlain(text: string): string {
  const spaced = text
    .replaceAll('\\tfrac', '\\frac')
    .replaceAll('\\dfrac', '\\frac')
    .replaceAll('\\frac', ' \\frac');
  const plain = latexToText(spaced);
  if (plain === null) return text;
  return strip(SIGNS.reduce((result, [sign, word]) => result.replaceAll(sign, word), plain));
}

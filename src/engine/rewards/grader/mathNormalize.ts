import { strip } from '../pythonText.ts';

/** A rule met text it has no reading for; the answer then stays as it was. */
class Unreadable extends Error {}

/**
 * First normalisation, in the manner of the MATH data set: LaTeX spacing, sizes, degrees and a trailing unit
 * go; `x=5` becomes `5`; short fractions and roots get their braces; `a/b` becomes `\frac{a}{b}`. Never
 * throws: what it cannot read it returns stripped.
 */
export function normalizeMath(answer: string): string {
  let text = strip(answer);
  const enclosed = /^\\text\{([^\n]+?)\}\n?$/.exec(text);
  if (enclosed !== null) text = strip(enclosed[1]);
  try {
    return rewrite(text);
  } catch (error) {
    if (error instanceof Unreadable) return text;
    throw error;
  }
}

const REMOVED = ['\n', '\\!'];
const REMOVED_LATER = ['\\left', '\\right', '^{\\circ}', '^\\circ', '\\$'];

function rewrite(answer: string): string {
  let text = answer;
  for (const part of REMOVED) text = text.replaceAll(part, '');
  text = text.replaceAll('\\\\', '\\').replaceAll('tfrac', 'frac').replaceAll('dfrac', 'frac');
  for (const part of REMOVED_LATER) text = text.replaceAll(part, '');
  text = withoutUnit(text).replaceAll('\\%', '').replaceAll(' .', ' 0.').replaceAll('{.', '{0.');
  if (text === '') return text;
  if (text.startsWith('.')) text = `0${text}`;
  const sides = text.split('=');
  if (sides.length === 2 && [...sides[0]].length <= 2) text = sides[1]!;
  text = bracedFractions(bracedRoots(text).replaceAll(' ', ''));
  return slashFraction(text === '0.5' ? '\\frac{1}{2}' : text);
}

/** `\text{ ` opens a unit to the right of a number. */
function withoutUnit(text: string): string {
  const parts = text.split('\\text{ ');
  if (parts.length > 2) throw new Unreadable();
  return parts[0];
}

/** `\sqrt3` → `\sqrt{3}`: one character is the argument. */
function bracedRoots(text: string): string {
  const [head, ...tails] = text.split('\\sqrt');
  return tails.reduce((done, tail) => {
    if (tail === '') throw new Unreadable();
    if (tail.startsWith('{')) return `${done}\\sqrt${tail}`;
    const [argument] = tail;
    return `${done}\\sqrt{${argument}}${tail.slice(argument.length)}`;
  }, head);
}

/** `\frac12` → `\frac{1}{2}`, `\frac1{72}` → `\frac{1}{72}`; left alone when an argument is missing. */
function bracedFractions(text: string): string {
  const [head, ...tails] = text.split('\\frac');
  let done = head;
  for (const tail of tails) {
    if (tail === '') throw new Unreadable();
    if (tail.startsWith('{')) {
      done += `\\frac${tail}`;
      continue;
    }
    const [above, below, ...rest] = tail;
    if (below === undefined) return text;
    done += `\\frac{${above}}${below === '{' ? '{' : `{${below}}`}${rest.join('')}`;
  }
  return done;
}

const INTEGERS_WITH_SLASH = /^(0|-?[1-9][0-9]*)\/(0|-?[1-9][0-9]*)$/;

function slashFraction(text: string): string {
  const match = INTEGERS_WITH_SLASH.exec(text);
  return match === null ? text : `\\frac{${match[1]}}{${match[2]}}`;
}

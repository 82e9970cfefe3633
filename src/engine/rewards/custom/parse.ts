/** Custom terms from outside: a config file, a link, a form. */
import { MOST_CODE, MOST_TERMS } from './limits.ts';
import type { CustomTerm } from './types.ts';

const NAME = /^[a-z][a-z0-9-]{0,30}$/;

/** What is wrong with a term's name, among those already taken; null: nothing. */
export function nameFault(name: string, taken: readonly string[]): string | null {
  if (!NAME.test(name)) {
    return `“${name}” is no name for a term; give up to 31 lower-case letters, digits and hyphens, a letter first.`;
  }
  return taken.includes(name) ? `There is a term “${name}” already; give another name.` : null;
}

/** The terms in `json`. Throws naming `path`, the field, what it takes and the value received. */
export function parseCustomTerms(json: unknown, path: string): readonly CustomTerm[] {
  if (!Array.isArray(json) || json.length > MOST_TERMS) {
    throw fault(path, `a list of at most ${MOST_TERMS} terms`, json);
  }
  const terms: CustomTerm[] = [];
  for (const [index, entry] of json.entries()) {
    const at = `${path}[${index}]`;
    if (typeof entry !== 'object' || entry === null) throw fault(at, 'an object {name, weight, code}', entry);
    const known = new Map<string, unknown>(Object.entries(entry as object));
    const [name, weight, code] = ['name', 'weight', 'code'].map((key) => known.get(key));
    const extra = [...known.keys()].find((key) => !['name', 'weight', 'code'].includes(key));
    if (extra !== undefined) throw fault(at, 'the fields name, weight, code', { [extra]: known.get(extra) });
    if (typeof name !== 'string') throw fault(`${at}.name`, 'a text', name);
    const wrong = nameFault(name, terms.map((term) => term.name)); // prettier-ignore
    if (wrong !== null) throw new Error(`Config field "${at}.name": ${wrong}`);
    if (typeof weight !== 'number' || !Number.isFinite(weight)) {
      throw fault(`${at}.weight`, 'a finite number', weight);
    }
    if (typeof code !== 'string' || code.trim() === '' || code.length > MOST_CODE) {
      throw fault(`${at}.code`, `JavaScript of 1 to ${MOST_CODE} characters`, code);
    }
    terms.push({ name, weight, code });
  }
  return terms;
}

function fault(path: string, wanted: string, got: unknown): Error {
  const shown = JSON.stringify(got) ?? 'nothing';
  return new Error(
    `Config field "${path}" takes ${wanted}; got ${shown.length > 60 ? `${shown.slice(0, 59)}…` : shown}.`,
  );
}

import type { Suite } from './suite.ts';
import type { PerceptionFault, ReasoningFault, TeacherFaults } from './types.ts';

/** What faults are checked against, and the default lists. */
type Accepted = Pick<Suite, 'attributeValues' | 'kinds' | 'slipKinds' | 'faults'>;

/**
 * Teacher faults from JSON, `{perception: [{attribute, values?, p}], reasoning: [{slip, kinds?, p}]}`, or from the
 * shorthand text `perception=0.6,reasoning=0.6`, which takes the default lists with these probabilities (a side
 * left out has no faults). Throws an Error that names the field, the value received and what is accepted.
 */
export function parseFaults(json: unknown, suite: Accepted): TeacherFaults {
  if (typeof json === 'string') return parseShorthand(json, suite.faults);
  const record = requireRecord(json, 'faults', ['perception', 'reasoning']);
  return {
    perception: requireList(record['perception'], 'faults.perception').map((fault, i) =>
      parsePerception(fault, i, suite),
    ),
    reasoning: requireList(record['reasoning'], 'faults.reasoning').map((fault, i) =>
      parseReasoning(fault, i, suite),
    ),
  };
}

function parseShorthand(text: string, defaults: TeacherFaults): TeacherFaults {
  const given = new Map<string, number>();
  for (const entry of text.split(',')) {
    const [side = '', value = ''] = entry.split('=').map((part) => part.trim());
    requireOneOf(side, ['perception', 'reasoning'], `faults "${text}"`);
    if (given.has(side)) throw new Error(`faults "${text}": got ${side} twice; give it once`);
    given.set(
      side,
      requireProbability(value === '' ? undefined : Number(value), `faults "${text}": ${side}`),
    );
  }
  const scaled = <T extends { readonly p: number }>(list: readonly T[], p: number | undefined): T[] =>
    p === undefined ? [] : list.map((fault) => ({ ...fault, p }));
  return {
    perception: scaled(defaults.perception, given.get('perception')),
    reasoning: scaled(defaults.reasoning, given.get('reasoning')),
  };
}

function parsePerception(json: unknown, index: number, { attributeValues }: Accepted): PerceptionFault {
  const at = `faults.perception[${index}]`;
  const record = requireRecord(json, at, ['attribute', 'values', 'p']);
  const attribute = requireOneOf(record['attribute'], Object.keys(attributeValues), `${at}.attribute`);
  const p = requireProbability(record['p'], `${at}.p`);
  if (record['values'] === undefined) return { attribute, p };
  const known = attributeValues[attribute] ?? [];
  const values = requireList(record['values'], `${at}.values`);
  return { attribute, values: values.map((value, i) => requireOneOf(value, known, `${at}.values[${i}]`)), p };
}

function parseReasoning(json: unknown, index: number, suite: Accepted): ReasoningFault {
  const at = `faults.reasoning[${index}]`;
  const record = requireRecord(json, at, ['slip', 'kinds', 'p']);
  const slip = requireOneOf(record['slip'], Object.keys(suite.slipKinds), `${at}.slip`);
  const p = requireProbability(record['p'], `${at}.p`);
  if (record['kinds'] === undefined) return { slip, p };
  const possible = suite.slipKinds[slip] ?? [];
  const kinds = requireList(record['kinds'], `${at}.kinds`).map((kind, i) => {
    const known = requireOneOf(kind, suite.kinds, `${at}.kinds[${i}]`);
    return requireOneOf(known, possible, `${at}.kinds[${i}] with slip ${slip}`);
  });
  return { slip, kinds, p };
}

function requireRecord(
  json: unknown,
  at: string,
  fields: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new Error(`${at}: got ${JSON.stringify(json)}; give an object with ${fields.join(', ')}`);
  }
  for (const field of Object.keys(json)) requireOneOf(field, fields, `${at}: field`);
  return Object.fromEntries(Object.entries(json));
}

function requireList(json: unknown, at: string): readonly unknown[] {
  if (json === undefined) return [];
  if (!Array.isArray(json)) throw new Error(`${at}: got ${JSON.stringify(json)}; give a list`);
  return json;
}

function requireOneOf<T extends string>(value: unknown, known: readonly T[], at: string): T {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined)
    throw new Error(`${at}: got ${JSON.stringify(value)}; give one of ${known.join(', ')}`);
  return found;
}

function requireProbability(value: unknown, at: string): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
    throw new Error(`${at}: got ${JSON.stringify(value)}; give a probability from 0 to 1`);
  }
  return value;
}

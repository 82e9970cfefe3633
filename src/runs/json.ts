/**
 * JSON that gives every number back, −0 and what is not finite included, which are written by name; keys are sorted, so
 * that equal values are equal texts.
 */
import * as v from 'valibot';

const KEY = '$number';
/** Fields of a rollout that are lists of the backend's float32 numbers. */
export const FLOAT_LISTS = [
  'decodeLogProbs',
  'oldLogProbs',
  'referenceLogProbs',
  'logProbs',
  'entropies',
] as const;

export function toJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, inner: unknown) => plain(inner), indent);
}

function plain(value: unknown): unknown {
  if (typeof value === 'number') {
    return !Number.isFinite(value) || Object.is(value, -0) ? { [KEY]: name(value) } : value;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Throws a SyntaxError where the text is no JSON. */
export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, inner: unknown) => {
    const named = typeof inner === 'object' && inner !== null && KEY in inner ? inner[KEY] : null;
    return typeof named === 'string' ? Number(named) : inner;
  });
}

/** A number as the shortest text that gives it back. */
export function name(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The float32 number with the fewest digits that rounds to the same one; other numbers as they are. */
export function shortest(value: number): number {
  const single = Math.fround(value);
  if (single !== value) return value;
  for (let digits = 6; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return value;
}

/** The first fault, by its path. */
export function faultOf({
  issues: [issue],
}: {
  readonly issues: readonly [v.BaseIssue<unknown>, ...unknown[]];
}): string {
  return `${v.getDotPath(issue) ?? 'the value'}: ${issue.message}`;
}

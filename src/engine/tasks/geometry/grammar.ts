import type { DescribedObject } from '../types.ts';

/** One labelled part of a figure: what it is, where it is, and what its label says. */
export interface LabelledPart {
  readonly part: string;
  readonly place: string;
  /** A whole number, or `unknown` for a label that shows a question mark. */
  readonly value: string;
}

/** Label of a part whose size is asked for; the picture shows a question mark. */
export const UNKNOWN = 'unknown';

/** Largest length that a label shows, and the angles that labels show, degrees. */
export const LARGEST_LENGTH = 19;
const LENGTHS = Array.from({ length: LARGEST_LENGTH }, (_, i) => String(i + 1));
const ANGLES = Array.from({ length: 15 }, (_, i) => String(10 * i + 20));

/** Attributes in the order in which a description writes them. A length of 20 is never drawn. */
export const ATTRIBUTE_VALUES = {
  part: ['angle', 'side', 'segment'],
  place: ['left', 'middle', 'right', 'top', 'bottom', 'whole'],
  value: [...LENGTHS, ...ANGLES, UNKNOWN],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A labelled part in words, "angle left 40". */
function partWords({ part, place, value }: LabelledPart): string {
  return `${part} ${place} ${value}`;
}

/** Parts numbered in the figure's order: "1 angle left 40, 2 angle right 60, 3 angle top unknown". */
export function describe(parts: readonly LabelledPart[]): string {
  return parts.map((part, i) => `${i + 1} ${partWords(part)}`).join(', ');
}

/** One phrase per labelled part, as the description writes it. */
export function keyWords(parts: readonly LabelledPart[]): string[] {
  return parts.map(partWords);
}

/** Inverse of `describe`: an attribute tuple per comma-separated entry, null for one that is not of the grammar. */
export function parseDescription(description: string): DescribedObject[] {
  const text = description.trim();
  return text === '' ? [] : text.split(',').map((entry) => parseEntry(entry.trim()));
}

function parseEntry(entry: string): DescribedObject {
  const [number, ...words] = entry.split(/\s+/);
  const attributes: readonly (readonly [string, readonly string[]])[] = Object.entries(ATTRIBUTE_VALUES);
  if (number === undefined || !/^\d{1,3}$/.test(number) || words.length !== attributes.length) return null;
  const known = attributes.every(([, values], i) => values.includes(words[i] ?? ''));
  return known ? Object.fromEntries(attributes.map(([name], i) => [name, words[i] ?? ''])) : null;
}

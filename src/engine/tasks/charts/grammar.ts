import type { DescribedObject } from '../types.ts';

/** One mark of a chart as a description names it: what stands under it, what over it, and its looks. */
export interface ChartMark {
  readonly label: string;
  /** A whole number. */
  readonly value: string;
  readonly color: string;
  /** `bar`, `dot`, or `point` of a line; the same for all marks of a chart. */
  readonly mark: string;
}

export const LARGEST_VALUE = 20;

/** Attributes in the order in which a description writes them: the label leads to its value. */
export const ATTRIBUTE_VALUES = {
  label: ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'],
  value: Array.from({ length: LARGEST_VALUE + 1 }, (_, i) => String(i)),
  color: ['red', 'yellow', 'green', 'cyan', 'blue', 'purple'],
  mark: ['bar', 'dot', 'point'],
} as const satisfies Readonly<Record<keyof ChartMark, readonly string[]>>;

/** A mark in words, "A 12 red bar". The value is not last: "… bar 1" would be found in "… bar 12". */
function markWords({ label, value, color, mark }: ChartMark): string {
  return `${label} ${value} ${color} ${mark}`;
}

/** Marks numbered from left to right: "1 A 12 red bar, 2 C 7 blue bar". */
export function describe(marks: readonly ChartMark[]): string {
  return marks.map((mark, i) => `${i + 1} ${markWords(mark)}`).join(', ');
}

/** One phrase per mark, as the description writes it. */
export function keyWords(marks: readonly ChartMark[]): string[] {
  return marks.map(markWords);
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

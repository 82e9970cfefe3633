import type { DescribedObject } from '../types.ts';
import { EMOJI, emojiNamed } from './emoji.ts';
import type { Emoji } from './emoji.ts';

const CATEGORIES = [...new Set(EMOJI.map(({ category }) => category))];

/** Attributes in the order in which a description writes them. */
export const ATTRIBUTE_VALUES = { name: EMOJI.map(({ name }) => name), category: CATEGORIES };

/** What a question asks an emoji to be: of a name, or of a category. */
export interface Filter {
  readonly by: 'name' | 'category';
  readonly value: string;
}

export function matches(emoji: Emoji, { by, value }: Filter): boolean {
  return emoji[by] === value;
}

/** No emoji can match both. */
export function exclusive(a: Filter, b: Filter): boolean {
  if (a.by === b.by) return a.value !== b.value;
  const [one, all] = a.by === 'name' ? [a, b] : [b, a];
  return emojiNamed(one.value).category !== all.value;
}

/** Emoji numbered from left to right: "1 cat animal, 2 lemon fruit". */
export function describe(emoji: readonly Emoji[]): string {
  return emoji.map(({ name, category }, i) => `${i + 1} ${name} ${category}`).join(', ');
}

/** Inverse of `describe`: name and category per comma-separated entry, null for one that is not of the grammar. */
export function parseDescription(description: string): DescribedObject[] {
  const text = description.trim();
  return text === '' ? [] : text.split(',').map((entry) => parseEntry(entry.trim()));
}

function parseEntry(entry: string): DescribedObject {
  const [number = '', name = '', category = '', ...rest] = entry.split(/\s+/);
  if (!/^\d{1,3}$/.test(number) || rest.length > 0) return null;
  const known = ATTRIBUTE_VALUES.name.includes(name) && CATEGORIES.includes(category);
  return known ? { name, category } : null;
}

/** "a lemon", "an animal". */
export function withArticle(word: string): string {
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
}

/** "lemons", "peaches", "strawberries". */
export function plural(word: string): string {
  if (/(ch|s|x)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** One phrase per distinct emoji, as the description writes it. */
export function keyWords(emoji: readonly Emoji[]): string[] {
  return [...new Set(emoji.map(({ name, category }) => `${name} ${category}`))];
}

/**
 * Text as the scorer reads it: lower-case words and numbers, and commas where entries end. A number that only
 * enumerates ("2 large blue cube") is left out; one that is said of something ("bar 2 40") is a word.
 */
import { hashText } from '../../random.ts';

/** Words the vocabulary does not hold share this many embeddings. */
const UNKNOWN_BUCKETS = 32;

/** A word with the place where it stands in its text; an end of an entry is the word ",". */
export interface PlacedWord {
  readonly word: string;
  readonly at: number;
}

/** Words, numbers and the marks that end an entry; a point ends one only where no digit follows. */
const TOKENS = /\p{L}+|\d+(?:\.\d+)?|[,;\n]|\.(?!\d)/gu;

/** "1 small red cube, 2 …" → small at 2, red at 8, cube at 12, "," at 16, … */
export function placedWords(text: string): PlacedWord[] {
  const all = [...text.toLowerCase().matchAll(TOKENS)].map(({ 0: token, index }) => ({
    word: /[\p{L}\d]/u.test(token) ? token : ',',
    at: index,
  }));
  return all.filter(({ word }, i) => {
    const opens = i === 0 || all[i - 1].word === ',';
    const next = all[i + 1]?.word ?? ',';
    return !(opens && /^\d+$/.test(word) && next !== ',');
  });
}

/** "1 small red cube, 2 …" → ["small", "red", "cube", ",", …]. */
export function splitWords(text: string): string[] {
  return placedWords(text).map(({ word }) => word);
}

/** What the entries of a text's first `limit` words say, in order: [["small", "red", "cube"], …]. */
export function entriesOf(text: string, limit: number): string[][] {
  const entries: string[][] = [[]];
  for (const word of splitWords(text).slice(0, limit)) {
    if (word === ',') entries.push([]);
    else entries.at(-1)!.push(word);
  }
  return entries.filter((entry) => entry.length > 0);
}

/**
 * Entries as keys under which each is embedded once. The second "red cube" of a text is another entry than the
 * first ("red cube ×2"): it speaks of a second object.
 */
export function entryKeys(entries: readonly (readonly string[])[]): string[] {
  const seen = new Map<string, number>();
  return entries.map((words) => {
    const phrase = words.join(' ');
    const times = (seen.get(phrase) ?? 0) + 1;
    seen.set(phrase, times);
    return times === 1 ? phrase : `${phrase} ×${times}`;
  });
}

/** Word → id: 0 is padding, then the vocabulary, the buckets of unknown words, and the mark of a repeated entry. */
export class Vocabulary {
  readonly words: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;
  constructor(words: readonly string[]) {
    this.words = words;
    this.#ids = new Map(words.map((word, index) => [word, index + 1]));
  }
  get size(): number {
    return 2 + this.words.length + UNKNOWN_BUCKETS;
  }
  /** Ids of an entry's key; every repetition beyond the first reads the same. */
  encode(key: string): number[] {
    return key.split(' ').map((word) => {
      if (word.startsWith('×')) return this.size - 1;
      return this.#ids.get(word) ?? 1 + this.words.length + (hashText(word) % UNKNOWN_BUCKETS);
    });
  }
}

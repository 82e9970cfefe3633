/** Text as the scorer reads it: lower-case words and commas; numbers only enumerate and are left out. */
import { hashText } from '../../random.ts';

/** Words the vocabulary does not hold share this many embeddings. */
export const UNKNOWN_BUCKETS = 32;

/** "1 small red cube, 2 …" → ["small", "red", "cube", ",", …]. */
export function splitWords(text: string): string[] {
  return (text.toLowerCase().match(/\p{L}+|\d+|,/gu) ?? []).filter((word) => !/^\d+$/.test(word));
}

/** Word → id: 0 is padding, then the vocabulary, then the buckets of unknown words. */
export class Vocabulary {
  readonly words: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;
  constructor(words: readonly string[]) {
    this.words = words;
    this.#ids = new Map(words.map((word, index) => [word, index + 1]));
  }
  get size(): number {
    return 1 + this.words.length + UNKNOWN_BUCKETS;
  }
  /** Ids of a text's first `limit` words. */
  encode(text: string, limit: number): number[] {
    return splitWords(text)
      .slice(0, limit)
      .map((word) => this.#ids.get(word) ?? 1 + this.words.length + (hashText(word) % UNKNOWN_BUCKETS));
  }
}

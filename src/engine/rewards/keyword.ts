import type { Evidence, TermScore } from './types.ts';

type KeywordEvidence = Extract<Evidence, { kind: 'keyword' }>;

/**
 * Fine perception term: the share of key words found, both sides lower-cased, as substrings anywhere in the
 * reward text (so "cat" is found in "category", and in any section). No key words: 0. PeBR-R1 stage 1.
 * Spans are the non-overlapping occurrences, offsets in the reward text.
 */
export function scoreKeywords(
  text: string,
  keywords: readonly string[],
  context: { readonly weight: number },
): TermScore {
  const lower = lowerCase(text);
  const evidence: KeywordEvidence = {
    kind: 'keyword',
    keywords: keywords.map((keyword) => {
      const needle = keyword.toLowerCase();
      return { keyword, found: lower.text.includes(needle), spans: occurrences(lower, needle) };
    }),
  };
  const value = recomputeKeyword(evidence);
  return { name: 'keyword', raw: value, value, weight: context.weight, evidence };
}

/** The value that the evidence gives: found / all, 0 without key words. */
export function recomputeKeyword(evidence: KeywordEvidence): number {
  if (evidence.keywords.length === 0) return 0;
  return evidence.keywords.filter((keyword) => keyword.found).length / evidence.keywords.length;
}

interface LowerCased {
  readonly text: string;
  /**
   * Start and end in the original of the character behind each unit of `text`; null: the offsets are the
   * same.
   */
  readonly sources: readonly (readonly [number, number])[] | null;
}

/** A few letters (İ) grow when lower-cased; spans must still refer to the original. */
function lowerCase(text: string): LowerCased {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return { text: lower, sources: null };
  const sources: [number, number][] = [];
  let at = 0;
  for (const character of text) {
    const end = at + character.length;
    for (let i = 0; i < character.toLowerCase().length; i++) sources.push([at, end]);
    at = end;
  }
  return { text: lower, sources };
}

function occurrences({ text, sources }: LowerCased, needle: string): [number, number][] {
  const spans: [number, number][] = [];
  if (needle === '') return spans;
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + needle.length)) {
    const last = at + needle.length - 1;
    spans.push(sources === null ? [at, last + 1] : [sources[at][0], sources[last][1]]);
  }
  return spans;
}

/** The arithmetic of a reward, term by term, as the waterfall draws it. */
import type { TermScore } from '../engine/index.ts';
import { formatNumber } from './format.ts';

export interface WaterfallStep {
  readonly term: TermScore;
  /** value × weight; null when the value could not be computed. */
  readonly contribution: number | null;
  /** Running total before and after this term. */
  readonly from: number;
  readonly to: number;
}

/** Terms in order with their contributions and running totals; a missing value adds nothing. */
export function waterfallSteps(terms: readonly TermScore[]): WaterfallStep[] {
  let total = 0;
  return terms.map((term) => {
    const contribution = term.value === null ? null : term.value * term.weight;
    const from = total;
    total += contribution ?? 0;
    return { term, contribution, from, to: total };
  });
}

/** How the term's raw number became its value, in a formula with its own numbers. */
export function transformText(term: TermScore): string {
  const { evidence } = term;
  switch (evidence.kind) {
    case 'clip': {
      if (evidence.similarity === null) return `scorer failed: ${evidence.error ?? 'no similarity'}`;
      const similarity = formatNumber(evidence.similarity);
      const threshold = formatNumber(evidence.threshold);
      return evidence.similarity >= evidence.threshold
        ? `similarity ${similarity} ≥ ${threshold} → 1`
        : `similarity ${similarity} ÷ ${threshold} → ${formatNumber(term.value)}`;
    }
    case 'keyword': {
      const { keywords } = evidence;
      if (keywords.length === 0) return 'no key words → 0';
      const found = keywords.filter((entry) => entry.found).length;
      return `${found} of ${keywords.length} key words → ${formatNumber(term.value)}`;
    }
    case 'format': {
      const found = evidence.headings.filter((entry) => entry.found).length;
      return `${found} of ${evidence.headings.length} headings → ${formatNumber(term.value)}`;
    }
    case 'length':
      return evidence.tokens <= evidence.limit
        ? `${evidence.tokens} tokens ≤ ${evidence.limit} → 1`
        : `${evidence.limit} ÷ ${evidence.tokens} tokens → ${formatNumber(term.value)}`;
    case 'overlong': {
      const begins = evidence.limit - evidence.tail;
      if (evidence.tokens <= begins) return `${evidence.tokens} tokens ≤ ${begins} → 0`;
      return evidence.tokens <= evidence.limit
        ? `${evidence.tokens - begins} of ${evidence.tail} tokens into the tail → ${formatNumber(term.value)}`
        : `${evidence.tokens} tokens > ${evidence.limit} → −1`;
    }
    case 'accuracy':
      return evidence.correct ? 'answer equals the truth → 1' : 'answer differs from the truth → 0';
    case 'custom':
      return evidence.error !== undefined ? 'failed → 0' : `score gave ${formatNumber(evidence.returned)}`;
    default:
      return evidence satisfies never;
  }
}

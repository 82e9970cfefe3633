import { recomputeAccuracy } from './accuracy.ts';
import { recomputeClip } from './clip.ts';
import { recomputeCustom } from './custom/term.ts';
import { recomputeFormat } from './format.ts';
import { recomputeKeyword } from './keyword.ts';
import { recomputeLength } from './length.ts';
import { recomputeOverlong } from './overlong.ts';
import type { ScoringMode } from './context.ts';
import type { Evidence, TermScore } from './types.ts';

/** A term's value from what was kept of it: exactly the value that was stored. */
export function recompute(evidence: Evidence, mode: ScoringMode): number | null {
  switch (evidence.kind) {
    case 'clip':
      return recomputeClip(evidence, mode);
    case 'keyword':
      return recomputeKeyword(evidence);
    case 'format':
      return recomputeFormat(evidence);
    case 'length':
      return recomputeLength(evidence);
    case 'overlong':
      return recomputeOverlong(evidence);
    case 'accuracy':
      return recomputeAccuracy(evidence);
    case 'custom':
      return recomputeCustom(evidence, mode);
  }
  evidence satisfies never;
}

/** Σ weight · value over the terms whose value is known, in the terms' order. */
export function weightedSum(terms: readonly TermScore[]): number {
  return terms.reduce((sum, term) => (term.value === null ? sum : sum + term.weight * term.value), 0);
}

import type { Evidence, TermScore } from './types.ts';
import type { ScoringMode, Similarity } from './context.ts';

type ClipEvidence = Extract<Evidence, { kind: 'clip' }>;

/**
 * Coarse perception term: 1 from the scorer's threshold on, below it similarity / threshold, not clamped, so
 * a negative similarity gives a negative value. Only the description is compared, never the whole response.
 * PeBR-R1 stage 1; the published threshold 0.4 belongs to FG-CLIP.
 */
export function scoreClip(
  description: string,
  similarity: Similarity,
  context: { readonly weight: number; readonly mode: ScoringMode },
): TermScore {
  const evidence: ClipEvidence = { kind: 'clip', description, ...knownSimilarity(similarity) };
  return {
    name: 'clip',
    raw: evidence.similarity,
    value: recomputeClip(evidence, context.mode),
    weight: context.weight,
    evidence,
  };
}

/**
 * The value that the evidence gives. A scorer that failed counts 0 in training and is unknown (null) offline.
 */
export function recomputeClip(evidence: ClipEvidence, mode: ScoringMode): number | null {
  if (evidence.similarity === null) return mode === 'training' ? 0 : null;
  return evidence.similarity >= evidence.threshold ? 1 : evidence.similarity / evidence.threshold;
}

function knownSimilarity({ value, scorer, threshold, error }: Similarity) {
  const finite = value !== null && Number.isFinite(value);
  const reason =
    error ?? (value === null ? 'no similarity was computed' : `the scorer gave ${String(value)}`);
  return finite && error === undefined
    ? { similarity: value, threshold, scorer }
    : { similarity: null, threshold, scorer, error: reason };
}

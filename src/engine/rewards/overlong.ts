import type { Evidence, TermScore } from './types.ts';

type OverlongEvidence = Extract<Evidence, { kind: 'overlong' }>;

/**
 * DAPO's soft overlong punishment: 0 up to limit − tail tokens (the end token counts), then falling evenly to −1
 * at the limit, and −1 beyond.
 */
export function scoreOverlong(
  tokens: number,
  context: { readonly weight: number; readonly limit: number; readonly tail: number },
): TermScore {
  const { weight, limit, tail } = context;
  const evidence: OverlongEvidence = { kind: 'overlong', tokens, limit, tail };
  return { name: 'overlong', raw: tokens, value: recomputeOverlong(evidence), weight, evidence };
}

/** The value that the evidence gives. */
export function recomputeOverlong({ tokens, limit, tail }: OverlongEvidence): number {
  if (tokens <= limit - tail) return 0;
  return tokens <= limit ? (limit - tail - tokens) / tail : -1;
}

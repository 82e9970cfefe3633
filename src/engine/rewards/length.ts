import type { Evidence, TermScore } from './types.ts';

type LengthEvidence = Extract<Evidence, { kind: 'length' }>;

/**
 * 1 up to `limit` tokens (the end token counts), then limit / (tokens + 1e-5). PeBR-R1 stage 1, limit 512.
 */
export function scoreLength(
  tokens: number,
  context: { readonly weight: number; readonly limit: number },
): TermScore {
  const evidence: LengthEvidence = { kind: 'length', tokens, limit: context.limit };
  return {
    name: 'length',
    raw: tokens,
    value: recomputeLength(evidence),
    weight: context.weight,
    evidence,
  };
}

/** The value that the evidence gives. */
export function recomputeLength({ tokens, limit }: LengthEvidence): number {
  return tokens <= limit ? 1 : Math.max(0, Math.min(limit / (tokens + 1e-5), 1));
}

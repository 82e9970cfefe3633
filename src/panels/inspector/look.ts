/** What lies over the image and between image and tokens: similarities and attention as the page draws them. */
import type { AttentionGiven } from '../../state/index.ts';

type Attention = AttentionGiven['attention'];
/** A head, or all of them on average. */
export type HeadChoice = number | 'mean';

/** How a token's attention is spread; the three shares add up to 1. */
interface AttentionShares {
  readonly image: number;
  readonly prompt: number;
  readonly response: number;
}

const headsOf = ({ heads }: Attention, head: HeadChoice): number[] =>
  head === 'mean' ? Array.from({ length: heads }, (_, h) => h) : [Math.min(head, heads - 1)];

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Weight of each image patch for a token, row-major; token null: the mean over the response. */
export function patchWeights(attention: Attention, head: HeadChoice, token: number | null): number[] {
  const { tokens, imageTokens, image } = attention;
  const over = token === null ? Array.from({ length: tokens }, (_, t) => t) : [token];
  return Array.from({ length: imageTokens }, (_, patch) =>
    mean(
      headsOf(attention, head).flatMap((h) => over.map((t) => image[(h * tokens + t) * imageTokens + patch])),
    ),
  );
}

/** Weight of each response token on one patch. */
export function tokenWeights(attention: Attention, head: HeadChoice, patch: number): number[] {
  const { tokens, imageTokens, image } = attention;
  return Array.from({ length: tokens }, (_, t) =>
    mean(headsOf(attention, head).map((h) => image[(h * tokens + t) * imageTokens + patch])),
  );
}

/** Where the attention of a token goes; token null: the mean over the response. */
export function attentionShares(
  attention: Attention,
  head: HeadChoice,
  token: number | null,
): AttentionShares {
  const { tokens, prompt, response } = attention;
  const over = token === null ? Array.from({ length: tokens }, (_, t) => t) : [token];
  const rows = headsOf(attention, head).flatMap((h) => over.map((t) => h * tokens + t));
  return {
    image: patchWeights(attention, head, token).reduce((a, b) => a + b, 0),
    prompt: mean(rows.map((row) => prompt[row])),
    response: mean(rows.map((row) => response[row])),
  };
}

/** Largest distance, in nats, between the log-probs of the recomputed forward and those of the decode. */
export function logProbDistance(attention: Attention, decodeLogProbs: readonly number[]): number {
  return Math.max(...decodeLogProbs.map((logProb, t) => Math.abs(logProb - attention.logProbs[t])));
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attentionShares, logProbDistance, patchWeights, tokenWeights } from './look.ts';

/** Rows of weights that add up to 1, as the worker sends them. */
const anyAttention = fc
  .record({
    heads: fc.integer({ min: 1, max: 3 }),
    tokens: fc.integer({ min: 1, max: 5 }),
    imageTokens: fc.constantFrom(4, 9),
    seed: fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 40, maxLength: 40 }),
  })
  .map(({ heads, tokens, imageTokens, seed }) => {
    const width = imageTokens + 2;
    const image: number[] = [];
    const prompt: number[] = [];
    const response: number[] = [];
    for (let row = 0; row < heads * tokens; row++) {
      const raw = Array.from({ length: width }, (_, i) => seed[(row * width + i) % seed.length]);
      const sum = raw.reduce((a, b) => a + b, 0);
      image.push(...raw.slice(2).map((weight) => weight / sum));
      prompt.push(raw[0] / sum);
      response.push(raw[1] / sum);
    }
    const logProbs = Array.from({ length: tokens }, () => -1);
    return {
      layers: 1,
      layer: 0,
      heads,
      tokens,
      imageTokens,
      image: Float32Array.from(image),
      prompt: Float32Array.from(prompt),
      response: Float32Array.from(response),
      logProbs,
    };
  });

describe('attention as it is drawn', () => {
  it('has shares that add up to 1, for one head or all, one token or all', () => {
    fc.assert(
      fc.property(anyAttention, (attention) => {
        for (const head of [0, attention.heads - 1, 'mean'] as const) {
          for (const token of [0, attention.tokens - 1, null]) {
            const { image, prompt, response } = attentionShares(attention, head, token);
            expect(image + prompt + response).toBeCloseTo(1, 5);
          }
        }
      }),
    );
  });

  it('is one table read by token and by patch', () => {
    fc.assert(
      fc.property(anyAttention, (attention) => {
        for (const head of [attention.heads - 1, 'mean'] as const) {
          const last = attention.tokens - 1;
          const byToken = patchWeights(attention, head, last);
          byToken.forEach((weight, patch) =>
            expect(tokenWeights(attention, head, patch)[last]).toBeCloseTo(weight, 12),
          );
          const overall = patchWeights(attention, head, null);
          const column = tokenWeights(attention, head, 1);
          expect(column.reduce((a, b) => a + b, 0) / column.length).toBeCloseTo(overall[1], 12);
        }
      }),
    );
  });

  it('says how far the recomputed forward is from the decode', () => {
    const [attention] = fc.sample(anyAttention, { numRuns: 1, seed: 1 });
    const decode = attention.logProbs.map((logProb, t) => (t === 0 ? logProb + 0.25 : logProb));
    expect(logProbDistance(attention, attention.logProbs)).toBe(0);
    expect(logProbDistance(attention, decode)).toBe(0.25);
  });
});

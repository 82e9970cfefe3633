import { describe, expect, it } from 'vitest';
import { recompute } from './recompute.ts';
import { PEBR_RECIPES } from './recipes.ts';
import { scoreResponse } from './score.ts';
import type { Recipe } from './types.ts';

const shaped: Recipe = {
  ...PEBR_RECIPES.reasoning,
  overlongLimit: 100,
  overlongTail: 20,
  overlongWeight: 0.5,
};
const RIGHT = '### The final answer is: 7';
const score = (responseTokens: number | null, recipe: Recipe = shaped) =>
  scoreResponse(
    'reasoning',
    { response: RIGHT, answer: '7', key_words: [], responseTokens },
    null,
    recipe,
    'offline',
  );
const overlong = (tokens: number, recipe?: Recipe) =>
  score(tokens, recipe).terms.find((term) => term.name === 'overlong');

describe('overlong', () => {
  it.each([
    [1, 0],
    [80, 0],
    [81, -0.05],
    [90, -0.5],
    [100, -1],
    [101, -1],
    [5000, -1],
  ])('%i tokens of 100, tail 20 → %f', (tokens, value) => {
    expect(overlong(tokens)?.value).toBeCloseTo(value, 12);
  });

  it('is a step without a tail', () => {
    const step = { ...shaped, overlongTail: 0 };
    expect([overlong(100, step)?.value, overlong(101, step)?.value]).toEqual([0, -1]);
  });

  it('is part of the overall by its weight, and recomputed from its evidence', () => {
    const { overall, terms } = score(90);
    expect(overall).toBeCloseTo(0.9 - 0.5 * 0.5, 12);
    for (const term of terms) expect(recompute(term.evidence, 'offline')).toBe(term.value);
  });

  it('is missed, never 0, where the tokens are unknown', () => {
    expect(score(null)).toMatchObject({ overall: null, missing: { overlong: 0.5 } });
  });

  it('is absent from PeBR’s own recipes', () => {
    expect(overlong(5000, PEBR_RECIPES.reasoning)).toBeUndefined();
    expect(overlong(5000, { ...shaped, overlongLimit: null })).toBeUndefined();
  });
});

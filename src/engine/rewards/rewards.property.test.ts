import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WHITESPACE } from './pythonText.ts';
import { mapRewardText } from './rewardText.ts';
import { PEBR_RECIPES } from './recipes.ts';
import { recompute, weightedSum } from './recompute.ts';
import { scoreResponse } from './score.ts';
import type { Recipe, TermName } from './types.ts';

const piece = fc.constantFrom(
  '### Image Description:', '### Rationales:', '### Step 1:', '### The final answer is:', '###the final answer is:',
  ' ', '\n', '\t/ ', ' < ', '>', 'red cube', 'Cat', '12', '1/2', '7', 'İ', '\u00a0', '\u2028',
); // prettier-ignore
const response = fc
  .array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 20 })
  .map((parts) => parts.join(''));
const input = fc.record({
  response,
  responseTokens: fc.nat(2100),
  key_words: fc.array(fc.oneof(fc.constantFrom('cat', 'RED', 'i', 'ı', ''), fc.string({ maxLength: 4 })), {
    maxLength: 5,
  }),
  answer: fc.constantFrom('7', '1/2', 'red cube', ''),
});
const similarity = fc.record({
  value: fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(null, NaN)),
  scorer: fc.constant('test'),
  threshold: fc.double({ min: 0.05, max: 0.9, noNaN: true }),
});
const stage = fc.constantFrom('perception' as const, 'reasoning' as const);
const mode = fc.constantFrom('training' as const, 'offline' as const);

describe('evidence', () => {
  it('gives the stored value again, and the values the overall, also after a round trip through JSON', () => {
    fc.assert(
      fc.property(stage, input, similarity, mode, (stage, input, similarity, mode) => {
        const score = scoreResponse(stage, input, similarity, PEBR_RECIPES[stage], mode);
        const stored = JSON.parse(JSON.stringify(score)) as typeof score;
        for (const term of stored.terms) expect(recompute(term.evidence, mode)).toBe(term.value);
        if (stored.overall !== null) expect(weightedSum(stored.terms)).toBe(stored.overall);
        else expect(stored.terms.some((term) => term.value === null)).toBe(true);
      }),
    );
  });

  it('holds spans of the reward text', () => {
    fc.assert(
      fc.property(input, similarity, (input, similarity) => {
        const { text, terms } = scoreResponse(
          'perception',
          input,
          similarity,
          PEBR_RECIPES.perception,
          'training',
        );
        for (const { evidence } of terms) {
          if (evidence.kind === 'keyword') {
            for (const { keyword, spans } of evidence.keywords) {
              for (const [start, end] of spans) {
                expect(end).toBeGreaterThan(start);
                const spanned = text.slice(start, end).toLowerCase();
                expect(spanned).toContain(keyword.toLowerCase());
              }
            }
          }
          if (evidence.kind === 'accuracy' && evidence.span !== null) {
            expect(text.slice(...evidence.span)).toBe(evidence.extracted);
          }
        }
      }),
    );
  });
});

describe('weights', () => {
  it('of zero remove a term from the overall', () => {
    const names: TermName[] = ['clip', 'keyword', 'format', 'length', 'accuracy'];
    fc.assert(
      fc.property(input, similarity, fc.constantFrom(...names), (input, similarity, name) => {
        const weights: Recipe['weights'] = { ...PEBR_RECIPES.perception.weights, accuracy: 0.3 };
        const recipe = (changed: Recipe['weights']): Recipe => ({
          ...PEBR_RECIPES.perception,
          weights: changed,
        });
        const without = Object.fromEntries(Object.entries(weights).filter(([key]) => key !== name));
        const zero = scoreResponse(
          'perception',
          input,
          similarity,
          recipe({ ...weights, [name]: 0 }),
          'offline',
        );
        const gone = scoreResponse('perception', input, similarity, recipe(without), 'offline');
        expect(zero.overall).toBe(gone.overall);
      }),
    );
  });
});

describe('reward text', () => {
  const space = `[${WHITESPACE}]*`;
  const published = new RegExp(`${space}(<|>|/)${space}`, 'g');

  it('is what the published substitution gives, and maps back to the response', () => {
    fc.assert(
      fc.property(response, (response) => {
        const { text, sourceOffsets } = mapRewardText(response);
        expect(text).toBe(response.replace(published, '$1'));
        expect(sourceOffsets.length).toBe(text.length + 1);
        expect([...text.split('').keys()].every((i) => response[sourceOffsets[i]] === text[i])).toBe(true);
      }),
    );
  });

  it('takes a long run of spaces in no time', () => {
    const before = process.cpuUsage();
    expect(mapRewardText(' '.repeat(200_000)).text.length).toBe(200_000);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(1);
  });
});

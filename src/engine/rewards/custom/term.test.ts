/** Custom terms among a recipe's others: sums, records, configs. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { useTestThread } from '../../../../fixtures/sandboxThread.ts';
import { mergeConfig } from '../../rl/mergeConfig.ts';
import { presetByName } from '../../rl/presets.ts';
import { scoreGroups } from '../../rl/scorePhase.ts';
import { taskSetByName } from '../../tasks/index.ts';
import { PEBR_RECIPES } from '../recipes.ts';
import { recompute, weightedSum } from '../recompute.ts';
import { scoreResponse } from '../score.ts';
import type { ImageTextScorer, Recipe } from '../types.ts';
import { EXAMPLE_TERMS } from './examples.ts';
import { runCustomCode } from './host.ts';

const tasks = taskSetByName('scenes-nano');
const scorer: ImageTextScorer = {
  id: 'none',
  threshold: 0.5,
  maxTokens: 64,
  score: (images) => Promise.resolve(new Float32Array(images.length).fill(0.25)),
};
/** Fails on some texts, hashes the others, and points into them. */
const MOODY = `function score({ problem }, { text }) {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) % 1009;
  if (hash % 3 === 0) throw new Error('hash ' + hash);
  return { value: hash / 1009, evidence: text === '' ? problem : [{ start: 0, end: text.length }] };
}`;
const recipe = (stage: 'perception' | 'reasoning'): Recipe => ({
  ...PEBR_RECIPES[stage],
  custom: [
    { name: 'moody', weight: 0.3, code: MOODY },
    ...EXAMPLE_TERMS.map(({ name, code }, i) => ({ name, weight: i - 1, code })),
  ],
});

beforeAll(() => useTestThread());

const piece = fc.constantFrom(
  '### Image Description:', '### The final answer is:', ' 7', 'red', ' cube', '\n', ' < ', '\ud800', '😀', 'İ',
); // prettier-ignore
const responses = fc.array(
  fc.record({
    response: fc
      .array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 12 })
      .map((p) => p.join('')),
    responseTokens: fc.nat(200),
  }),
  { minLength: 1, maxLength: 4 },
);

describe('custom terms in a recipe', () => {
  it('are in the record what they are when they run again, and add up with the others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('perception', 'reasoning'), responses, async (stage, group) => {
        const sample = tasks.sample('train', group.length);
        const own = recipe(stage);
        const [scored] = await scoreGroups(stage, own, scorer, tasks, [sample], [group]);
        const stored = JSON.parse(JSON.stringify(scored)) as typeof scored;
        for (const [r, { score }] of stored.entries()) {
          const terms = score.terms.slice(-own.custom!.length);
          for (const [t, { code, name, weight }] of own.custom!.entries()) {
            const { problem, answer, key_words } = sample;
            const tokens = group[r].responseTokens;
            const [again] = await runCustomCode(code, [
              { problem, answer, key_words, text: score.text, tokens },
            ]);
            const { evidence, ...term } = terms[t];
            expect(term).toEqual({
              name: `custom:${name}`,
              weight,
              raw: again.value,
              value: again.value ?? 0,
            });
            expect(evidence).toMatchObject({
              kind: 'custom',
              returned: again.value,
              note: again.note,
              spans: again.spans,
            });
            expect('error' in evidence ? evidence.error : null).toBe(again.error);
          }
          for (const term of score.terms) expect(recompute(term.evidence, 'training')).toBe(term.value);
          expect(weightedSum(score.terms)).toBe(score.overall);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('offline make an unknown of an error, unless they weigh nothing', () => {
    const input = { response: '', answer: '7', responseTokens: 1, key_words: [] };
    const score = (weight: number) =>
      scoreResponse(
        'reasoning',
        input,
        null,
        { ...PEBR_RECIPES.reasoning, custom: [{ name: 'a', weight, code: MOODY }] },
        'offline',
      );
    expect(score(0.5)).toMatchObject({ overall: null, missing: { 'custom:a': 0.5 } });
    expect(score(0.5).terms.at(-1)?.evidence).toMatchObject({
      error: expect.stringMatching(/no sandbox/) as string,
    });
    expect(score(0).overall).toBe(0);
  });
});

describe('a config with custom terms', () => {
  const tiny = presetByName('tiny');
  const merge = (custom: unknown) => mergeConfig(tiny, { recipes: { reasoning: { custom } } });
  const term = { name: 'brevity', weight: 0.2, code: EXAMPLE_TERMS[0].code };

  it('is laid over a preset', () => {
    expect(merge([term]).recipes).toEqual({
      ...tiny.recipes,
      reasoning: { ...tiny.recipes.reasoning, custom: [term] },
    });
    expect(merge([])).not.toBe(tiny);
  });

  it.each([
    [{}, /reasoning\.custom" takes a list of at most 8 terms; got \{\}/],
    [Array(9).fill(term), /at most 8 terms/],
    [['x'], /custom\[0\]" takes an object \{name, weight, code\}; got "x"/],
    [[{ ...term, name: 'Brevity' }], /custom\[0\]\.name": “Brevity” is no name/],
    [[term, term], /custom\[1\]\.name": There is a term “brevity” already/],
    [[{ ...term, weight: '1' }], /custom\[0\]\.weight" takes a finite number; got "1"/],
    [[{ ...term, code: ' ' }], /custom\[0\]\.code" takes JavaScript of 1 to 20000 characters/],
    [[{ ...term, code: 'x'.repeat(20_001) }], /got "x+…/],
    [[{ ...term, stage: 1 }], /takes the fields name, weight, code; got \{"stage":1\}/],
  ])('is refused: %j', (custom, message) => {
    expect(() => merge(custom)).toThrow(message);
  });
});

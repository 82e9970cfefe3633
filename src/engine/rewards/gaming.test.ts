/**
 * METHOD's ways to game the reward: they work here as they work on the published recipe, and must stay
 * visible.
 */
import { describe, expect, it } from 'vitest';
import { extractAnswer } from './accuracy.ts';
import { PEBR_RECIPES } from './recipes.ts';
import { scoreResponse } from './score.ts';
import type { Evidence, TermName, TermScore } from './types.ts';

const HONEST =
  '### Image Description: a red cube\n### Rationales: count\n### Step 1: one\n### The final answer is: 1';

function perception(response: string, keyWords: string[] = [], similarity = 0.4) {
  return scoreResponse(
    'perception',
    { response, responseTokens: 10, key_words: keyWords, answer: '1' },
    { value: similarity, scorer: 'test', threshold: 0.4 },
    PEBR_RECIPES.perception,
    'training',
  );
}

function termOf(score: { terms: readonly TermScore[] }, name: TermName): TermScore {
  return score.terms.find((term) => term.name === name)!;
}

function evidenceOf<K extends Evidence['kind']>(term: TermScore, kind: K): Extract<Evidence, { kind: K }> {
  if (term.evidence.kind !== kind) throw new Error(`evidence of ${term.evidence.kind}`);
  return term.evidence as Extract<Evidence, { kind: K }>;
}

describe('keyword', () => {
  it('counts key words stuffed behind the final answer', () => {
    const score = perception(`${HONEST}\nblue sphere, green cone`, ['Blue Sphere', 'green cone', 'red']);
    expect(termOf(score, 'keyword').value).toBe(1);
  });

  it('finds "cat" in "category" and says where', () => {
    const term = termOf(perception('a Category of cats', ['cat', 'dog']), 'keyword');
    expect(term.value).toBe(0.5);
    expect(evidenceOf(term, 'keyword').keywords[0].spans).toEqual([
      [2, 5],
      [14, 17],
    ]);
  });

  it('is 0 without key words', () => {
    expect(termOf(perception(HONEST, []), 'keyword').value).toBe(0);
  });

  it('finds no keyword that spans whitespace which the reward text drops', () => {
    expect(termOf(perception('red / blue', ['red / blue']), 'keyword').value).toBe(0);
    expect(termOf(perception('red / blue', ['red/blue']), 'keyword').value).toBe(1);
  });

  it('refers its spans to the reward text where lower-casing makes letters longer', () => {
    const score = perception('İİ red', ['RED']);
    const { spans } = evidenceOf(termOf(score, 'keyword'), 'keyword').keywords[0];
    expect(score.text.slice(...spans[0])).toBe('red');
  });
});

describe('format', () => {
  it('is 1 with the headings in the wrong order and in any case', () => {
    const shuffled = '###the final answer is: 1 ### STEP\n1: x ###rationales: ### image description:';
    expect(termOf(perception(shuffled), 'format').value).toBe(1);
  });

  it('is 0 with a heading missing, two marks, or a second space inside a heading', () => {
    expect(termOf(perception(HONEST.replace('### Step 1:', '')), 'format').value).toBe(0);
    expect(termOf(perception(HONEST.replace('### Rationales', '## Rationales')), 'format').value).toBe(0);
    expect(termOf(perception(HONEST.replace('Image Desc', 'Image  Desc')), 'format').value).toBe(0);
  });

  it('takes Python’s whitespace and case variants', () => {
    const odd = HONEST.replace('### Step', '###\x1cſtep').replace('### Image', '###\x85ımage');
    expect(termOf(perception(odd), 'format').value).toBe(1);
    expect(termOf(perception(HONEST.replace('### Step', '###\ufeffStep')), 'format').value).toBe(0);
  });
});

describe('accuracy', () => {
  const accuracy = (response: string) => termOf(perception(response), 'accuracy');

  it('takes the first final answer', () => {
    expect(accuracy(`${HONEST}\n### The final answer is: 2`).value).toBe(1);
    expect(accuracy(`### The final answer is: 2\n${HONEST}`).value).toBe(0);
  });

  it('does not read "###The final answer is:", which passes the format term', () => {
    const score = perception(HONEST.replace('### The final', '###The final'));
    expect(termOf(score, 'format').value).toBe(1);
    expect(termOf(score, 'accuracy').value).toBe(0);
    expect(evidenceOf(termOf(score, 'accuracy'), 'accuracy').headingFound).toBe(false);
  });

  it('is case-sensitive', () => {
    expect(accuracy(HONEST.replace('The final', 'the final')).value).toBe(0);
  });

  it('reads on over line breaks before the answer, and to the end of its line only', () => {
    expect(extractAnswer('### The final answer is:\n\n 7 \rx\nmore').extracted).toBe('7 \rx');
    expect(extractAnswer('### The final answer is:').extracted).toBe('');
  });

  it('gives the span of the stripped answer', () => {
    const text = 'so ### The final answer is:   12 cm \nend';
    expect(text.slice(...extractAnswer(text).span!)).toBe('12 cm');
  });

  it('has weight 0 in perception', () => {
    expect(perception(HONEST).overall).toBe(perception(HONEST.replace('is: 1', 'is: 2')).overall);
  });
});

describe('reasoning', () => {
  const reasoning = (response: string) =>
    scoreResponse(
      'reasoning',
      { response, responseTokens: 10, key_words: [], answer: '1' },
      null,
      PEBR_RECIPES.reasoning,
      'training',
    ).overall;

  it('pays headings backwards and empty in full, and less when one is missing', () => {
    const bare = '### The final answer is: 1\n### Step 1:\n### Rationales:\n### Image Description:';
    expect(reasoning(bare)).toBe(1);
    expect(reasoning(HONEST)).toBe(1);
    expect(reasoning(bare.replace('\n### Step 1:', ''))).toBeCloseTo(0.9, 12);
  });

  it('pays the first final answer in full, whatever the response ends in', () => {
    const wrong = HONEST.replace('is: 1', 'is: 2');
    expect(reasoning(wrong)).toBeCloseTo(0.1, 12);
    expect(reasoning(`### The final answer is: 1\n${wrong}`)).toBe(1);
    expect(reasoning(`${wrong}\n### The final answer is: 1`)).toBeCloseTo(0.1, 12);
  });
});

describe('clip', () => {
  const clip = (similarity: number) => termOf(perception(HONEST, [], similarity), 'clip').value;

  it('saturates at the threshold', () => {
    expect(clip(0.4)).toBe(1);
    expect(clip(0.99)).toBe(1);
    expect(clip(0.2)).toBe(0.5);
  });

  it('is not clamped below', () => {
    expect(clip(-0.2)).toBe(-0.5);
  });

  it('sees the description only', () => {
    const term = termOf(perception(HONEST), 'clip');
    expect(evidenceOf(term, 'clip').description).toBe('a red cube');
  });

  it('counts 0 with its error when the scorer fails in training, and is unknown offline', () => {
    const failed = { value: null, error: 'device lost', scorer: 's', threshold: 0.4 };
    const input = { response: HONEST, responseTokens: 1, key_words: ['red'], answer: '1' };
    const score = (mode: 'training' | 'offline') =>
      scoreResponse('perception', input, failed, PEBR_RECIPES.perception, mode);
    const training = score('training');
    expect(training.overall).toBeCloseTo(0.6, 12);
    expect(evidenceOf(termOf(training, 'clip'), 'clip').error).toBe('device lost');
    expect(score('offline')).toMatchObject({ overall: null, missing: { clip: 0.4 } });
    expect(score('offline').partial).toBeCloseTo(0.6, 12);
  });

  it('takes a similarity that is not a number for a failure', () => {
    const term = termOf(perception(HONEST, [], NaN), 'clip');
    expect(term.value).toBe(0);
    expect(evidenceOf(term, 'clip').error).toContain('NaN');
  });
});

import { describe, expect, it } from 'vitest';
import { parseRewardStage, parseScoreLine, scoredLine, type ScoreLine } from './scoreLine.ts';

const RESPONSE =
  '### Image Description: a red cube\n### Rationales: r\n### Step 1: s\n### The final answer is: 7';

function parsed(json: object): ScoreLine {
  const line = parseScoreLine({ qid: 'a', response: RESPONSE, answer: '7', ...json }, 1);
  if (typeof line === 'string') throw new Error(line);
  return line;
}

describe('parseScoreLine', () => {
  it('keeps the known fields and takes null for absent', () => {
    const line = parsed({ key_words: ['red'], similarity: null, extra: 1 });
    expect(line).toEqual({ qid: 'a', response: RESPONSE, answer: '7', key_words: ['red'] });
  });

  it.each([
    [[1], 'line 3: not a JSON object but [1]'],
    [null, 'line 3: not a JSON object but null'],
    [{ response: '', answer: '' }, 'line 3: "qid" is missing; give a text or a number'],
    [{ qid: 1, response: 5, answer: '' }, 'line 3: "response" is 5; give a text'],
    [{ qid: 1, response: '', answer: null }, 'line 3: "answer" is null; give a text'],
    [
      { qid: 1, response: '', answer: '', key_words: 'red' },
      'line 3: "key_words" is "red"; give a list of texts',
    ],
    [
      { qid: 1, response: '', answer: '', response_tokens: -1 },
      'line 3: "response_tokens" is -1; give a whole',
    ],
    [{ qid: 1, response: '', answer: '', similarity: '0.3' }, 'line 3: "similarity" is "0.3"; give a number'],
  ])('names line and field: %j', (json, message) => {
    expect(parseScoreLine(json, 3)).toContain(message);
  });
});

describe('scoredLine', () => {
  it('gives every term of the stage, and neither partial nor missing when all are known', () => {
    const line = parsed({ key_words: ['red', 'blue'], response_tokens: 600, similarity: 0.2 });
    const scored = scoredLine('perception', line, null);
    expect(scored.overall).toBeCloseTo(0.4 * 0.5 + 0.4 * 0.5 + 0.1 + 0.1 * (512 / 600.00001), 12);
    expect(Object.keys(scored)).toEqual(['qid', 'stage', 'overall', 'terms']);
    expect(Object.keys(scored.terms).sort()).toEqual(['accuracy', 'clip', 'format', 'keyword', 'length']);
    expect(scored.terms.clip).toMatchObject({
      value: 0.5,
      weight: 0.4,
      raw: 0.2,
      evidence: { scorer: 'given' },
    });
    expect(scored.terms.accuracy).toMatchObject({ value: 1, weight: 0 });
  });

  it('leaves what cannot be computed unknown, never 0', () => {
    const scored = scoredLine('perception', parsed({}), null);
    expect(scored.overall).toBeNull();
    expect(scored.missing).toEqual({ clip: 0.4, keyword: 0.4, length: 0.1 });
    expect(scored.partial).toBeCloseTo(0.1, 12);
    expect(scored.terms.length).toEqual({ value: null, weight: 0.1, raw: null, evidence: null });
    expect(scored.terms.clip).toMatchObject({ value: null, evidence: { similarity: null } });
  });

  it('takes an empty list of key words for 0', () => {
    const scored = scoredLine(
      'perception',
      parsed({ key_words: [], response_tokens: 9, similarity: 0.4 }),
      null,
    );
    expect(scored.terms.keyword?.value).toBe(0);
    expect(scored.overall).toBeCloseTo(0.6, 12);
  });

  it('keeps a scorer’s error', () => {
    const line = parsed({ key_words: ['red'], response_tokens: 9 });
    const scored = scoredLine('perception', line, {
      value: null,
      error: 'no image',
      scorer: 's',
      threshold: 0.3,
    });
    expect(scored).toMatchObject({ overall: null, missing: { clip: 0.4 } });
    expect(scored.terms.clip?.evidence).toMatchObject({ error: 'no image', threshold: 0.3 });
  });

  it('needs neither tokens, key words nor similarity for reasoning', () => {
    const scored = scoredLine('reasoning', parsed({}), null);
    expect(scored).toMatchObject({ qid: 'a', stage: 'reasoning', overall: 1 });
    expect(Object.keys(scored.terms).sort()).toEqual(['accuracy', 'format']);
  });
});

describe('parseRewardStage', () => {
  it('reads names and numbers', () => {
    expect(['1', '2', 'perception', 'reasoning', '3', 'warmup'].map(parseRewardStage)).toEqual([
      'perception', 'reasoning', 'perception', 'reasoning', null, null,
    ]); // prettier-ignore
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { extractDescription } from './description.ts';
import { gradeAnswer } from './grader/index.ts';
import { recomputeClip } from './clip.ts';
import { recomputeLength } from './length.ts';
import { PEBR_RECIPES } from './recipes.ts';
import { weightedSum } from './recompute.ts';
import { rewardText } from './rewardText.ts';
import { scoreResponse } from './score.ts';
import type { TermScore, StandardTermName } from './types.ts';

function oracle(name: string): unknown {
  const url = new URL(`../../../fixtures/oracles/${name}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
}

interface Stage1Row {
  response: string;
  key_words: string[];
  similarity: number;
  response_tokens: number;
  description: string;
  clip: number;
  keyword: number;
  format: number;
  length: number;
  overall: number;
}

describe('stage 1 reward', () => {
  it.each((oracle('stage1-reward.json') as { rows: Stage1Row[] }).rows.map((row, index) => ({ index, row })))(
    'reproduces row $index',
    ({ row }) => {
      const score = scoreResponse(
        'perception',
        {
          response: row.response,
          responseTokens: row.response_tokens,
          key_words: row.key_words,
          answer: '1',
        },
        { value: row.similarity, scorer: 'fg-clip', threshold: 0.4 },
        PEBR_RECIPES.perception,
        'training',
      );
      expect(extractDescription(rewardText(row.response))).toBe(row.description);
      for (const name of ['clip', 'keyword', 'format', 'length'] as const) {
        expect(score.terms.find((term) => term.name === name)?.value).toBeCloseTo(row[name], 12);
      }
      expect(score.overall).toBeCloseTo(row.overall, 12);
    },
  );
});

describe('stage 2 reward', () => {
  interface Row {
    response: string;
    truth: string;
    format: number;
    accuracy: number;
    overall_stage2: number;
  }
  it.each((oracle('stage2-reward.json') as { rows: Row[] }).rows.map((row, index) => ({ index, row })))(
    'reproduces row $index',
    ({ row }) => {
      const score = scoreResponse(
        'reasoning',
        { response: row.response, responseTokens: 9, key_words: [], answer: row.truth },
        null,
        PEBR_RECIPES.reasoning,
        'training',
      );
      const values = Object.fromEntries(score.terms.map((term) => [term.name, term.value]));
      expect(values).toEqual({ format: row.format, accuracy: row.accuracy });
      expect(score.overall).toBe(row.overall_stage2);
    },
  );
});

describe('grader', () => {
  it.each(
    (oracle('grade-answer.json') as { rows: { given: string; truth: string; correct: boolean }[] }).rows,
  )('"$given" against "$truth" is $correct', ({ given, truth, correct }) => {
    expect(gradeAnswer(given, truth).correct).toBe(correct);
  });
});

describe('reward arithmetic', () => {
  interface Objective {
    pebr_stage1: {
      fgclip_cos: number;
      format: number;
      keyword: number;
      response_tokens: number;
      clip_reward: number;
      length_reward: number;
      overall: number;
    }[];
    pebr_stage2: { accuracy: number; format: number; overall: number }[];
  }
  const { pebr_stage1, pebr_stage2 } = oracle('objective.json') as Objective;
  const term = (
    name: StandardTermName,
    value: number | null,
    stage: 'perception' | 'reasoning',
  ): TermScore => ({
    name,
    raw: value,
    value,
    weight: PEBR_RECIPES[stage].weights[name]!,
    evidence: { kind: 'length', tokens: 0, limit: 0 },
  });

  it.each(pebr_stage1)('adds up stage 1 at similarity $fgclip_cos', (row) => {
    const similarity = row.fgclip_cos;
    const clip = recomputeClip(
      { kind: 'clip', description: '', similarity, threshold: 0.4, scorer: '' },
      'training',
    );
    const length = recomputeLength({ kind: 'length', tokens: row.response_tokens, limit: 512 });
    expect(clip).toBeCloseTo(row.clip_reward, 12);
    expect(length).toBeCloseTo(row.length_reward, 12);
    const terms = [
      term('clip', clip, 'perception'),
      term('format', row.format, 'perception'),
      term('keyword', row.keyword, 'perception'),
      term('length', length, 'perception'),
    ];
    expect(weightedSum(terms)).toBeCloseTo(row.overall, 12);
  });

  it.each(pebr_stage2)('adds up stage 2: accuracy $accuracy, format $format', (row) => {
    const terms = [term('accuracy', row.accuracy, 'reasoning'), term('format', row.format, 'reasoning')];
    expect(weightedSum(terms)).toBeCloseTo(row.overall, 12);
  });
});

import { describe, expect, it } from 'vitest';
import { measureDescription } from '../../eval/measureDescription.ts';
import { buildTokenizer } from '../../model/buildTokenizer.ts';
import { Tokenizer } from '../../model/tokenizer.ts';
import { PEBR_RECIPES } from '../../rewards/recipes.ts';
import { scoreResponse } from '../../rewards/score.ts';
import type { Sample, TeacherFaults } from '../types.ts';
import { PICTURES } from './index.ts';

const LONGEST = 112;
const tokenizer = Tokenizer.fromJson(buildTokenizer(PICTURES));
const PLAIN = 1500;

describe.each(PICTURES.difficulties)('pictures, %s', (difficulty) => {
  const set = PICTURES.create(difficulty);
  const train = Array.from({ length: PLAIN }, (_, i) => set.sample('train', i));
  const scored = (sample: Sample, response: string) => {
    const input = { ...sample, response, responseTokens: tokenizer.encode(response).length + 1 };
    const { terms, text } = scoreResponse('perception', input, null, PEBR_RECIPES.perception, 'offline');
    const value = (name: string) => terms.find((term) => term.name === name)?.value;
    return { value, f1: measureDescription(set, sample, text)?.f1 };
  };

  it('works every question through to full reward, in few tokens', () => {
    for (const sample of train) {
      const response = set.workedResponse!(sample, null);
      const { value, f1 } = scored(sample, response);
      const found = [value('accuracy'), value('format'), value('keyword'), f1];
      expect(found, `${sample.problem}\n${response}`).toEqual([1, 1, 1, 1]);
      expect(tokenizer.encode(response).length, response).toBeLessThan(LONGEST);
    }
  });

  it('writes in words that are one token each', () => {
    for (const sample of train.slice(0, 300)) {
      for (const text of [sample.problem, set.workedResponse!(sample, PICTURES.faults, 1)]) {
        for (const word of text.replace(/###[^:.]*[:.]/g, ' ').match(/[A-Za-z]+|\d+/g) ?? []) {
          const tokens = Math.min(tokenizer.encode(word).length, tokenizer.encode(` ${word}`).length);
          expect(tokens, `${word} in ${text}`).toBe(1);
        }
      }
    }
  });

  it('is a pure function of part and index, and finds by qid', () => {
    for (const sample of train.slice(0, 50)) {
      const again = set.find(sample.qid)!;
      expect(JSON.stringify(again)).toBe(JSON.stringify(sample));
      expect(set.workedResponse!(again, PICTURES.faults, 3)).toBe(
        set.workedResponse!(sample, PICTURES.faults, 3),
      );
    }
    expect(set.find(`${set.name}-train-999999`)).toBeUndefined();
    expect(() => set.sample('train', -1)).toThrow(/got index -1/);
  });

  it('shares nothing between train and held-out', () => {
    const content = ({ problem, truth }: Sample) =>
      JSON.stringify([problem, truth?.objects.map(({ attributes }) => attributes)]);
    const seen = new Set(train.map(content));
    for (let i = 0; i < 500; i++) expect(seen).not.toContain(content(set.sample('heldout', i)));
  });

  it('asks every kind that it says it asks', () => {
    const kinds = new Set(train.map(({ kind }) => kind));
    if (difficulty === 'mixed') expect([...kinds].sort()).toEqual([...PICTURES.kinds].sort());
    expect(kinds.size).toBeGreaterThan(3);
  });
});

describe('a teacher with faults', () => {
  const set = PICTURES.create('mixed');
  const share = (faults: TeacherFaults | null) => {
    let right = 0;
    let seen = 0;
    for (let i = 0; i < 600; i++) {
      const sample = set.sample('train', i);
      const response = set.workedResponse!(sample, faults, 1);
      right += response.endsWith(`is: ${sample.answer}`) ? 1 : 0;
      const [, said = ''] = /Description: (.*)/.exec(response) ?? [];
      seen += measureDescription(set, sample, `### Image Description: ${said}\n### Rationales:`)?.f1 ?? 0;
    }
    return { accuracy: right / 600, f1: seen / 600 };
  };

  it('misreads by perception faults and reasons on what it thinks it sees', () => {
    const { accuracy, f1 } = share({ perception: [{ attribute: 'name', p: 1 }], reasoning: [] });
    // Twins in one picture are taken for each other, and the multiset stays.
    expect(f1).toBeLessThan(0.1);
    expect(accuracy).toBeLessThan(0.8);
  });

  it('slips without misreading by reasoning faults', () => {
    const { accuracy, f1 } = share({ perception: [], reasoning: PICTURES.faults.reasoning });
    expect(f1).toBe(1);
    expect(accuracy).toBeGreaterThan(0.6);
    expect(accuracy).toBeLessThan(0.95);
  });
});

it('draws each picture anew the same, opaque, and with its emoji where their boxes are', async () => {
  const set = PICTURES.create('hard');
  const sample = set.sample('train', 0);
  const [picture, again] = [await sample.images[0].load(), await set.find(sample.qid)!.images[0].load()];
  expect(Buffer.compare(Buffer.from(picture.data), Buffer.from(again.data))).toBe(0);
  const { width, data } = picture;
  for (let at = 3; at < data.length; at += 4) expect(data[at]).toBe(255);
  // Colour varies inside a box; along the picture's left edge, outside all boxes, hardly.
  for (const { box } of sample.truth!.objects) {
    const [x0, y0, x1, y1] = box.map((edge) => Math.round(edge * width));
    const reds = [];
    for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) reds.push(data[4 * (y * width + x)]);
    expect(Math.max(...reds) - Math.min(...reds)).toBeGreaterThan(60);
  }
});

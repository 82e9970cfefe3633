import { describe, expect, it } from 'vitest';
import { buildTokenizer } from '../../model/buildTokenizer.ts';
import { Tokenizer } from '../../model/tokenizer.ts';
import { gradeAnswer } from '../../rewards/index.ts';
import { taskSetName } from '../suite.ts';
import type { Sample } from '../types.ts';
import { CHARTS } from './index.ts';
import { KINDS } from './questions.ts';

const SAMPLES = 3000;
/** As many are read word by word. */
const READ = 500;
const LONGEST = 112;
const HEADINGS = [
  '### Image Description:',
  '### Rationales:',
  "### Let's think step by step.",
  '### Step 1:',
  '### The final answer is:',
];
const tokenizer = Tokenizer.fromJson(buildTokenizer(CHARTS));

type Marks = readonly Readonly<Record<string, string>>[];

function marksOf(sample: Sample): Marks {
  return (sample.truth?.objects ?? []).map((object) => object.attributes);
}

function windowOf(sample: Sample): string {
  return marksOf(sample)
    .map(({ value }) => value)
    .join(' ');
}

/** The answer by the problem's words and the marks alone: a second opinion that shares no code with the suite. */
function readAnswer(problem: string, marks: Marks): string {
  const at = (label: string): number => Number(marks.find((mark) => mark['label'] === label)?.['value']);
  const colored = (color: string, mark: string): string | undefined =>
    marks.find((one) => one['color'] === color && one['mark'] === mark)?.['value'];
  const ranked = [...marks].sort((a, b) => Number(a['value']) - Number(b['value']));
  const only = (first: number, second: number): string | undefined =>
    ranked.at(first)?.['value'] === ranked.at(second)?.['value'] ? 'tie' : ranked.at(first)?.['label'];
  const trend = (from: string, to: string): string =>
    at(from) < at(to) ? 'up' : at(from) > at(to) ? 'down' : 'flat';
  const rules: readonly (readonly [RegExp, (...groups: string[]) => string | number | undefined])[] = [
    [/^(?:What is the value of|How large is) ([A-H])\?$/, (a) => at(a)],
    [/^(?:What is the value of|How large is) the (\w+) (bar|dot|point)\?$/, colored],
    [
      /^Which \w+ is larger, ([A-H]) or ([A-H])\?$/,
      (a, b) => (at(a) > at(b) ? a : at(a) < at(b) ? b : 'tie'),
    ],
    [
      /^Which \w+ is smaller, ([A-H]) or ([A-H])\?$/,
      (a, b) => (at(a) < at(b) ? a : at(a) > at(b) ? b : 'tie'),
    ],
    [/^(?:Which \w+ is the largest|What is the largest \w+)\?$/, () => only(-1, -2)],
    [/^(?:Which \w+ is the smallest|What is the smallest \w+)\?$/, () => only(0, 1)],
    [/^What is the trend from ([A-H]) to ([A-H])\?$/, trend],
    [/^Is the trend from ([A-H]) to ([A-H]) up, down or flat\?$/, trend],
    [/^What is the sum of ([A-H]) and ([A-H])\?$/, (a, b) => at(a) + at(b)],
    [/^How much are ([A-H]) and ([A-H]) together\?$/, (a, b) => at(a) + at(b)],
    [/^How much larger is ([A-H]) than ([A-H])\?$/, (a, b) => at(a) - at(b)],
    [/^What is the difference of ([A-H]) and ([A-H])\?$/, (a, b) => Math.abs(at(a) - at(b))],
    [
      /^(?:What is the sum of all \w+|How much are all \w+ together)\?$/,
      () => marks.reduce((sum, mark) => sum + Number(mark['value']), 0),
    ],
  ];
  for (const [pattern, answer] of rules) {
    const found = pattern.exec(problem);
    if (found !== null) return String(answer(...found.slice(1)));
  }
  return `no rule for ${problem}`;
}

describe.each(CHARTS.difficulties)('%s charts', (difficulty) => {
  const name = taskSetName('charts', difficulty);
  const set = CHARTS.create(difficulty);
  const train = Array.from({ length: SAMPLES }, (_, i) => set.sample('train', i));

  it('answers every question as its words ask', () => {
    for (const sample of train)
      expect(sample.answer, sample.problem).toBe(readAnswer(sample.problem, marksOf(sample)));
  });

  it('shows marks of one sort with letters in order and colours of their own', () => {
    for (const sample of train) {
      const marks = marksOf(sample);
      const labels = marks.map(({ label }) => label);
      expect(labels).toEqual([...new Set(labels)].sort());
      expect(new Set(marks.map(({ color }) => color)).size).toBe(marks.length);
      expect(new Set(marks.map(({ mark }) => mark)).size).toBe(1);
    }
  });

  it('works every sample to its answer, in PeBR’s format, from a true description', () => {
    for (const sample of train.slice(0, READ)) {
      const response = set.workedResponse?.(sample, null) ?? '';
      const places = HEADINGS.map((heading) => response.indexOf(heading));
      expect(places, response).toEqual([...places].sort((a, b) => a - b));
      expect(places[0]).toBe(0);
      const given = response.slice(places[4] + HEADINGS[4].length);
      expect(given).toBe(` ${sample.answer}`);
      expect(gradeAnswer(given, sample.answer).correct).toBe(true);
      expect(response).not.toMatch(/[<>/]/);
      const description = response.slice(HEADINGS[0].length, places[1]);
      expect(set.parseDescription?.(description)).toEqual(marksOf(sample));
      for (const keyword of sample.key_words) expect(description).toContain(keyword);
    }
  });

  it('grades an answer of another question as wrong', () => {
    const answers = [...new Set(train.map(({ answer }) => answer))];
    for (const a of answers) {
      for (const b of answers) expect(gradeAnswer(a, b).correct, `${a} for ${b}`).toBe(a === b);
    }
  });

  it('keeps every calculation and comparison true and every value copied from the description', () => {
    for (const sample of train) {
      const response = set.workedResponse?.(sample, null) ?? '';
      const [description, steps] = response.split('\n### Rationales:');
      for (const [, a, sign, b, result] of steps.matchAll(/(\d+) ([-+]) (\d+) = (\d+)/g)) {
        expect(sign === '+' ? Number(a) + Number(b) : Number(a) - Number(b), response).toBe(Number(result));
      }
      for (const [, a, word, b] of steps.matchAll(/(\d+) (larger|smaller|same) (?:than|as) (\d+)/g)) {
        const sign = Math.sign(Number(a) - Number(b));
        expect({ larger: 1, smaller: -1, same: 0 }[word], response).toBe(sign);
      }
      for (const [copy] of steps.matchAll(/\b[A-H] \d+/g)) expect(description, response).toContain(copy);
    }
  });

  it('keeps every problem and response, faulty ones too, within the budget, a token a word', () => {
    const everything = Object.keys(CHARTS.attributeValues).map((attribute) => ({ attribute, p: 0.7 }));
    const slips = Object.keys(CHARTS.slipKinds).map((slip) => ({ slip, p: 0.7 }));
    const high = [{ attribute: 'value', values: ['0', '1', '3', '4', '10', '11'], p: 1 }];
    const teachers = [
      null,
      CHARTS.faults,
      { perception: everything, reasoning: slips },
      { perception: high, reasoning: slips },
    ];
    const wrong = train.flatMap((sample, i) => {
      const response = set.workedResponse?.(sample, teachers[i % teachers.length], 7) ?? '';
      const ids = tokenizer.encode(response);
      const words = response.match(/### [^:.]*[:.]|[\w'+=-]+|[.,;:]/g) ?? [];
      const asked =
        tokenizer.encode(sample.problem).length === (sample.problem.match(/\w+|[?,]/g) ?? []).length;
      const fits = ids.length + 1 <= LONGEST && ids.length === words.length;
      return fits && asked && (i >= READ || tokenizer.decode(ids) === response) ? [] : [response];
    });
    expect(wrong).toEqual([]);
  });

  it('asks its kinds, with answers that no constant guess wins', () => {
    const kinds = new Map<string, Map<string, number>>();
    for (const { kind, answer } of train) {
      const answers = kinds.get(kind) ?? new Map<string, number>();
      kinds.set(kind, answers.set(answer, (answers.get(answer) ?? 0) + 1));
    }
    expect(kinds.size).toBe({ easy: 4, mixed: KINDS.length, hard: 4 }[difficulty]);
    for (const [kind, answers] of kinds) {
      expect(KINDS).toContain(kind);
      const total = [...answers.values()].reduce((sum, n) => sum + n, 0);
      expect(Math.max(...answers.values()) / total, kind).toBeLessThan(kind === 'trend' ? 0.5 : 0.25);
    }
  });

  it('finds a sample by qid and makes it the same again, picture included', async () => {
    const other = CHARTS.create(difficulty);
    for (const index of [0, 17, set.size('heldout') - 1]) {
      const sample = set.sample('heldout', index);
      const found = other.find(sample.qid);
      expect({ ...found, images: [] }).toEqual({ ...sample, images: [] });
      const first = Buffer.from((await sample.images[0].load()).data);
      const again = await found?.images[0].load();
      expect(first.length).toBeGreaterThan(0);
      expect(first.equals(Buffer.from(again?.data ?? []))).toBe(true);
    }
    for (const qid of ['', 'charts-train-1', `${name}-train-999999`, `${name}-test-000001`]) {
      expect(set.find(qid)).toBeUndefined();
    }
  });

  it('names the index that is not there', () => {
    expect(() => set.sample('heldout', 4096)).toThrow('got index 4096; give one from 0 to 4095');
    expect(() => set.sample('train', 0.5)).toThrow('got index 0.5');
    expect(() => set.workedResponse?.({ ...train[0], qid: 'x' }, null)).toThrow('qid: got "x"');
  });
});

it('shows no window of the held-out part in the train part, of any difficulty', () => {
  const sets = CHARTS.difficulties.map((difficulty) => CHARTS.create(difficulty));
  const some = (part: 'train' | 'heldout'): string[] =>
    sets.flatMap((set) => Array.from({ length: 1500 }, (_, i) => windowOf(set.sample(part, i))));
  const trained = new Set(some('train'));
  expect(some('heldout').filter((window) => trained.has(window))).toEqual([]);
});

it('grows with the difficulty in marks and calculations', () => {
  const [easy, mixed, hard] = (['easy', 'mixed', 'hard'] as const).map((difficulty) => {
    const set = CHARTS.create(difficulty);
    const samples = Array.from({ length: 1000 }, (_, i) => set.sample('train', i));
    const mean = (measure: (sample: Sample) => number): number =>
      samples.reduce((sum, sample) => sum + measure(sample), 0) / samples.length;
    return {
      marks: mean((sample) => marksOf(sample).length),
      calculations: mean((sample) => (set.workedResponse?.(sample, null) ?? '').split(' = ').length - 1),
    };
  });
  expect(easy.marks).toBeLessThan(mixed.marks);
  expect(mixed.marks).toBeLessThan(hard.marks);
  expect(hard.marks).toBe(4);
  expect(easy.calculations).toBe(0);
  expect(mixed.calculations).toBeLessThan(hard.calculations);
});

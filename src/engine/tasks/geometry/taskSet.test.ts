import { describe, expect, it } from 'vitest';
import { buildTokenizer } from '../../model/buildTokenizer.ts';
import { Tokenizer } from '../../model/tokenizer.ts';
import type { Sample } from '../types.ts';
import { taskSetName } from '../suite.ts';
import { KINDS } from './questions.ts';
import { GEOMETRY } from './index.ts';

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
const tokenizer = Tokenizer.fromJson(buildTokenizer(GEOMETRY));

type Parts = readonly Readonly<Record<string, string>>[];

function partsOf(sample: Sample): Parts {
  return (sample.truth?.objects ?? []).map((object) => object.attributes);
}

/** The answer by the problem's words and the labels alone: a second opinion that shares no code with the suite. */
function readAnswer(problem: string, parts: Parts): string {
  const at = (place: string): number => Number(parts.find((part) => part['place'] === place)?.['value']);
  const known = parts.map((part) => Number(part['value'])).filter((value) => !Number.isNaN(value));
  const total = known.reduce((sum, value) => sum + value, 0);
  const has = (place: string): boolean => parts.some((part) => part['place'] === place);
  const rules: readonly (readonly [RegExp, (...groups: string[]) => string | number])[] = [
    [/^(?:What is the size of|How large is) the angle at the (\w+)\?$/, (place) => at(place)],
    [/^(?:What is the length of|How long is) the unknown segment\?$/, () => 2 * at('whole') - total],
    [
      /^(?:What is the length of|How long is) the whole line\?$/,
      () => (Number.isNaN(at('whole')) ? total : 'shown'),
    ],
    [/^(?:What is the length of|How long is) the (\w+) (?:side|segment)\?$/, (place) => at(place)],
    [
      /^Which (?:angle is larger|side is longer|segment is longer), (\w+) or (\w+)\?$/,
      (a, b) => (at(a) > at(b) ? a : at(a) < at(b) ? b : 'equal'),
    ],
    [
      /^Which (?:angle is smaller|side is shorter|segment is shorter), (\w+) or (\w+)\?$/,
      (a, b) => (at(a) < at(b) ? a : at(a) > at(b) ? b : 'equal'),
    ],
    [/^(?:What|How large) is the unknown angle (?:of the triangle|on the line)\?$/, () => 180 - total],
    [
      /^(?:What|How long) is the perimeter of the triangle\?$/,
      () => (has('left') && has('right') ? total : 'open'),
    ],
    [/^(?:What|How long) is the perimeter of the rectangle\?$/, () => 2 * total],
    [/^(?:What|How long) is the perimeter of the square\?$/, () => 4 * total],
    [/^(?:What|How large) is the area of the rectangle\?$/, () => known[0] * known[1]],
    [/^(?:What|How large) is the area of the square\?$/, () => known[0] * known[0]],
    [/^(?:What|How large) is the area of the triangle\?$/, () => (known[0] * known[1]) / 2],
  ];
  for (const [pattern, answer] of rules) {
    const found = pattern.exec(problem);
    if (found !== null) return String(answer(...found.slice(1)));
  }
  return `no rule for ${problem}`;
}

/** What a task says, without where its labels stand. */
function content(sample: Sample): string {
  return JSON.stringify([sample.problem, partsOf(sample)]);
}

describe.each(GEOMETRY.difficulties)('%s geometry', (difficulty) => {
  const name = taskSetName('geometry', difficulty);
  const set = GEOMETRY.create(difficulty);
  const train = Array.from({ length: SAMPLES }, (_, i) => set.sample('train', i));

  it('answers every question as its words ask', () => {
    for (const sample of train)
      expect(sample.answer, sample.problem).toBe(readAnswer(sample.problem, partsOf(sample)));
  });

  it('works every sample to its answer, in PeBR’s format, from a true description', () => {
    for (const sample of train.slice(0, READ)) {
      const response = set.workedResponse?.(sample, null) ?? '';
      const places = HEADINGS.map((heading) => response.indexOf(heading));
      expect(places, response).toEqual([...places].sort((a, b) => a - b));
      expect(places[0]).toBe(0);
      expect(response.slice(places[4])).toBe(`### The final answer is: ${sample.answer}`);
      expect(response).not.toMatch(/[<>/]/);
      const description = response.slice(HEADINGS[0].length, places[1]);
      expect(set.parseDescription?.(description)).toEqual(partsOf(sample));
      for (const keyword of sample.key_words) expect(description).toContain(keyword);
    }
  });

  it('keeps every calculation true and every value copied from the description', () => {
    for (const sample of train) {
      const response = set.workedResponse?.(sample, null) ?? '';
      const [description, steps] = response.split('\n### Rationales:');
      for (const [, a, sign, b, result] of steps.matchAll(/(\d+) ([-+x]) (\d+) = (\d+)/g)) {
        const [x, y] = [Number(a), Number(b)];
        expect(sign === 'x' ? x * y : sign === '+' ? x + y : x - y, response).toBe(Number(result));
      }
      for (const [, place, value] of steps.matchAll(/(left|middle|right|top|bottom|whole) (\d+)/g)) {
        expect(description, response).toContain(`${place} ${value}`);
      }
    }
  });

  it('keeps every problem and response, faulty ones too, within the budget, a token a word', () => {
    const everything = GEOMETRY.faults.perception.map(({ attribute }) => ({ attribute, p: 1 }));
    const slips = Object.keys(GEOMETRY.slipKinds).map((slip) => ({ slip, p: 0.7 }));
    const teachers = [
      null,
      GEOMETRY.faults,
      { perception: everything, reasoning: slips },
      { perception: [{ attribute: 'place', p: 1 }], reasoning: slips },
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
    expect(kinds.size).toBe({ easy: 5, mixed: KINDS.length, hard: 5 }[difficulty]);
    for (const [kind, answers] of kinds) {
      expect(KINDS).toContain(kind);
      const total = [...answers.values()].reduce((sum, n) => sum + n, 0);
      expect(Math.max(...answers.values()) / total, kind).toBeLessThan(0.4);
    }
  });

  it('shares no task between the parts', () => {
    const trained = new Set(train.map(content));
    for (let i = 0; i < 1000; i++) expect(trained.has(content(set.sample('heldout', i)))).toBe(false);
  });

  it('finds a sample by qid and makes it the same again, picture included', async () => {
    const again = GEOMETRY.create(difficulty);
    for (const index of [0, 17, set.size('heldout') - 1]) {
      const sample = set.sample('heldout', index);
      const found = again.find(sample.qid);
      expect({ ...found, images: [] }).toEqual({ ...sample, images: [] });
      expect(await found?.images[0].load()).toEqual(await sample.images[0].load());
    }
    for (const qid of ['', 'geometry-train-1', `${name}-train-999999`, `${name}-test-000001`]) {
      expect(set.find(qid)).toBeUndefined();
    }
  });

  it('names the index that is not there', () => {
    expect(() => set.sample('heldout', 4096)).toThrow('got index 4096; give one from 0 to 4095');
    expect(() => set.sample('train', 0.5)).toThrow('got index 0.5');
    expect(() => set.workedResponse?.({ ...train[0], qid: 'x' }, null)).toThrow('qid: got "x"');
  });
});

it('keeps the held-out samples of every difficulty out of the train part of the others', () => {
  const sets = GEOMETRY.difficulties.map((difficulty) => GEOMETRY.create(difficulty));
  const some = (part: 'train' | 'heldout'): string[] =>
    sets.flatMap((set) => Array.from({ length: 1500 }, (_, i) => content(set.sample(part, i))));
  const trained = new Set(some('train'));
  expect(some('heldout').filter((task) => trained.has(task))).toEqual([]);
});

it('grows with the difficulty in lengths, parts and steps', () => {
  const measures = (['easy', 'mixed', 'hard'] as const).map((difficulty) => {
    const set = GEOMETRY.create(difficulty);
    const samples = Array.from({ length: 1000 }, (_, i) => set.sample('train', i));
    const lengths = samples.flatMap((sample) =>
      partsOf(sample)
        .filter(({ part }) => part === 'side')
        .map(({ value }) => Number(value)),
    );
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      longest: Math.max(...lengths),
      parts: mean(samples.map((sample) => partsOf(sample).length)),
      calculations: mean(
        samples.map((sample) => (set.workedResponse?.(sample, null) ?? '').split(' = ').length - 1),
      ),
    };
  });
  expect(measures.map(({ longest }) => longest)).toEqual([6, 9, 12]);
  const [easy, mixed, hard] = measures;
  expect(easy.parts).toBeLessThan(mixed.parts);
  expect(mixed.parts).toBeLessThan(hard.parts);
  expect(easy.calculations).toBeLessThan(mixed.calculations);
  expect(mixed.calculations).toBeLessThan(hard.calculations);
});

it('makes the samples that checkpoints are trained on', () => {
  const set = GEOMETRY.create('mixed');
  const sample = set.sample('train', 1);
  expect([sample.problem, set.workedResponse?.(sample, null)]).toMatchInlineSnapshot(`
    [
      "How large is the unknown angle of the triangle?",
      "### Image Description: 1 angle left unknown, 2 angle right 40, 3 angle bottom 30
    ### Rationales: subtract from 180.
    ### Let's think step by step.
    ### Step 1: right 40: 180 - 40 = 140
    ### Step 2: bottom 30: 140 - 30 = 110
    ### The final answer is: 110",
    ]
  `);
});

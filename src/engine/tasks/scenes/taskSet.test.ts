import { describe, expect, it } from 'vitest';
import { buildTokenizer } from '../../model/buildTokenizer.ts';
import { Tokenizer } from '../../model/tokenizer.ts';
import type { Sample } from '../types.ts';
import { suiteOf } from '../index.ts';
import { SEVERE_FAULTS } from './faults.ts';
import type { SceneVariant } from './grammar.ts';
import { KIND_WEIGHTS } from './questions.ts';
import { createScenes } from './taskSet.ts';

const SAMPLES = 5000;
/** As many are read word by word. */
const READ = 800;
const LONGEST: Readonly<Record<SceneVariant, number>> = { scenes: 112, 'scenes-nano': 48 };
const HEADINGS = [
  '### Image Description:',
  '### Rationales:',
  "### Let's think step by step.",
  '### Step 1:',
  '### The final answer is:',
];

type Objects = readonly Readonly<Record<string, string>>[];

/** The answer by the problem's words alone: a second opinion that shares no code with the suite. */
function readAnswer(problem: string, objects: Objects): string {
  const words = (phrase: string): string[] =>
    phrase
      .split(' ')
      .map((word) => word.replace(/s$/, ''))
      .filter((word) => !['object', 'gla'].includes(word));
  const fits = (phrase: string) => (object: Readonly<Record<string, string>>) =>
    words(phrase).every((word) => Object.values(object).includes(word));
  const count = (phrase: string): number => objects.filter(fits(phrase)).length;
  const only = (phrase: string): number => {
    expect(count(phrase), problem).toBe(1);
    return objects.findIndex(fits(phrase));
  };
  const rules: readonly (readonly [RegExp, (...groups: string[]) => string | number])[] = [
    [/^How many objects are there\?$/, () => objects.length],
    [/^Is there a (.+)\?$/, (a) => (count(a) > 0 ? 'yes' : 'no')],
    [
      /^How many objects are (left|right) of the (.+)\?$/,
      (side, a) => (side === 'left' ? only(a) : objects.length - 1 - only(a)),
    ],
    [
      /^How many objects are (.+) or (.+)\?$/,
      (a, b) => objects.filter((o) => fits(a)(o) || fits(b)(o)).length,
    ],
    [
      /^Add (\d+) (.+)\. How many (.+) are there\?$/,
      (n, a, b) => (a === b ? Number(n) + count(a) : 'unequal'),
    ],
    [/^How many (.+) are there\?$/, (a) => count(a)],
    [
      /^What (\w+) is the object just (left|right) of the (.+)\?$/,
      (name, side, a) => objects[only(a) + (side === 'left' ? -1 : 1)][name],
    ],
    [/^What (\w+) is the (.+)\?$/, (name, a) => objects[only(a)][name]],
    [/^Are there as many (.+) as (.+)\?$/, (a, b) => (count(a) === count(b) ? 'yes' : 'no')],
    [/^Are there more (.+) than (.+)\?$/, (a, b) => (count(a) > count(b) ? 'yes' : 'no')],
    [/^Are there fewer (.+) than (.+)\?$/, (a, b) => (count(a) < count(b) ? 'yes' : 'no')],
    [
      /^Subtract all ([^.]+)\. Subtract all ([^.]+)\. How many objects are left\?$/,
      (a, b) => objects.filter((o) => !fits(a)(o) && !fits(b)(o)).length,
    ],
    [/^Subtract all ([^.]+)\. How many objects are left\?$/, (a) => objects.length - count(a)],
  ];
  for (const [pattern, answer] of rules) {
    const found = pattern.exec(problem);
    if (found !== null) return String(answer(...found.slice(1)));
  }
  return `no rule for ${problem}`;
}

function objectsOf(sample: Sample): Objects {
  return (sample.truth?.objects ?? []).map((object) => object.attributes);
}

/** What a task says, without where its objects stand. */
function content(sample: Sample): string {
  return JSON.stringify([sample.problem, objectsOf(sample)]);
}

describe.each(['scenes', 'scenes-nano'] as const)('%s', (variant) => {
  const set = createScenes(variant);
  const tokenizer = Tokenizer.fromJson(buildTokenizer(suiteOf(variant)));
  const train = Array.from({ length: SAMPLES }, (_, i) => set.sample('train', i));

  it('answers every question as its words ask', () => {
    for (const sample of train)
      expect(sample.answer, sample.qid).toBe(readAnswer(sample.problem, objectsOf(sample)));
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
      expect(set.parseDescription?.(description)).toEqual(objectsOf(sample));
      for (const keyword of sample.key_words) expect(description).toContain(keyword);
    }
  });

  it('keeps every response, faulty ones too, within the budget of tokens, a token a word', () => {
    const teachers = [null, suiteOf(variant).faults, SEVERE_FAULTS];
    const wrong = train.flatMap((sample, i) => {
      const response = set.workedResponse?.(sample, teachers[i % teachers.length], 7) ?? '';
      const ids = tokenizer.encode(response);
      const words = response.match(/### [^:.]*[:.]|[\w'+=-]+|[.,;:]/g) ?? [];
      const fits = ids.length + 1 <= LONGEST[variant] && ids.length === words.length;
      return fits && (i >= READ || tokenizer.decode(ids) === response) ? [] : [response];
    });
    expect(wrong).toEqual([]);
  });

  it('asks every kind, with answers that no constant guess wins', () => {
    const kinds = new Map<string, Map<string, number>>();
    for (const { kind, answer } of train) {
      const answers = kinds.get(kind) ?? new Map<string, number>();
      kinds.set(kind, answers.set(answer, (answers.get(answer) ?? 0) + 1));
    }
    expect([...kinds.keys()].sort()).toEqual(KIND_WEIGHTS[variant].map(([, kind]) => kind).sort());
    for (const [kind, answers] of kinds) {
      const total = [...answers.values()].reduce((sum, n) => sum + n, 0);
      expect(Math.max(...answers.values()) / total, kind).toBeLessThan(0.57);
    }
  });

  it('shares no task between the parts', () => {
    const trained = new Set(train.map(content));
    for (let i = 0; i < 1000; i++) expect(trained.has(content(set.sample('heldout', i)))).toBe(false);
  });

  it('finds a sample by qid and makes it the same again, picture included', async () => {
    const again = createScenes(variant);
    for (const index of [0, 17, set.size('heldout') - 1]) {
      const sample = set.sample('heldout', index);
      const found = again.find(sample.qid);
      expect({ ...found, images: [] }).toEqual({ ...sample, images: [] });
      expect(await found?.images[0].load()).toEqual(await sample.images[0].load());
    }
    for (const qid of [
      '',
      'scenes-train-1',
      `${variant}-train-999999`,
      `${variant}-test-000001`,
      `${variant}-train-0x0001`,
    ]) {
      expect(set.find(qid)).toBeUndefined();
    }
  });

  it('names the index that is not there', () => {
    expect(() => set.sample('heldout', 4096)).toThrow('got index 4096; give one from 0 to 4095');
    expect(() => set.sample('train', 0.5)).toThrow('got index 0.5');
    expect(() => set.workedResponse?.({ ...train[0], qid: 'x' }, null)).toThrow('qid: got "x"');
  });
});

it('makes the samples that shipped checkpoints were trained on', () => {
  const set = createScenes('scenes');
  const sample = set.sample('train', 0);
  expect([sample.problem, set.workedResponse?.(sample, null)]).toMatchInlineSnapshot(`
    [
      "What color is the object just left of the small cube?",
      "### Image Description: 1 large cyan metal sphere, 2 large green rubber cube, 3 small green metal cube
    ### Rationales: find small cube, left, color.
    ### Let's think step by step.
    ### Step 1: find small cube: 1 large sphere 2 large cube 3 small cube first = 1
    ### Step 2: left of 3 is 2
    ### Step 3: color of 2 is green
    ### The final answer is: green",
    ]
  `);
});

import { describe, expect, it } from 'vitest';
import { measureDescription } from '../eval/measureDescription.ts';
import { buildTokenizer } from '../model/buildTokenizer.ts';
import { Tokenizer } from '../model/tokenizer.ts';
import { PRESETS } from '../rl/presets.ts';
import { PEBR_RECIPES, scoreResponse } from '../rewards/index.ts';
import { SUITES, TASK_SET_NAMES, suiteOf, taskSetByName } from './index.ts';

it('gives every built-in set by its name', () => {
  for (const name of TASK_SET_NAMES) {
    const set = taskSetByName(name);
    expect(set.name).toBe(name);
    const sample = set.sample('heldout', 3);
    expect(sample.qid).toBe(`${name}-heldout-000003`);
    expect(set.find(sample.qid)).toEqual({ ...sample, images: expect.any(Array) as unknown });
    expect(suiteOf(name).kinds).toContain(sample.kind);
  }
});

it('has the suites in every difficulty that they offer', () => {
  expect(TASK_SET_NAMES).toEqual(
    expect.arrayContaining([
      'scenes',
      'scenes-easy',
      'scenes-hard',
      'scenes-nano',
      'geometry-hard',
      'pictures',
    ]),
  );
  expect(new Set(TASK_SET_NAMES).size).toBe(TASK_SET_NAMES.length);
  expect(SUITES.every(({ difficulties }) => difficulties.includes('mixed'))).toBe(true);
});

it('makes harder sets of more objects and longer work', () => {
  const objects = (name: string): number => {
    const set = taskSetByName(name);
    const counts = Array.from({ length: 100 }, (_, i) => set.sample('train', i).truth!.objects.length);
    return counts.reduce((a, b) => a + b, 0) / counts.length;
  };
  for (const { name, difficulties } of SUITES) {
    if (!difficulties.includes('hard')) continue;
    expect(objects(`${name}-easy`)).toBeLessThan(objects(`${name}-hard`));
  }
});

it('keeps the held-out samples of one difficulty out of the train part of another', () => {
  const says = (name: string, part: 'train' | 'heldout', index: number): string => {
    const set = taskSetByName(name);
    const { problem, truth } = set.sample(part, index);
    return `${problem} ${JSON.stringify(truth?.objects.map(({ attributes }) => attributes))}`;
  };
  const heldOut = new Set(Array.from({ length: 2000 }, (_, i) => says('scenes-easy', 'heldout', i)));
  const shared = Array.from({ length: 2000 }, (_, i) => says('scenes', 'train', i)).filter((text) =>
    heldOut.has(text),
  );
  expect(shared).toEqual([]);
});

it('lists the names when there is none', () => {
  expect(() => taskSetByName('clevr')).toThrow('tasks: got "clevr"; give one of scenes, scenes-easy');
});

/** What a scorer would say of a true description. */
const SIMILARITY = { value: 1, scorer: 'test', threshold: 1 };

describe.each(TASK_SET_NAMES)('the teacher of %s', (name) => {
  const set = taskSetByName(name);
  const suite = suiteOf(name);
  const tokenizer = Tokenizer.fromJson(buildTokenizer(suite));
  const parts = (['train', 'heldout'] as const).flatMap((part) =>
    Array.from({ length: 250 }, (_, i) => set.sample(part, i)),
  );

  it('earns every reward that needs no scorer in full, and sees all there is', () => {
    for (const sample of parts) {
      const response = set.workedResponse?.(sample, null) ?? '';
      const input = { response, answer: sample.answer, key_words: sample.key_words, responseTokens: 80 };
      for (const stage of ['perception', 'reasoning'] as const) {
        const { terms, text } = scoreResponse(stage, input, SIMILARITY, PEBR_RECIPES[stage], 'offline');
        for (const { name: term, value } of terms) expect(value, `${term}: ${response}`).toBe(1);
        expect(measureDescription(set, sample, text)?.f1, response).toBe(1);
      }
    }
  });

  it('stays within the longest response of its preset, with its own tokenizer and any default fault', () => {
    const { maxNewTokens } = (suite.name === 'scenes-nano' ? PRESETS.nano : PRESETS.tiny).sampling;
    for (const [i, sample] of parts.entries()) {
      const faults = [null, suite.faults, suite.severeFaults ?? null][i % 3] ?? null;
      const response = set.workedResponse?.(sample, faults, i) ?? '';
      // The end token counts too.
      expect(tokenizer.encode(response).length, response).toBeLessThan(maxNewTokens);
    }
  });

  it('errs with the default faults, in what it sees and in what it answers', () => {
    const { faults } = suite;
    const wrong = (one: Partial<typeof faults>): number =>
      parts.filter((sample) => {
        const response = set.workedResponse?.(sample, { perception: [], reasoning: [], ...one }, 1) ?? '';
        return response !== set.workedResponse?.(sample, null);
      }).length / parts.length;
    expect(wrong({ perception: faults.perception })).toBeGreaterThan(0.1);
    expect(wrong({ reasoning: faults.reasoning })).toBeGreaterThan(0.1);
    expect(wrong({})).toBe(0);
  });
});

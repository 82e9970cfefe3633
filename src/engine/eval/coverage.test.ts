import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Tokenizer } from '../model/tokenizer.ts';
import { taskSetByName } from '../tasks/index.ts';
import type { Sample, TaskSet } from '../tasks/types.ts';
import { coverageOf } from './coverage.ts';

const nano = Tokenizer.fromJson(
  await readFile(join('public', 'models', 'nano', 'tokenizer.json'), 'utf8').then(
    (text) => JSON.parse(text) as Record<string, unknown>,
  ),
  {},
);

/** A set whose only sample asks this. */
const asking = (problem: string): TaskSet => {
  const sample: Sample = { qid: '0', problem, answer: '', key_words: [], images: [], kind: 'imported' };
  return { name: 'mine', origin: 'imported', size: () => 1, sample: () => sample, find: () => sample };
};

test('a checkpoint knows the words of the suite that it was made for', () => {
  const { words, spelled } = coverageOf(nano, taskSetByName('scenes-nano'));
  expect(spelled).toEqual([]);
  expect(words).toBeGreaterThan(20);
});

test('names the words of another suite that it has to spell', () => {
  const { words, spelled } = coverageOf(nano, taskSetByName('scenes'));
  expect(spelled).toContain('purple');
  expect(spelled).not.toContain('red');
  expect(spelled.length).toBeLessThan(words);
});

test('looks at the problems of an imported set, without the image mark and without short words', () => {
  expect(coverageOf(nano, asking('<image> Is it red? Überquerung'))).toEqual({
    words: 2,
    spelled: ['überquerung'],
  });
});

import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { SUITES } from '../../tasks/index.ts';
import { workedDescription } from './train.ts';
import { changeOneWord, corrupted, wordClasses } from './wrongDescriptions.ts';
import { entriesOf, entryKeys, splitWords } from './words.ts';

describe.each(SUITES)('of $name', (suite) => {
  const tasks = suite.create('mixed');
  const classes = wordClasses(suite.attributeValues);
  const descriptions = Array.from({ length: 32 }, (_, i) =>
    workedDescription(tasks, tasks.sample('heldout', i)),
  );

  it('one word changed is exactly one word, for another of its class', () => {
    descriptions.forEach((right, i) => {
      const wrong = changeOneWord(right, classes, new RandomStream(i))!;
      const [before, after] = [splitWords(right), splitWords(wrong)];
      expect(after).toHaveLength(before.length);
      const places = before.flatMap((word, at) => (word === after[at] ? [] : [at]));
      expect(places, `${right} → ${wrong}`).toHaveLength(1);
      const members = classes.find((words) => words.includes(before[places[0]]))!;
      expect(members).toContain(after[places[0]]);
    });
  });

  it('corrupted ones are seldom right, and never empty', () => {
    const rights = descriptions.filter((right, i) => {
      const entries = entriesOf(right, 248);
      const wrong = corrupted(entries, classes, new RandomStream(i));
      expect(wrong.length).toBeGreaterThan(0);
      return entryKeys(wrong).toSorted().join() === entryKeys(entries).toSorted().join();
    });
    expect(rights.length).toBeLessThan(descriptions.length / 4);
  });
});

it('a text without a word of any class cannot be changed', () => {
  expect(changeOneWord('a zebra, 2 lions', [['red', 'blue']], new RandomStream(1))).toBeNull();
});

it('values of several words, and lone ones, have no class', () => {
  expect(wordClasses({ a: ['Red', 'sky blue', '12'], b: ['only'] })).toEqual([['red', '12']]);
});

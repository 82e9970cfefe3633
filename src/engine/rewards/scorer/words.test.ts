import { describe, expect, it } from 'vitest';
import { Vocabulary, entriesOf, entryKeys, placedWords, splitWords } from './words.ts';

describe('splitWords', () => {
  it.each([
    ['1 small red cube, 2 large blue cone', ['small', 'red', 'cube', ',', 'large', 'blue', 'cone']],
    ['1 C 6 yellow bar, 2 D 14 red bar', ['c', '6', 'yellow', 'bar', ',', 'd', '14', 'red', 'bar']],
    ['1 angle left 40', ['angle', 'left', '40']],
    // Only whole numbers enumerate.
    ['A cat. Two dogs; 3.5 metres', ['a', 'cat', ',', 'two', 'dogs', ',', '3.5', 'metres']],
    ['sum of 12 and 3.5', ['sum', 'of', '12', 'and', '3.5']],
    ['40, 30', ['40', ',', '30']],
    ['', []],
  ])('reads %j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it('says where each word stands', () => {
    const text = '1 small red cube, 2 large';
    for (const { word, at } of placedWords(text)) expect(text.slice(at, at + word.length)).toBe(word);
  });
});

describe('entries', () => {
  it('are what stands between commas, of the first words only', () => {
    expect(entriesOf('1 red cube, , 2 blue cone', 248)).toEqual([
      ['red', 'cube'],
      ['blue', 'cone'],
    ]);
    // The comma counts as a word, as it does for the policy.
    expect(entriesOf('1 red cube, 2 blue cone', 4)).toEqual([['red', 'cube'], ['blue']]);
    expect(entriesOf(' , .', 248)).toEqual([]);
  });

  it('that are said again are others than the first', () => {
    expect(entryKeys([['red', 'cube'], ['cone'], ['red', 'cube'], ['red', 'cube']])).toEqual([
      'red cube',
      'cone',
      'red cube ×2',
      'red cube ×3',
    ]);
    const vocabulary = new Vocabulary(['red', 'cube']);
    expect(vocabulary.encode('red cube')).toEqual([1, 2]);
    expect(vocabulary.encode('red cube ×2')).toEqual([1, 2, vocabulary.size - 1]);
    expect(vocabulary.encode('red cube ×3')).toEqual(vocabulary.encode('red cube ×2'));
    const [unknown] = vocabulary.encode('zebra');
    expect(unknown).toBeGreaterThan(2);
    expect(unknown).toBeLessThan(vocabulary.size - 1);
  });
});

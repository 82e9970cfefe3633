import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gradeAnswer } from '../../rewards/grader/index.ts';
import { EMOJI, lookAlike } from './emoji.ts';
import { ATTRIBUTE_VALUES, describe as describeEmoji, keyWords, parseDescription } from './grammar.ts';

const picture = fc.array(fc.constantFrom(...EMOJI), { maxLength: 8 });

describe('descriptions of pictures', () => {
  it('parse back to what was described, and hold every key word', () => {
    fc.assert(
      fc.property(picture, (emoji) => {
        const text = describeEmoji(emoji);
        expect(parseDescription(` ${text}\n`)).toEqual(emoji);
        for (const keyword of keyWords(emoji)) expect(text).toContain(keyword);
      }),
    );
  });

  it('give an entry for every comma, null for any that is not of the grammar', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseDescription(text).length).toBe(text.trim() === '' ? 0 : text.split(',').length);
      }),
    );
  });
});

it.each([
  ['1 cat animal, 2 lemon', 1],
  ['cat animal', 0],
  ['1 animal cat', 0],
  ['1 cats animal', 0],
  ['1 cat animal 2 lemon fruit', 0],
  ['1 cat animal,', 1],
  ['1 cat  animal', 1],
])('reads %j as %d good entries', (text, good) => {
  expect(parseDescription(text).filter((entry) => entry !== null).length).toBe(good);
});

it('holds no key word in that of another emoji, so that none is found by accident', () => {
  const phrases = keyWords(EMOJI);
  for (const a of phrases) expect(phrases.filter((b) => b.includes(a))).toEqual([a]);
});

it('has names and categories that the grader tells apart', () => {
  const answers = Object.values(ATTRIBUTE_VALUES).flat();
  for (const a of answers)
    for (const b of answers) expect(gradeAnswer(a, b).correct, `${a} ${b}`).toBe(a === b);
});

it('pairs every emoji with another, mutually', () => {
  for (const emoji of EMOJI) {
    expect(lookAlike(emoji)).not.toBe(emoji);
    expect(lookAlike(lookAlike(emoji))).toBe(emoji);
  }
});

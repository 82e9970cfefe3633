import fc from 'fast-check';
import { describe as group, expect, it } from 'vitest';
import { ATTRIBUTE_VALUES, describe, keyWords, parseDescription } from './grammar.ts';

const parts = fc.array(
  fc.record({
    part: fc.constantFrom(...ATTRIBUTE_VALUES.part),
    place: fc.constantFrom(...ATTRIBUTE_VALUES.place),
    value: fc.constantFrom(...ATTRIBUTE_VALUES.value),
  }),
  { maxLength: 6 },
);

group('descriptions', () => {
  it('parse back to what was described', () => {
    fc.assert(
      fc.property(parts, (figure) => {
        expect(parseDescription(` ${describe(figure)}\n`)).toEqual(figure);
      }),
    );
  });

  it('hold every key word, one per part', () => {
    fc.assert(
      fc.property(parts, (figure) => {
        const words = keyWords(figure);
        expect(words.length).toBe(figure.length);
        for (const word of words) expect(describe(figure)).toContain(word);
      }),
    );
  });

  it('give an entry for every comma, null for any that is not of the grammar', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const entries = parseDescription(text);
        expect(entries.length).toBe(text.trim() === '' ? 0 : text.split(',').length);
        for (const entry of entries) {
          if (entry !== null) expect(Object.keys(entry)).toEqual(Object.keys(ATTRIBUTE_VALUES));
        }
      }),
    );
  });
});

it.each([
  ['1 angle left 40, 2 angle right', 1],
  ['angle left 40', 0],
  ['1 left angle 40', 0],
  ['1 angle left 45', 0],
  ['1 angle left ?', 0],
  ['1 angle left unknown', 1],
  ['1 angle left 40 2 angle right 60', 0],
  ['1 angle left 40,', 1],
  ['1 angle  left 40', 1],
])('reads %j as %d good parts', (text, good) => {
  expect(parseDescription(text).filter((part) => part !== null).length).toBe(good);
});

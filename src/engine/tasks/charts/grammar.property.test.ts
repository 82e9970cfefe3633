import fc from 'fast-check';
import { describe as group, expect, it } from 'vitest';
import { ATTRIBUTE_VALUES, describe, keyWords, parseDescription } from './grammar.ts';

const mark = fc.record({
  label: fc.constantFrom(...ATTRIBUTE_VALUES.label),
  value: fc.constantFrom(...ATTRIBUTE_VALUES.value),
  color: fc.constantFrom(...ATTRIBUTE_VALUES.color),
  mark: fc.constantFrom(...ATTRIBUTE_VALUES.mark),
});
const marks = fc.array(mark, { maxLength: 6 });

group('descriptions', () => {
  it('parse back to what was described', () => {
    fc.assert(
      fc.property(marks, (chart) => {
        expect(parseDescription(` ${describe(chart)}\n`)).toEqual(chart);
      }),
    );
  });

  it('hold the key words of their own marks, and of no other mark', () => {
    fc.assert(
      fc.property(marks, mark, (chart, other) => {
        for (const word of keyWords(chart)) expect(describe(chart)).toContain(word);
        const has = chart.some((one) => describe([one]) === describe([other]));
        expect(describe(chart).includes(keyWords([other])[0])).toBe(has);
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
  ['1 A 12 red bar, 2 B 7 blue', 1],
  ['A 12 red bar', 0],
  ['1 12 A red bar', 0],
  ['1 A 21 red bar', 0],
  ['1 A 012 red bar', 0],
  ['1 a 12 red bar', 0],
  ['1 A 12 red bars', 0],
  ['1 A 12 red bar 2 B 7 blue bar', 0],
  ['1 A 12 red bar,', 1],
  ['1 A  12 red bar', 1],
])('reads %j as %d good marks', (text, good) => {
  expect(parseDescription(text).filter((one) => one !== null).length).toBe(good);
});

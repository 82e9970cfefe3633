import fc from 'fast-check';
import { SUITES } from '../tasks/index.ts';
import { describe, expect, it } from 'vitest';
import { buildTokenizer } from './buildTokenizer.ts';
import { Tokenizer } from './tokenizer.ts';

/** Text of any characters, and of pieces that are close to what the vocabulary knows. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '### Step 1:',
        '\n### Step 2:',
        '### Rationales:',
        ' red',
        'red',
        '\n',
        '\t',
        '  ',
        '😀',
        '漢字',
        'Ġ',
        '#',
        '1',
        "don't",
      ),
    )
    .map((pieces) => pieces.join('')),
);

describe.each(SUITES)('any text in the tokenizer of $name', (suite) => {
  const tokenizer = Tokenizer.fromJson(buildTokenizer(suite));

  it('encodes to known ids and decodes to itself', () => {
    fc.assert(
      fc.property(text, (original) => {
        const ids = tokenizer.encode(original);
        expect(ids.every((id) => Number.isInteger(id) && id >= 0 && id < tokenizer.vocabSize)).toBe(true);
        expect(tokenizer.decode(ids, { skipSpecials: false })).toBe(original);
      }),
      { numRuns: 500 },
    );
  });

  it('decodes any ids without failing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2, max: tokenizer.vocabSize + 2 })), (ids) => {
        expect(typeof tokenizer.decode(ids)).toBe('string');
      }),
    );
  });
});

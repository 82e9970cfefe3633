import { describe, expect, it } from 'vitest';
import { SUITES, suiteOf } from '../tasks/index.ts';
import { buildTokenizer, buildTokenizerConfig } from './buildTokenizer.ts';
import { SHORT_INSTRUCTION } from './prompt.ts';
import { Tokenizer } from './tokenizer.ts';

/** Of these 268 are specials, headings and bytes. */
const LARGEST = 700;

describe.each(SUITES)('the tokenizer of $name', (suite) => {
  const tokenizer = Tokenizer.fromJson(buildTokenizer(suite), buildTokenizerConfig());

  it('has few tokens, ids without a gap and the special ones first', () => {
    expect(tokenizer.vocabSize).toBeLessThanOrEqual(LARGEST);
    expect(tokenizer.ids).toEqual({ pad: 0, bos: 1, eos: 2, image: 3 });
    const { vocab } = buildTokenizer(suite).model;
    const ids = Object.values(vocab).sort((a, b) => a - b);
    expect(ids).toEqual(Array.from({ length: tokenizer.vocabSize }, (_, id) => id));
  });

  it('has one token for each word of problems and for the instruction', () => {
    expect(tokenizer.encode(SHORT_INSTRUCTION).length).toBe(1);
    const set = suite.create('mixed');
    for (let index = 0; index < 500; index++) {
      const { problem } = set.sample('heldout', index);
      expect(tokenizer.encode(problem).length, problem).toBe(problem.match(/\w+|[.,?]/g)?.length);
    }
  });

  it('leaves specials out of text unless asked, and shows a token as it stands in a text', () => {
    const [opener, word] = [suite.openers[0], suite.words[0]];
    const ids = [tokenizer.ids.bos, ...tokenizer.encode(`${opener} ${word}`), tokenizer.ids.eos];
    expect(tokenizer.decode(ids)).toBe(`${opener} ${word}`);
    expect(tokenizer.decode(ids, { skipSpecials: false })).toBe(`<bos>${opener} ${word}<eos>`);
    expect(ids.map((id) => tokenizer.tokenText(id))).toEqual(['<bos>', opener, ` ${word}`, '<eos>']);
    expect(tokenizer.tokenText(tokenizer.encode('é')[0])).toBe('\ufffd');
    expect(tokenizer.decode([])).toBe('');
    expect(tokenizer.decode([tokenizer.vocabSize, -1])).toBe('');
  });
});

describe('fromJson', () => {
  it('says what cannot be read', () => {
    expect(() => Tokenizer.fromJson(null)).toThrow('tokenizer.json: got null');
    expect(() => Tokenizer.fromJson({ model: {} })).toThrow('tokenizer.json: cannot be read');
    expect(() => Tokenizer.fromJson(buildTokenizer(suiteOf('scenes')), [])).toThrow(
      'tokenizer_config.json: got []',
    );
  });

  it('takes the special tokens’ names from the config, and says which one is missing', () => {
    const json = buildTokenizer(suiteOf('scenes'));
    expect(Tokenizer.fromJson(json, { eos_token: { content: '<pad>' } }).ids.eos).toBe(0);
    expect(() => Tokenizer.fromJson(json, { eos_token: '</end>' })).toThrow(
      'has no eos token (looked for </end>)',
    );
  });
});

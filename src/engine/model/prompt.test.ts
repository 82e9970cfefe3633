import { describe, expect, it } from 'vitest';
import { createScenes, suiteOf } from '../tasks/index.ts';
import { buildTokenizer } from './buildTokenizer.ts';
import { INSTRUCTION, SHORT_INSTRUCTION, buildPrompt } from './prompt.ts';
import { Tokenizer } from './tokenizer.ts';

const tokenizer = Tokenizer.fromJson(buildTokenizer(suiteOf('scenes')));
const { image } = tokenizer.ids;

/** The prompt as text, image tokens as a dot each. */
function shown(problem: string, instruction = SHORT_INSTRUCTION): string {
  const ids = buildPrompt(tokenizer, problem, 3, instruction);
  return tokenizer.decode(ids, { skipSpecials: false }).replaceAll('<image>', '.');
}

describe('buildPrompt', () => {
  it('puts the image first when the problem does not say where it goes', () => {
    const expected = `<bos>...${SHORT_INSTRUCTION}How many objects are there?\n`;
    expect(shown('How many objects are there?')).toBe(expected);
    expect(shown('<image>How many objects are there?')).toBe(expected);
    expect(shown('<image>\nHow many objects are there?')).toBe(expected);
  });

  it('puts the image at the first placeholder and drops the others', () => {
    expect(shown('Look at <image> and <image>say')).toBe(`<bos>${SHORT_INSTRUCTION}Look at ... and say\n`);
    expect(buildPrompt(tokenizer, 'a <image> b <image> c', 9, '').filter((id) => id === image).length).toBe(
      9,
    );
  });

  it('is a token for each of bos, image tokens, instruction, words and line break', () => {
    expect(buildPrompt(tokenizer, 'Is there a cube?', 9, SHORT_INSTRUCTION).length).toBe(1 + 9 + 1 + 5 + 1);
    expect(shown('Is there a cube?', INSTRUCTION)).toBe(`<bos>...${INSTRUCTION}Is there a cube?\n`);
  });

  it('lets the response decode to its very text from the first token on', () => {
    const set = createScenes('scenes');
    const sample = set.sample('train', 1);
    const response = set.workedResponse?.(sample, null) ?? '';
    const prompt = buildPrompt(tokenizer, sample.problem, 9, SHORT_INSTRUCTION);
    const both = [...prompt, ...tokenizer.encode(response), tokenizer.ids.eos];
    expect(tokenizer.decode(both.slice(prompt.length))).toBe(response);
  });
});

import { describe, expect, it } from 'vitest';
import { PRESETS } from '../rl/presets.ts';
import { SUITES } from '../tasks/index.ts';
import { architecture } from './architectures.ts';
import { buildTokenizer } from './buildTokenizer.ts';
import { imageTokenCount, readConfig, writeConfig } from './config.ts';
import { SHORT_INSTRUCTION, buildPrompt } from './prompt.ts';
import { Tokenizer } from './tokenizer.ts';

describe.each(SUITES)('a fresh policy for $name', (suite) => {
  const preset = suite.name === 'scenes-nano' ? 'nano' : 'tiny';
  const tokenizer = Tokenizer.fromJson(buildTokenizer(suite));
  const config = architecture(preset, tokenizer.vocabSize, suite.imageSize);

  it('is one that can be written and read', () => {
    expect(readConfig(JSON.parse(JSON.stringify(writeConfig(config))))).toEqual(config);
  });

  it('sees pictures of the suite’s size as whole image tokens', () => {
    const { image_size, patch_size } = config.vision;
    expect(image_size).toBe(suite.imageSize ?? { nano: 24, tiny: 48 }[preset]);
    expect(imageTokenCount(config)).toBe((image_size / patch_size / config.scale_factor) ** 2);
    expect(Number.isInteger(imageTokenCount(config))).toBe(true);
  });

  it('has positions for the longest prompt and response', () => {
    const set = suite.create('mixed');
    for (let index = 0; index < 200; index++) {
      const { problem } = set.sample('heldout', index);
      const prompt = buildPrompt(tokenizer, problem, imageTokenCount(config), SHORT_INSTRUCTION);
      const longest = prompt.length + PRESETS[preset].sampling.maxNewTokens;
      expect(longest).toBeLessThanOrEqual(config.text.max_position_embeddings);
    }
  });
});

it('names the presets that can start from scratch', () => {
  expect(() => architecture('pebr', 400)).toThrow('"pebr" has no architecture');
  expect(() => architecture('pebr', 400)).toThrow('nano, tiny, small');
});

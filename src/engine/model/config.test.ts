import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { imageTokenCount, readConfig, writeConfig } from './config.ts';

const nano = JSON.parse(
  readFileSync(new URL('../../../fixtures/oracles/smolvlm-nano/config.json', import.meta.url), 'utf8'),
) as Record<string, Record<string, unknown>>;

/** nano's config with fields of a section, or of the top level, replaced. */
function changed(section: 'text_config' | 'vision_config' | null, fields: Record<string, unknown>): unknown {
  return section ? { ...nano, [section]: { ...nano[section], ...fields } } : { ...nano, ...fields };
}

describe('readConfig', () => {
  it('reads both rope forms, the new one first', () => {
    expect(readConfig(nano).text.rope_theta).toBe(10000);
    const old = changed('text_config', { rope_parameters: undefined, rope_theta: 5000 });
    expect(readConfig(old).text.rope_theta).toBe(5000);
    const both = changed('text_config', { rope_parameters: { rope_theta: 7000 }, rope_theta: 5000 });
    expect(readConfig(both).text.rope_theta).toBe(7000);
  });

  it('finds the tied head at the top or in the text config', () => {
    const inText = changed(null, { tie_word_embeddings: undefined });
    expect(readConfig(inText).tie_word_embeddings).toBe(true);
    expect(readConfig(changed(null, { tie_word_embeddings: false })).tie_word_embeddings).toBe(false);
  });

  it('fills in what transformers leaves out', () => {
    const { text } = readConfig(
      changed('text_config', { head_dim: undefined, num_key_value_heads: undefined, eos_token_id: [7, 8] }),
    );
    expect(text).toMatchObject({ head_dim: 8, num_key_value_heads: 4, eos_token_id: 7 });
    expect(
      readConfig({
        model_type: 'idefics3',
        text_config: {},
        vision_config: { image_size: 224 },
        image_token_id: 5,
        scale_factor: 1,
      }).vision.hidden_size,
    ).toBe(1152);
  });

  it('survives being written and read', () => {
    const config = readConfig(nano);
    const written = JSON.parse(JSON.stringify(writeConfig(config, { pebr: { a: 1 } }))) as Record<
      string,
      unknown
    >;
    expect(readConfig(written)).toEqual(config);
    expect(written.pebr).toEqual({ a: 1 });
    expect(written.architectures).toEqual(['SmolVLMForConditionalGeneration']);
    expect(imageTokenCount(config)).toBe(9);
  });

  it.each([
    [null, /must hold an object, got null/],
    [changed(null, { model_type: 'llava' }), /model_type must be "smolvlm" or "idefics3", got "llava"/],
    [changed(null, { text_config: 3 }), /text_config must be an object, got 3/],
    [changed('text_config', { hidden_size: '32' }), /text_config\.hidden_size must be a number, got "32"/],
    [
      changed('text_config', { num_hidden_layers: 0 }),
      /text_config\.num_hidden_layers must be a positive integer, got 0/,
    ],
    [changed('text_config', { num_key_value_heads: 3 }), /must be a multiple of num_key_value_heads 3/],
    [changed('text_config', { head_dim: 7 }), /head_dim must be even, got 7/],
    [changed('text_config', { attention_bias: true }), /attention_bias must be false/],
    [changed('text_config', { hidden_act: 'gelu' }), /hidden_act must be "silu".*got "gelu"/],
    [
      changed('text_config', { rope_parameters: { rope_type: 'yarn' } }),
      /rope_type must be "default", got "yarn"/,
    ],
    [changed('vision_config', { hidden_act: 'gelu' }), /vision_config\.hidden_act/],
    [changed('vision_config', { num_channels: 1 }), /num_channels must be 3, got 1/],
    [changed('vision_config', { hidden_size: 30 }), /multiple of num_attention_heads 4/],
    [
      changed('vision_config', { image_size: 20 }),
      /image_size 20 \/ patch_size 4 must be a multiple of scale_factor 2/,
    ],
    [changed(null, { image_token_id: 500 }), /image_token_id 500 is outside the vocabulary of 128/],
  ])('refuses what is wrong or not built, by name (%#)', (json, message) => {
    expect(() => readConfig(json)).toThrow(message);
  });
});

import { describe, expect, it } from 'vitest';
import { readPreprocessing, toPixelValues, writePreprocessing } from './preprocess.ts';
import type { PolicyConfig } from './types.ts';

const config: PolicyConfig = {
  image_token_id: 3,
  scale_factor: 2,
  tie_word_embeddings: true,
  vision: {
    hidden_size: 8,
    intermediate_size: 16,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_channels: 3,
    image_size: 48,
    patch_size: 8,
    layer_norm_eps: 1e-6,
  },
  text: {
    vocab_size: 10,
    hidden_size: 8,
    intermediate_size: 16,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    head_dim: 4,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    max_position_embeddings: 64,
    bos_token_id: 1,
    eos_token_id: 2,
    pad_token_id: 0,
  },
};

describe('toPixelValues', () => {
  it('lays channels out plane by plane and normalises each with its own mean and std', () => {
    const data = new Uint8ClampedArray([255, 0, 51, 255, 0, 255, 51, 255, 0, 0, 51, 255, 255, 255, 51, 255]);
    const preprocessing = { imageSize: 2, mean: [0.5, 0, 0.2], std: [0.5, 1, 2] } as const;
    const image = { width: 2, height: 2, data };
    const values = toPixelValues([image, image], preprocessing);
    expect(values).toHaveLength(2 * 3 * 4);
    const one = [1, -1, -1, 1, 0, 1, 0, 1, 0, 0, 0, 0];
    for (let i = 0; i < 24; i++) expect(values[i]).toBeCloseTo(one[i % 12], 6);
  });

  it('squashes any size to the square', () => {
    const image = { width: 5, height: 9, data: new Uint8ClampedArray(5 * 9 * 4).fill(255) };
    const values = toPixelValues([image], { imageSize: 4, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
    expect([...values]).toEqual(new Array(48).fill(1));
  });
});

describe('readPreprocessing', () => {
  it("takes the model's image size and SigLIP's mean and std when the file is absent or silent", () => {
    const expected = { imageSize: 48, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
    expect(readPreprocessing(null, config)).toEqual(expected);
    expect(readPreprocessing({ size: { longest_edge: 2048 } }, config)).toEqual(expected);
  });

  it('reads back what writePreprocessing wrote, through JSON', () => {
    const preprocessing = { imageSize: 48, mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] } as const;
    const json: unknown = JSON.parse(JSON.stringify(writePreprocessing(preprocessing)));
    expect(readPreprocessing(json, config)).toEqual(preprocessing);
  });

  it('turns do_normalize: false into mean 0 and std 1', () => {
    const { mean, std } = readPreprocessing({ do_normalize: false, image_mean: [9, 9, 9] }, config);
    expect([mean, std]).toEqual([
      [0, 0, 0],
      [1, 1, 1],
    ]);
  });

  it.each([
    [{ do_image_splitting: true }, /do_image_splitting is true.*Set it to false/],
    [{ do_rescale: false }, /do_rescale is false/],
    [{ rescale_factor: 1 }, /rescale_factor is 1/],
    [{ image_mean: [0.5, 0.5] }, /"image_mean" is \[0.5,0.5\]; give three numbers/],
    [{ image_mean: 'x' }, /"image_mean" is "x"/],
    [{ image_std: [0.5, 0, 0.5] }, /"image_std" is \[0.5,0,0.5\]; every value/],
    [[1], /must hold a JSON object/],
  ])('refuses %j by name', (json, message) => {
    expect(() => readPreprocessing(json, config)).toThrow(message);
  });
});

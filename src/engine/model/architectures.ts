/** Shapes of the policies that the presets train from scratch; `pebr` has none, its policy is a given checkpoint. */
import type { PolicyConfig } from './types.ts';

export interface Shape {
  readonly image: number;
  readonly patch: number;
  readonly width: number;
  readonly visionLayers: number;
  readonly textLayers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly visionMlp: number;
  readonly textMlp: number;
  readonly positions: number;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  nano: {
    image: 24,
    patch: 4,
    width: 32,
    visionLayers: 2,
    textLayers: 2,
    heads: 4,
    keyValueHeads: 2,
    visionMlp: 64,
    textMlp: 88,
    positions: 256,
  },
  tiny: {
    image: 48,
    patch: 8,
    width: 64,
    visionLayers: 2,
    textLayers: 3,
    heads: 4,
    keyValueHeads: 4,
    visionMlp: 128,
    textMlp: 176,
    positions: 512,
  },
  small: {
    image: 96,
    patch: 8,
    width: 256,
    visionLayers: 4,
    textLayers: 6,
    heads: 8,
    keyValueHeads: 4,
    visionMlp: 512,
    textMlp: 704,
    positions: 1024,
  },
};

/** Config of a fresh policy for a preset and a vocabulary, and for another picture size if given, px. Specials: pad 0, bos 1, eos 2, image 3. */
export function architecture(preset: string, vocabSize: number, imageSize?: number): PolicyConfig {
  const shape = SHAPES[preset];
  if (!shape) {
    throw new Error(
      `Preset "${preset}" has no architecture to start from scratch; known: ${Object.keys(SHAPES).join(', ')}.`,
    );
  }
  return architectureOf(imageSize === undefined ? shape : { ...shape, image: imageSize }, vocabSize);
}

/** The same for any shape. */
export function architectureOf(shape: Shape, vocabSize: number): PolicyConfig {
  return {
    image_token_id: 3,
    scale_factor: 2,
    tie_word_embeddings: true,
    vision: {
      hidden_size: shape.width,
      intermediate_size: shape.visionMlp,
      num_hidden_layers: shape.visionLayers,
      num_attention_heads: shape.heads,
      num_channels: 3,
      image_size: shape.image,
      patch_size: shape.patch,
      layer_norm_eps: 1e-6,
    },
    text: {
      vocab_size: vocabSize,
      hidden_size: shape.width,
      intermediate_size: shape.textMlp,
      num_hidden_layers: shape.textLayers,
      num_attention_heads: shape.heads,
      num_key_value_heads: shape.keyValueHeads,
      head_dim: shape.width / shape.heads,
      rms_norm_eps: 1e-5,
      rope_theta: 10000,
      max_position_embeddings: shape.positions,
      bos_token_id: 1,
      eos_token_id: 2,
      pad_token_id: 0,
    },
  };
}

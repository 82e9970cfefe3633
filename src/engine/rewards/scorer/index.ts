/**
 * The embedded scorer behind `ImageTextScorer`: loads what `train-scorer` made. It sees pixels and text only.
 * Its threshold is the median similarity over correct train descriptions, as its config.json states.
 */
import * as tf from '@tensorflow/tfjs-core';
import { toPixelValues } from '../../model/preprocess.ts';
import { readSafetensors } from '../../model/safetensors.ts';
import type { RasterImage } from '../../tasks/types.ts';
import type { ImageTextScorer } from '../types.ts';
import { DualEncoder, type DualEncoderConfig } from './dualEncoder.ts';
import { Vocabulary } from './words.ts';

export interface ScorerConfig extends DualEncoderConfig {
  readonly id: string;
  readonly threshold: number;
  readonly maxTokens: number;
}

/** Images are squashed to the scorer's square and scaled to −1 … 1. */
export const scorerPixels = (images: RasterImage[], imageSize: number): Float32Array =>
  toPixelValues(images, { imageSize, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });

/** Pairs embedded together; bounds the memory of a call. */
const CHUNK = 128;

/** Loads the scorer's folder. Throws naming the file that is missing. */
export async function loadScorer(
  files: (name: string) => Promise<Uint8Array | null>,
): Promise<DualEncoderScorer> {
  const [config, weights] = [await files('config.json'), await files('model.safetensors')];
  if (!config || !weights) {
    throw new Error(
      `The scorer's ${config ? 'model.safetensors' : 'config.json'} is missing; make it with train-scorer.`,
    );
  }
  const parsed = JSON.parse(new TextDecoder().decode(config)) as ScorerConfig; // our own file
  return new DualEncoderScorer(parsed, new DualEncoder(parsed, readSafetensors(weights)));
}

export class DualEncoderScorer implements ImageTextScorer {
  readonly id: string;
  readonly threshold: number;
  readonly maxTokens: number;
  readonly #encoder: DualEncoder;
  readonly #vocabulary: Vocabulary;

  constructor(config: ScorerConfig, encoder: DualEncoder) {
    this.id = config.id;
    this.threshold = config.threshold;
    this.maxTokens = config.maxTokens;
    this.#encoder = encoder;
    this.#vocabulary = new Vocabulary(config.words);
  }

  async score(images: readonly RasterImage[], texts: readonly string[]): Promise<Float32Array> {
    if (images.length !== texts.length) {
      throw new Error(`score takes as many images as texts; got ${images.length} and ${texts.length}.`);
    }
    const out = new Float32Array(images.length);
    for (let from = 0; from < images.length; from += CHUNK) {
      out.set(
        await this.#scoreChunk(images.slice(from, from + CHUNK), texts.slice(from, from + CHUNK)),
        from,
      );
    }
    return out;
  }

  async patchScores(image: RasterImage, text: string): Promise<Float32Array> {
    const similarities = tf.tidy(() =>
      this.#encoder.patchSimilarities(this.#pixels([image]), this.#encoder.embedTexts([this.#ids(text)])),
    );
    return readBack(similarities);
  }

  dispose(): void {
    this.#encoder.dispose();
  }

  async #scoreChunk(images: readonly RasterImage[], texts: readonly string[]): Promise<Float32Array> {
    // Rollouts of a group share their picture, and often their description: each is embedded once.
    const distinctImages = [...new Set(images)];
    const distinctTexts = [...new Set(texts)];
    const similarities = tf.tidy(() => {
      const pictures = this.#encoder.embedImages(this.#pixels(distinctImages));
      const words = this.#encoder.embedTexts(distinctTexts.map((text) => this.#ids(text)));
      return tf.matMul(pictures, words, false, true);
    });
    const values = await readBack(similarities);
    return Float32Array.from(
      images,
      (image, i) =>
        values[distinctImages.indexOf(image) * distinctTexts.length + distinctTexts.indexOf(texts[i])],
    );
  }

  #ids(text: string): number[] {
    return this.#vocabulary.encode(text, this.maxTokens);
  }
  #pixels(images: RasterImage[]): tf.Tensor4D {
    const { imageSize } = this.#encoder.config;
    return tf.tensor4d(scorerPixels(images, imageSize), [images.length, 3, imageSize, imageSize]);
  }
}

async function readBack(tensor: tf.Tensor): Promise<Float32Array> {
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return values;
}

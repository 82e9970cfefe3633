/**
 * The embedded scorer behind `ImageTextScorer`: loads what `train-scorer` made. It sees pixels and text only.
 * Its threshold is the median similarity over correct train descriptions, as its config.json states.
 *
 * Words: **entry** what stands between two commas of a description · **patch** a square of the picture ·
 * **salience** how much a patch shows · **similarity** of a picture and a text, in [0, 1] (`match.ts`).
 */
import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../compute/ops/linear.ts';
import { toPixelValues } from '../../model/preprocess.ts';
import { readSafetensors } from '../../model/safetensors.ts';
import type { NamedTensors } from '../../model/types.ts';
import type { RasterImage } from '../../tasks/types.ts';
import type { ImageTextScorer } from '../types.ts';
import { DualEncoder } from './dualEncoder.ts';
import { bestOfEntries, similarityOf } from './match.ts';
import type { DualEncoderConfig } from './parameters.ts';
import { Vocabulary, entriesOf, entryKeys } from './words.ts';

export interface ScorerConfig extends DualEncoderConfig {
  readonly id: string;
  readonly threshold: number;
  readonly maxTokens: number;
}

/** Measure → value; those of a suite are named `measure/suite`. */
export type ScorerMeasures = Readonly<Record<string, number>>;

/** The measures of the card as data, beside it. */
export const MEASURES_FILE = 'measures.json';

/** Version of the folder's files: its config.json says which. */
export const SCORER_FORMAT = 2;

/** Images are squashed to the scorer's square and scaled to −1 … 1. */
export const scorerPixels = (images: readonly RasterImage[], imageSize: number): Float32Array =>
  toPixelValues(images, { imageSize, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });

/** Pairs scored together; bounds the memory of a call. */
const CHUNK = 128;

/** The config and weights of a scorer's folder. Throws naming the file that is missing or of another version. */
export async function readScorer(
  files: (name: string) => Promise<Uint8Array | null>,
): Promise<{ config: ScorerConfig; parameters: NamedTensors }> {
  const [config, weights] = [await files('config.json'), await files('model.safetensors')];
  if (!config || !weights) {
    throw new Error(
      `The scorer's ${config ? 'model.safetensors' : 'config.json'} is missing; make it with train-scorer.`,
    );
  }
  // Our own file, once its version is ours.
  const parsed = JSON.parse(new TextDecoder().decode(config)) as ScorerConfig & { readonly format?: number };
  if (parsed.format !== SCORER_FORMAT) {
    throw new Error(
      `The scorer's config.json has format ${String(parsed.format)}, this program reads ${SCORER_FORMAT}; make it anew with train-scorer.`,
    );
  }
  return { config: parsed, parameters: readSafetensors(weights) };
}

/** What the scorer's makers measured, as its card shows it; nothing where the folder has no such file. */
async function readMeasures(files: (name: string) => Promise<Uint8Array | null>): Promise<ScorerMeasures> {
  const file = await files(MEASURES_FILE);
  // Our own file, written with the scorer.
  return file ? (JSON.parse(new TextDecoder().decode(file)) as ScorerMeasures) : {};
}

/** Loads the scorer's folder; throws as `readScorer`. */
export async function loadScorer(
  files: (name: string) => Promise<Uint8Array | null>,
): Promise<DualEncoderScorer> {
  const { config, parameters } = await readScorer(files);
  return new DualEncoderScorer(config, new DualEncoder(config, parameters), await readMeasures(files));
}

/** Cosines of every entry with every patch of a picture, and the patches' saliences. */
interface Seen {
  /** Entry key → cosine of each patch. */
  readonly cosines: (key: string) => Float32Array;
  readonly salience: Float32Array;
}

export class DualEncoderScorer implements ImageTextScorer {
  readonly id: string;
  readonly threshold: number;
  readonly maxTokens: number;
  readonly #encoder: DualEncoder;
  readonly #vocabulary: Vocabulary;
  readonly #measures: ScorerMeasures;

  constructor(config: ScorerConfig, encoder: DualEncoder, measures: ScorerMeasures = {}) {
    this.id = config.id;
    this.threshold = config.threshold;
    this.maxTokens = config.maxTokens;
    this.#encoder = encoder;
    this.#vocabulary = new Vocabulary(config.words);
    this.#measures = measures;
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
    const keys = this.#keys(text);
    const [{ cosines }] = await this.#look([image], keys);
    return bestOfEntries(keys.map(cosines), this.#encoder.patchCount);
  }

  patchHitRate(suite: string): number | null {
    return this.#measures[`patch_hit_rate/${suite}`] ?? null;
  }

  dispose(): void {
    this.#encoder.dispose();
  }

  async #scoreChunk(images: readonly RasterImage[], texts: readonly string[]): Promise<Float32Array> {
    // Rollouts of a group share their picture, and most of their entries: each is embedded once.
    const distinct = [...new Set(images)];
    const keys = new Map(texts.map((text) => [text, this.#keys(text)]));
    const seen = await this.#look(distinct, [...keys.values()].flat());
    const places = new Map(distinct.map((image, i) => [image, seen[i]]));
    return Float32Array.from(images, (image, i) => {
      const { cosines, salience } = places.get(image)!;
      return similarityOf(keys.get(texts[i])!.map(cosines), salience);
    });
  }

  /** What is seen in each picture of every entry. */
  async #look(images: readonly RasterImage[], keys: readonly string[]): Promise<Seen[]> {
    const distinct = [...new Set(keys)];
    const patches = this.#encoder.patchCount;
    const { cosines, salience } = tf.tidy(() => {
      const seen = this.#encoder.embedPatches(this.#pixels(images));
      const rows = tf.reshape<tf.Rank.R2>(seen.patches, [images.length * patches, -1]);
      const entries =
        distinct.length === 0
          ? tf.zeros<tf.Rank.R2>([1, this.#encoder.config.embedding])
          : this.#encoder.embedEntries(distinct.map((key) => this.#vocabulary.encode(key)));
      return { cosines: linear(entries, rows), salience: seen.salience };
    });
    // [entries, images × patches]
    const values = await readBack(cosines);
    const saliences = await readBack(salience);
    const order = new Map(distinct.map((key, index) => [key, index]));
    return images.map((_, i) => ({
      cosines: (key) => {
        const from = (order.get(key)! * images.length + i) * patches;
        return values.subarray(from, from + patches);
      },
      salience: saliences.subarray(i * patches, (i + 1) * patches),
    }));
  }

  #keys(text: string): string[] {
    return entryKeys(entriesOf(text, this.maxTokens));
  }
  #pixels(images: readonly RasterImage[]): tf.Tensor4D {
    const { imageSize } = this.#encoder.config;
    return tf.tensor4d(scorerPixels(images, imageSize), [images.length, 3, imageSize, imageSize]);
  }
}

async function readBack(tensor: tf.Tensor): Promise<Float32Array> {
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return values;
}

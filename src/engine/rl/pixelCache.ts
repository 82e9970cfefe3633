/** Model-ready pixels of samples, made once each: rasterising and resizing cost more than a forward of a small model. */
import { toPixelValues } from '../model/preprocess.ts';
import type { ImagePreprocessing } from '../model/types.ts';
import type { Sample } from '../tasks/types.ts';

const DEFAULT_BYTES = 256 * 1024 * 1024;

export class PixelCache {
  readonly #preprocessing: ImagePreprocessing;
  readonly #pixels = new Map<string, Float32Array>();
  readonly #capacity: number;

  constructor(preprocessing: ImagePreprocessing, maxBytes = DEFAULT_BYTES) {
    this.#preprocessing = preprocessing;
    this.#capacity = Math.max(1, Math.floor(maxBytes / (preprocessing.imageSize ** 2 * 3 * 4)));
  }

  /** [B, 3, S, S] values of each sample's first image, in order. Errors name the sample. */
  async batch(samples: readonly Sample[]): Promise<Float32Array> {
    const size = this.#preprocessing.imageSize ** 2 * 3;
    const out = new Float32Array(samples.length * size);
    for (const [index, sample] of samples.entries()) {
      out.set(await this.#one(sample), index * size);
    }
    return out;
  }

  async #one(sample: Sample): Promise<Float32Array> {
    const cached = this.#pixels.get(sample.qid);
    if (cached) return cached;
    const source = sample.images[0];
    if (!source) throw new Error(`Sample ${sample.qid} has no image; give it one in "images".`);
    const pixels = toPixelValues([await source.load()], this.#preprocessing);
    if (this.#pixels.size >= this.#capacity) {
      const oldest = this.#pixels.keys().next();
      if (!oldest.done) this.#pixels.delete(oldest.value);
    }
    this.#pixels.set(sample.qid, pixels);
    return pixels;
  }
}

/** Decoded images, the recently used ones kept. */
import { decodeImage } from '../images/index.ts';
import type { RasterImage } from '../types.ts';
import type { FileEntry } from './types.ts';

/** Sixteen megapixels: a few photos, or all of a set of small pictures. */
const DEFAULT_BYTES = 64_000_000;

export class ImageCache {
  readonly #capacity: number;
  /** Least recently used first. */
  readonly #images = new Map<FileEntry, { readonly image: Promise<RasterImage>; bytes: number }>();
  #bytes = 0;

  constructor(capacity = DEFAULT_BYTES) {
    this.#capacity = capacity;
  }

  /** Decodes at most once at a time; a failure is not kept. */
  load(file: FileEntry): Promise<RasterImage> {
    const known = this.#images.get(file);
    if (known) {
      this.#images.delete(file);
      this.#images.set(file, known);
      return known.image;
    }
    const image = file.bytes().then((bytes) => decodeImage(bytes, file.path));
    const entry = { image, bytes: 0 };
    this.#images.set(file, entry);
    image.then(
      ({ data }) => {
        entry.bytes = data.length;
        this.#bytes += data.length;
        this.#shrink();
      },
      () => this.#images.delete(file),
    );
    return image;
  }

  #shrink(): void {
    for (const [file, { bytes }] of this.#images) {
      if (this.#bytes <= this.#capacity) return;
      // 0: still being decoded, counted when it is done.
      if (bytes === 0) continue;
      this.#images.delete(file);
      this.#bytes -= bytes;
    }
  }
}

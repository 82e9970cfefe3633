/** What an image file is, before it is decoded: format by content, size, damage, limits. */
import { inspectJpeg } from './inspectJpeg.ts';
import { inspectPng } from './inspectPng.ts';
import { inspectWebp } from './inspectWebp.ts';

export type ImageFormat = 'png' | 'jpeg' | 'webp';

export interface ImageHeader {
  readonly format: ImageFormat;
  /** Pixels, after the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Exif orientation 1…8; 1 but for JPEG. */
  readonly orientation: number;
}

/** Decoding takes 4 bytes a pixel twice over; above this a browser tab may die of it. */
export const MAX_PIXELS = 64_000_000;

/** Files above this are refused unread. */
const MAX_IMAGE_BYTES = 20_000_000;

/** Throws `image "path" …`, with what to do, when a file of `size` bytes is too large to be read. */
export function refuseLargeImage(size: number, path: string): void {
  if (size <= MAX_IMAGE_BYTES) return;
  throw new Error(
    `image ${JSON.stringify(path)} has ${(size / 1e6).toFixed(1)} MB, the limit is ${MAX_IMAGE_BYTES / 1e6}; save it ` +
      'smaller, the policy sees a small square of it anyway',
  );
}

/** Formats we can name but not read, by text at a position. */
const FOREIGN: readonly (readonly [name: string, at: number, magic: string])[] = [
  ['a GIF', 0, 'GIF8'],
  ['a BMP', 0, 'BM'],
  ['a TIFF', 0, 'II*\0'],
  ['a TIFF', 0, 'MM\0*'],
  ['an AVIF', 4, 'ftypavif'],
  ['a HEIC', 4, 'ftyphei'],
  ['a HEIC', 4, 'ftypmif1'],
  ['a JPEG XL', 0, '\xff\x0a'],
  ['a JPEG XL', 4, 'JXL '],
  ['an SVG', 0, '<svg'],
  ['an SVG or XML', 0, '<?xml'],
  ['a PDF', 0, '%PDF'],
  ['a Git LFS pointer (fetch the real file with `git lfs pull`)', 0, 'version https://git-lfs'],
];

/** Format by magic bytes, whatever the file's name says; throws on any other content. */
function sniff(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new Error('is empty (0 bytes); copy or save it again');
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('\xff\xd8')) return 'jpeg';
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp';
  const foreign = FOREIGN.find(([, at, magic]) => head.startsWith(magic, at));
  const found = foreign
    ? `is ${foreign[0]}`
    : `is no image we know (it starts with ${JSON.stringify(head.slice(0, 8).replace(/[^ -~]/g, '?'))})`;
  throw new Error(`${found}; PNG, JPEG and WebP are read, save it as one of them`);
}

function inspect(bytes: Uint8Array): ImageHeader {
  const format = sniff(bytes);
  switch (format) {
    case 'png':
      return { format, ...inspectPng(bytes), orientation: 1 };
    case 'webp':
      return { format, ...inspectWebp(bytes), orientation: 1 };
    case 'jpeg': {
      const { width, height, orientation } = inspectJpeg(bytes);
      // Orientations 5 to 8 lie on their side.
      return orientation < 5
        ? { format, width, height, orientation }
        : { format, width: height, height: width, orientation };
    }
    default:
      return format satisfies never;
  }
}

/**
 * Header of a whole image file. Throws `image "path" …`, with what to do, when the file is of another format, cut
 * short, damaged where its structure shows it, empty, of a kind the codecs cannot read, or above MAX_PIXELS.
 */
export function inspectImage(bytes: Uint8Array, path: string): ImageHeader {
  try {
    const header = inspect(bytes);
    const { width, height } = header;
    if (width === 0 || height === 0)
      throw new Error(`is ${width} × ${height} pixels; it must have at least one`);
    if (width * height > MAX_PIXELS) {
      const megapixels = ((width * height) / 1e6).toFixed(1);
      throw new Error(
        `has ${width} × ${height} pixels (${megapixels} megapixels), the limit is ${MAX_PIXELS / 1e6}; scale it down, ` +
          'the policy sees a small square of it anyway',
      );
    }
    return header;
  } catch (error) {
    throw new Error(
      `image ${JSON.stringify(path)} ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

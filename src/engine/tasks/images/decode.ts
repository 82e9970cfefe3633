/** An image file → upright, opaque pixels: the same in the page and in the terminal. */
import type { RasterImage } from '../types.ts';
import { runDecoder } from './codecs.ts';
import { inspectImage } from './inspect.ts';
import { orient } from './orient.ts';

/** Composites straight RGBA on white, in place; rounds half up. */
function flattenOnWhite({ data }: RasterImage): void {
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3];
    if (alpha === 255) continue;
    const white = 255 * (255 - alpha) + 127;
    for (let channel = i; channel < i + 3; channel++) {
      data[channel] = Math.floor((data[channel] * alpha + white) / 255);
    }
    data[i + 3] = 255;
  }
}

/**
 * Decodes a PNG (any colour type, 1–16 bits, interlaced, first frame of an APNG), JPEG (baseline, progressive,
 * grey; Exif orientation applied) or still WebP, told apart by content. Alpha is composited on white; 16-bit
 * channels keep their high byte; colour profiles are ignored. Throws as inspectImage does, and on damaged data.
 */
export async function decodeImage(bytes: Uint8Array, path: string): Promise<RasterImage> {
  const header = inspectImage(bytes, path);
  let stored: RasterImage;
  try {
    stored = await runDecoder(header.format, bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const format = header.format === 'webp' ? 'WebP' : header.format.toUpperCase();
    throw new Error(
      `image ${JSON.stringify(path)} cannot be decoded as ${format} (${reason}); save it again`,
    );
  }
  flattenOnWhite(stored);
  return orient(stored, header.orientation);
}

/** Exif orientation, applied. */
import type { RasterImage } from '../types.ts';

/** Upright image of a stored one. orientation 1…8 as Exif numbers them; 5…8 swap width and height. */
export function orient(image: RasterImage, orientation: number): RasterImage {
  if (orientation === 1) return image;
  const { width, height } = image;
  const swapped = orientation >= 5;
  const out = swapped ? { width: height, height: width } : { width, height };
  const from = new Uint32Array(image.data.buffer, image.data.byteOffset, width * height);
  const data = new Uint8ClampedArray(width * height * 4);
  const to = new Uint32Array(data.buffer);
  for (let y = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++) {
      // 2, 3, 7, 8 run against the stored columns (8, 7: our rows are its columns); 3, 4, 6, 7 against its rows.
      const column = swapped ? y : x;
      const row = swapped ? x : y;
      const mirrorColumn = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
      const mirrorRow = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
      const sourceX = mirrorColumn ? width - 1 - column : column;
      const sourceY = mirrorRow ? height - 1 - row : row;
      to[y * out.width + x] = from[sourceY * width + sourceX]!;
    }
  }
  return { ...out, data };
}

/** Antialiased bilinear resize: a triangle filter widened by the downscale factor, as PIL's BILINEAR. */
import type { RasterImage } from '../types.ts';

interface Axis {
  /** First input position of each output position. */
  readonly starts: Int32Array;
  /** Inputs an output position reads, at most; shorter windows are padded with weight 0. */
  readonly taps: number;
  /** [outputs × taps], each row sums to 1. */
  readonly weights: Float64Array;
}

/** Windows and weights along one axis. Source: Pillow's Resample.c, precompute_coeffs with the bilinear filter. */
function axisWeights(input: number, output: number): Axis {
  const scale = input / output;
  const support = Math.max(scale, 1);
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(output);
  const weights = new Float64Array(output * taps);
  for (let out = 0; out < output; out++) {
    const center = (out + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(input, Math.trunc(center + support + 0.5));
    let sum = 0;
    for (let i = start; i < end; i++) {
      const weight = Math.max(0, 1 - Math.abs((i + 0.5 - center) / support));
      weights[out * taps + i - start] = weight;
      sum += weight;
    }
    for (let i = start; i < end; i++) weights[out * taps + i - start] /= sum;
    starts[out] = start;
  }
  return { starts, taps, weights };
}

/** Rows [H × W × RGBA] → [H × width × RGB], unrounded. */
function resizeRows(image: RasterImage, width: number): Float32Array {
  const { starts, taps, weights } = axisWeights(image.width, width);
  const { data } = image;
  const out = new Float32Array(image.height * width * 3);
  let to = 0;
  for (let y = 0; y < image.height; y++) {
    const row = y * image.width;
    for (let x = 0; x < width; x++) {
      const start = starts[x];
      const count = Math.min(taps, image.width - start);
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = 0, from = (row + start) * 4; tap < count; tap++, from += 4) {
        const weight = weights[x * taps + tap];
        red += weight * data[from];
        green += weight * data[from + 1];
        blue += weight * data[from + 2];
      }
      out[to++] = red;
      out[to++] = green;
      out[to++] = blue;
    }
  }
  return out;
}

/**
 * Squashes an opaque image to width × height (the aspect ratio is not kept; alpha is taken as 255).
 * Accumulates in float and rounds once, half up, so values may differ by 1 from PIL's 8-bit path, which also
 * rounds between its two passes. An image that already has the size is returned as it is.
 */
export function resizeBilinear(image: RasterImage, width: number, height: number): RasterImage {
  if (image.width === width && image.height === height) return image;
  const rows = resizeRows(image, width);
  const { starts, taps, weights } = axisWeights(image.height, height);
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const stride = width * 3;
  const line = new Float64Array(stride);
  for (let y = 0; y < height; y++) {
    const start = starts[y];
    const count = Math.min(taps, image.height - start);
    line.fill(0);
    for (let tap = 0; tap < count; tap++) {
      const weight = weights[y * taps + tap];
      const from = (start + tap) * stride;
      for (let i = 0; i < stride; i++) line[i] += weight * rows[from + i];
    }
    for (let x = 0; x < width; x++) {
      const to = (y * width + x) * 4;
      for (let channel = 0; channel < 3; channel++)
        data[to + channel] = Math.floor(line[x * 3 + channel] + 0.5);
    }
  }
  return { width, height, data };
}

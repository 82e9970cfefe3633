import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RasterImage } from '../types.ts';
import { resizeBilinear } from './resize.ts';

interface Case {
  width: number;
  height: number;
  rgb: number[];
  toWidth: number;
  toHeight: number;
  expected: number[];
  expected8bit: number[];
}
const path = new URL('../../../../fixtures/images/resize-bilinear.json', import.meta.url);
// The fixture's shape is ours.
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };

function raster(width: number, height: number, rgb: ArrayLike<number>): RasterImage {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) for (let c = 0; c < 3; c++) data[i * 4 + c] = rgb[i * 3 + c]!;
  return { width, height, data };
}

describe('resizeBilinear against Pillow', () => {
  for (const one of cases) {
    it(`${one.width}×${one.height} → ${one.toWidth}×${one.toHeight}`, () => {
      const out = resizeBilinear(raster(one.width, one.height, one.rgb), one.toWidth, one.toHeight);
      expect([out.width, out.height]).toEqual([one.toWidth, one.toHeight]);
      for (let i = 0; i < one.toWidth * one.toHeight; i++) {
        for (let c = 0; c < 3; c++) {
          const value = out.data[i * 4 + c];
          expect(Math.abs(value - one.expected[i * 3 + c])).toBeLessThanOrEqual(0.501);
          expect(Math.abs(value - one.expected8bit[i * 3 + c])).toBeLessThanOrEqual(1);
        }
        expect(out.data[i * 4 + 3]).toBe(255);
      }
    });
  }
});

it('keeps a constant image constant, edges included', () => {
  const out = resizeBilinear(raster(37, 21, new Array(37 * 21 * 3).fill(93)), 10, 48);
  for (let i = 0; i < out.data.length; i += 4)
    expect([...out.data.slice(i, i + 4)]).toEqual([93, 93, 93, 255]);
});

it('returns an image of the asked size untouched', () => {
  const image = raster(2, 2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(resizeBilinear(image, 2, 2)).toBe(image);
});

it('brings 20 megapixels to 48 × 48 in well under five seconds', () => {
  const image = { width: 5000, height: 4000, data: new Uint8ClampedArray(5000 * 4000 * 4).fill(120) };
  const start = performance.now();
  const out = resizeBilinear(image, 48, 48);
  expect(performance.now() - start).toBeLessThan(5000);
  expect(out.data[0]).toBe(120);
});

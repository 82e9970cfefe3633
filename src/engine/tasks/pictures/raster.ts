import type { RasterImage } from '../types.ts';
import type { Atlas } from './atlas.ts';
import { EMOJI_SIDE } from './emoji.ts';
import type { PlacedEmoji, Scene } from './layout.ts';

/** Side of a rendered picture, pixels: two for each of the policy's. */
export const PICTURE_SIDE = 128;

type Color = readonly [number, number, number];

/** Backdrops, sRGB: light, but none so light that a white emoji is lost on it. */
const BACKDROPS: readonly Color[] = [
  [196, 216, 236],
  [232, 214, 190],
  [220, 206, 234],
  [206, 224, 208],
  [236, 208, 206],
  [208, 212, 218],
];
/** Lightest and darkest point of a backdrop, as factors of its colour. */
const LIT = 1.05;
const UNLIT = 0.92;
const SHADOW_OPACITY = 0.28;

/** Draws a picture: backdrop, soft shadows, then the emoji. Opaque RGBA. Throws when the atlas lacks an emoji. */
export function render(scene: Scene, atlas: Atlas): RasterImage {
  const side = PICTURE_SIDE;
  const data = new Uint8ClampedArray(side * side * 4);
  backdrop(data, scene);
  for (const placed of scene.placed) shadow(data, placed);
  for (const placed of scene.placed) stamp(data, placed, atlas);
  return { width: side, height: side, data };
}

/** One colour, lit from above and a little from one side. */
function backdrop(data: Uint8ClampedArray, { hue, slant }: Scene): void {
  const color = BACKDROPS[Math.floor(hue * BACKDROPS.length)];
  for (let y = 0; y < PICTURE_SIDE; y++) {
    for (let x = 0; x < PICTURE_SIDE; x++) {
      const depth = y / PICTURE_SIDE + (slant - 0.5) * (x / PICTURE_SIDE - 0.5);
      const light = LIT + (UNLIT - LIT) * Math.max(0, Math.min(1, depth));
      data.set([color[0] * light, color[1] * light, color[2] * light, 255], 4 * (y * PICTURE_SIDE + x));
    }
  }
}

/** A soft flat ellipse at the emoji's foot. */
function shadow(data: Uint8ClampedArray, { x, y, side }: PlacedEmoji): void {
  const radiusX = 0.46 * side * PICTURE_SIDE;
  const radiusY = 0.13 * side * PICTURE_SIDE;
  const [centreX, centreY] = [x * PICTURE_SIDE, (y + 0.45 * side) * PICTURE_SIDE];
  eachPixel(centreX, centreY, radiusX, radiusY, (px, py, at) => {
    const distance = Math.hypot((px - centreX) / radiusX, (py - centreY) / radiusY);
    const keep = 1 - SHADOW_OPACITY * Math.max(0, 1 - distance);
    for (let channel = 0; channel < 3; channel++) data[at + channel] *= keep;
  });
}

/** The emoji, scaled to its side. */
function stamp(data: Uint8ClampedArray, { emoji, x, y, side }: PlacedEmoji, atlas: Atlas): void {
  const pixels = atlas.get(emoji.name);
  if (pixels === undefined) throw new Error(`atlas: no drawing of ${emoji.name}; make atlasData.ts anew`);
  const radius = (side / 2) * PICTURE_SIDE;
  const [centreX, centreY] = [x * PICTURE_SIDE, y * PICTURE_SIDE];
  eachPixel(centreX, centreY, radius, radius, (px, py, at) => {
    const u = ((px - centreX) / (2 * radius) + 0.5) * EMOJI_SIDE;
    const v = ((py - centreY) / (2 * radius) + 0.5) * EMOJI_SIDE;
    const [red, green, blue, opacity] = sampleAt(pixels, u, v);
    [red, green, blue].forEach((value, channel) => {
      data[at + channel] = value + (1 - opacity) * data[at + channel];
    });
  });
}

/** Bilinear, at (u, v) px of a drawing: red, green, blue times opacity (0 to 255), and opacity (0 to 1). */
function sampleAt(pixels: Uint8ClampedArray, u: number, v: number): [number, number, number, number] {
  const [left, top] = [Math.floor(u - 0.5), Math.floor(v - 0.5)];
  const sum: [number, number, number, number] = [0, 0, 0, 0];
  for (const [dx, dy] of CORNERS) {
    const [px, py] = [left + dx, top + dy];
    if (px < 0 || py < 0 || px >= EMOJI_SIDE || py >= EMOJI_SIDE) continue;
    const at = 4 * (py * EMOJI_SIDE + px);
    const share = (1 - Math.abs(u - 0.5 - px)) * (1 - Math.abs(v - 0.5 - py)) * (pixels[at + 3] / 255);
    for (let channel = 0; channel < 3; channel++) sum[channel] += share * pixels[at + channel];
    sum[3] += share;
  }
  return sum;
}

const CORNERS = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
] as const;

/** Calls `visit` with the centre of every pixel within reach of a point, and its place in the data. */
function eachPixel(
  centreX: number,
  centreY: number,
  radiusX: number,
  radiusY: number,
  visit: (x: number, y: number, at: number) => void,
): void {
  const first = (value: number): number => Math.max(0, Math.floor(value));
  const last = (value: number): number => Math.min(PICTURE_SIDE - 1, Math.ceil(value));
  for (let y = first(centreY - radiusY); y <= last(centreY + radiusY); y++) {
    for (let x = first(centreX - radiusX); x <= last(centreX + radiusX); x++) {
      visit(x + 0.5, y + 0.5, 4 * (y * PICTURE_SIDE + x));
    }
  }
}

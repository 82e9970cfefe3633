import type { RasterImage } from '../types.ts';
import type { PlacedObject, Scene } from './layout.ts';
import { intersect } from './solids.ts';
import type { Hit } from './solids.ts';

/** Side of a rendered picture, pixels. */
export const PICTURE_SIDE = 96;

/** Surface colours, sRGB; CLEVR's, where need be moved apart so that they can be told at 8 px. */
export const SURFACE: Readonly<Record<string, readonly [number, number, number]>> = {
  gray: [112, 114, 118],
  red: [206, 38, 38],
  blue: [42, 82, 226],
  green: [28, 134, 40],
  brown: [132, 80, 34],
  purple: [142, 44, 206],
  cyan: [36, 205, 212],
  yellow: [250, 214, 34],
};

/** Sub-pixel positions of the rays, a rotated grid. */
const RAYS = [
  [0.125, 0.375],
  [0.375, 0.875],
  [0.625, 0.125],
  [0.875, 0.625],
] as const;

/** Towards the key light, in view axes; unit length. */
const LIGHT = normalise([-0.5, 0.68, 0.62]);
/** Halfway between light and camera: where a highlight shows. */
const HALFWAY = normalise([LIGHT[0], LIGHT[1], LIGHT[2] + 1]);

/** Draws a scene: backdrop, soft shadows, then each object by casting rays inside its box. Opaque RGBA. */
export function render(scene: Scene): RasterImage {
  const side = PICTURE_SIDE;
  const linear = new Float32Array(side * side * 3);
  backdrop(linear, scene);
  for (const object of scene.objects) shadow(linear, object);
  for (const object of scene.objects) solid(linear, object);
  const data = new Uint8ClampedArray(side * side * 4);
  for (let i = 0; i < side * side; i++) {
    data[4 * i] = encode(linear[3 * i]);
    data[4 * i + 1] = encode(linear[3 * i + 1]);
    data[4 * i + 2] = encode(linear[3 * i + 2]);
    data[4 * i + 3] = 255;
  }
  return { width: side, height: side, data };
}

/** Display values are squared for light to add up in, and rooted back: a cheap gamma. */
function encode(light: number): number {
  return 255 * Math.sqrt(Math.max(0, light));
}

/** A floor lit from the upper left, a little different in every scene. */
function backdrop(linear: Float32Array, { warmth, brightness }: Scene): void {
  const level = 0.8 + 0.05 * brightness;
  const red = level * (1 + 0.025 * (warmth - 0.5));
  const blue = level * (1 - 0.05 * (warmth - 0.5));
  for (let y = 0; y < PICTURE_SIDE; y++) {
    for (let x = 0; x < PICTURE_SIDE; x++) {
      const dx = x / PICTURE_SIDE - 0.4;
      const dy = y / PICTURE_SIDE - 0.3;
      const fade = 1.05 - 0.32 * (dx * dx + dy * dy);
      const at = 3 * (y * PICTURE_SIDE + x);
      linear[at] = red * fade * red * fade;
      linear[at + 1] = level * fade * level * fade;
      linear[at + 2] = blue * fade * blue * fade;
    }
  }
}

/** A soft ellipse on the floor, cast to the lower right. */
function shadow(linear: Float32Array, object: PlacedObject): void {
  const radiusX = object.halfWidth * 1.02 + object.size * 0.1;
  const radiusY = object.size * 0.3;
  const centreX = object.x + object.size * 0.12;
  const centreY = object.y + object.halfHeight - object.size * 0.22;
  eachPixel(centreX, centreY, radiusX, radiusY, (x, y, at) => {
    const u = ((x + 0.5) / PICTURE_SIDE - centreX) / radiusX;
    const v = ((y + 0.5) / PICTURE_SIDE - centreY) / radiusY;
    const inside = Math.max(0, 1 - u * u - v * v);
    const light = 1 - 0.5 * inside * (2 - inside);
    for (let channel = 0; channel < 3; channel++) linear[at + channel] *= light;
  });
}

function solid(linear: Float32Array, object: PlacedObject): void {
  const shape = object.attributes['shape'] ?? '';
  const metal = object.attributes['material'] === 'metal';
  const [r, g, b] = SURFACE[object.attributes['color'] ?? ''] ?? [0, 0, 0];
  const surface = [(r / 255) ** 2, (g / 255) ** 2, (b / 255) ** 2] as const;
  const hit: Hit = { z: 0, nx: 0, ny: 0, nz: 0 };
  const scale = 1 / (PICTURE_SIDE * object.size);
  eachPixel(object.x, object.y, object.halfWidth, object.halfHeight, (x, y, at) => {
    let rays = 0;
    let red = 0;
    let green = 0;
    let blue = 0;
    for (const [dx, dy] of RAYS) {
      const u = (x + dx - object.x * PICTURE_SIDE) * scale;
      const v = (object.y * PICTURE_SIDE - y - dy) * scale;
      if (!intersect(shape, object.yaw, u, v, hit)) continue;
      const lamp = metal ? stripLamp(shape, hit, u, v) : 0;
      const body = metal ? metalBody(hit) + 0.8 * lamp : rubberBody(hit);
      const gloss = metal ? metalGloss(hit) + 0.32 * lamp : rubberGloss(hit);
      rays++;
      red += surface[0] * body + gloss;
      green += surface[1] * body + gloss;
      blue += surface[2] * body + gloss;
    }
    if (rays === 0) return;
    const uncovered = RAYS.length - rays;
    linear[at] = (red + uncovered * linear[at]) / RAYS.length;
    linear[at + 1] = (green + uncovered * linear[at + 1]) / RAYS.length;
    linear[at + 2] = (blue + uncovered * linear[at + 2]) / RAYS.length;
  });
}

function lambert({ nx, ny, nz }: Hit): number {
  return Math.max(0, nx * LIGHT[0] + ny * LIGHT[1] + nz * LIGHT[2]);
}

/** Matte: soft light from everywhere and a broad key light. */
function rubberBody(hit: Hit): number {
  return 0.42 + 0.2 * hit.ny + 0.62 * lambert(hit);
}

function rubberGloss(hit: Hit): number {
  const spot = highlight(hit) ** 2;
  return 0.03 * spot * spot * spot;
}

/** Mirrors a studio: bright above, a dark horizon, a glow from the floor. */
function metalBody(hit: Hit): number {
  const up = 2 * hit.nz * hit.ny;
  const sky = smooth(-0.1, 0.75, up);
  const floor = smooth(-0.15, -0.9, up);
  return 0.16 + 0.85 * sky + 0.5 * floor + 0.35 * lambert(hit);
}

function metalGloss(hit: Hit): number {
  // Powers 2, 8 and 24 of the highlight by multiplication: a general power is most of a picture's time.
  const spot = highlight(hit) ** 2;
  const spot4 = spot * spot;
  const spot8 = spot4 * spot4;
  const rim = (1 - hit.nz) ** 2;
  return 1.1 * spot8 * spot8 * spot8 + 0.22 * spot4 + 0.12 * rim * rim;
}

/**
 * A strip lamp mirrored in metal, 0 … 1: along a cylinder's or cone's side, across a cube, whose flat faces would
 * else have one colour each and look like rubber. Spheres need none: they mirror the whole studio.
 */
function stripLamp(shape: string, { nx }: Hit, u: number, v: number): number {
  if (shape === 'sphere') return 0;
  const across = shape === 'cube' ? 1.7 * (u + 0.45 * v) : nx;
  return Math.exp(-(((across + 0.34) / 0.24) ** 2)) + 0.4 * Math.exp(-(((across - 0.72) / 0.14) ** 2));
}

function highlight({ nx, ny, nz }: Hit): number {
  return Math.max(0, nx * HALFWAY[0] + ny * HALFWAY[1] + nz * HALFWAY[2]);
}

function smooth(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** Pixels of a box, clipped to the picture; `at` is the pixel's offset in a three-channel raster. */
function eachPixel(
  centreX: number,
  centreY: number,
  halfWidth: number,
  halfHeight: number,
  visit: (x: number, y: number, at: number) => void,
): void {
  const clip = (value: number): number => Math.max(0, Math.min(PICTURE_SIDE - 1, value));
  const x1 = clip(Math.ceil((centreX + halfWidth) * PICTURE_SIDE));
  const y1 = clip(Math.ceil((centreY + halfHeight) * PICTURE_SIDE));
  for (let y = clip(Math.floor((centreY - halfHeight) * PICTURE_SIDE)); y <= y1; y++) {
    for (let x = clip(Math.floor((centreX - halfWidth) * PICTURE_SIDE)); x <= x1; x++) {
      visit(x, y, 3 * (y * PICTURE_SIDE + x));
    }
  }
}

function normalise([x, y, z]: readonly [number, number, number]): readonly [number, number, number] {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

import type { RasterImage } from '../types.ts';
import { hasInk } from './glyphs.ts';
import type { Drawing, Point } from './layout.ts';
import type { PlacedLabel } from './labels.ts';

/** Side of a rendered picture, pixels: two for each of the policy's. */
export const PICTURE_SIDE = 128;
const SCALE = PICTURE_SIDE / 64;
const LINE_HALF_WIDTH = 0.6;

type Color = readonly [number, number, number];

/** Chalk colours of the lines, sRGB; light enough on every board. */
const INKS: readonly Color[] = [
  [255, 206, 120],
  [150, 214, 255],
  [170, 236, 170],
  [255, 172, 172],
  [216, 190, 255],
  [224, 228, 232],
];
/** Boards: middling tones, so that a blank patch says little and its place much. */
const BOARDS: readonly Color[] = [
  [84, 104, 96],
  [76, 98, 124],
  [104, 94, 84],
  [94, 90, 112],
];
const TEXT: Color = [255, 255, 252];
/** How much of the line's colour fills a figure. */
const TINT = 0.12;

/** Draws a figure: board, tinted outline, lines, and labels on a cleared ground. Opaque RGBA. */
export function render(drawing: Drawing): RasterImage {
  const side = PICTURE_SIDE;
  const data = new Uint8ClampedArray(side * side * 4);
  const ink = INKS[Math.floor(drawing.ink * INKS.length)] ?? TEXT;
  const board = BOARDS[Math.floor(drawing.board * BOARDS.length)] ?? TEXT;
  for (let i = 0; i < side * side; i++) data.set([...board, 255], 4 * i);
  fill(data, drawing.outline, ink);
  for (const [a, b] of drawing.lines) line(data, a, b, ink);
  for (const label of drawing.labels) write(data, label, board);
  return { width: side, height: side, data };
}

function blend(data: Uint8ClampedArray, x: number, y: number, color: Color, opacity: number): void {
  const at = 4 * (y * PICTURE_SIDE + x);
  for (let channel = 0; channel < 3; channel++) {
    const under = data[at + channel] ?? 0;
    data[at + channel] = under + opacity * ((color[channel] ?? 0) - under);
  }
}

/** Pixels whose centre lies inside a convex outline. */
function fill(data: Uint8ClampedArray, outline: readonly Point[], color: Color): void {
  if (outline.length === 0) return;
  for (let y = 0; y < PICTURE_SIDE; y++) {
    for (let x = 0; x < PICTURE_SIDE; x++) {
      const [px, py] = [(x + 0.5) / SCALE, (y + 0.5) / SCALE];
      const sides = outline.map(([ax, ay], i) => {
        const [bx, by] = outline[(i + 1) % outline.length] ?? [ax, ay];
        return (bx - ax) * (py - ay) - (by - ay) * (px - ax);
      });
      if (sides.every((value) => value >= 0) || sides.every((value) => value <= 0)) {
        blend(data, x, y, color, TINT);
      }
    }
  }
}

/** A line with round ends, antialiased by its distance from each pixel's centre. */
function line(data: Uint8ClampedArray, [ax, ay]: Point, [bx, by]: Point, color: Color): void {
  const clip = (value: number): number => Math.max(0, Math.min(PICTURE_SIDE - 1, value));
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const x1 = clip(Math.ceil((Math.max(ax, bx) + 2) * SCALE));
  const y1 = clip(Math.ceil((Math.max(ay, by) + 2) * SCALE));
  for (let y = clip(Math.floor((Math.min(ay, by) - 2) * SCALE)); y <= y1; y++) {
    for (let x = clip(Math.floor((Math.min(ax, bx) - 2) * SCALE)); x <= x1; x++) {
      const [px, py] = [(x + 0.5) / SCALE - ax, (y + 0.5) / SCALE - ay];
      const t = square === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / square));
      const distance = Math.hypot(px - t * dx, py - t * dy);
      const opacity = Math.max(0, Math.min(1, 0.5 + (LINE_HALF_WIDTH - distance) * SCALE));
      if (opacity > 0) blend(data, x, y, color, opacity);
    }
  }
}

/** Characters at twice their pixels, on board cleared one unit around so that no line runs through them. */
function write(data: Uint8ClampedArray, { text, x, y, width, height }: PlacedLabel, board: Color): void {
  for (let v = -1; v <= height; v++) {
    for (let u = -1; u <= width; u++) {
      const inked = hasInk(text[Math.floor(u / 8)] ?? '', u % 8, v) && u % 8 < 6;
      square(data, x + u, y + v, inked ? TEXT : board);
    }
  }
}

function square(data: Uint8ClampedArray, x: number, y: number, color: Color): void {
  if (x < 0 || y < 0 || x >= 64 || y >= 64) return;
  for (let dy = 0; dy < SCALE; dy++) {
    for (let dx = 0; dx < SCALE; dx++) blend(data, x * SCALE + dx, y * SCALE + dy, color, 1);
  }
}

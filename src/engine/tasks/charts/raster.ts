import type { RasterImage } from '../types.ts';
import { GLYPH_HEIGHT, GLYPH_WIDTH, hasInk } from './glyphs.ts';
import { PITCH } from './layout.ts';
import type { Drawing, PlacedMark } from './layout.ts';

/** Side of a rendered picture, pixels: two for each of the policy's. */
export const PICTURE_SIDE = 128;
const SCALE = PICTURE_SIDE / 64;

type Color = readonly [number, number, number];
type Point = readonly [number, number];
/** A shape within a box, units of 1/64 of the picture. */
interface Shape {
  readonly from: Point;
  readonly to: Point;
  /** Signed distance from the edge, negative inside. */
  readonly distance: (x: number, y: number) => number;
}

/** Colours of marks, sRGB. */
const COLORS: Readonly<Record<string, Color>> = {
  red: [214, 44, 44],
  yellow: [236, 184, 20],
  green: [36, 140, 56],
  cyan: [40, 190, 206],
  blue: [38, 86, 206],
  purple: [138, 58, 178],
};
const PAPERS: readonly Color[] = [
  [252, 252, 250],
  [250, 246, 236],
  [240, 245, 250],
  [242, 248, 242],
];
const TEXT: Color = [16, 18, 24];
const AXIS: Color = [70, 76, 88];
const GRID: Color = [214, 218, 224];
const LINK: Color = [128, 134, 146];

const DOT_RADIUS = 3.4;
const POINT_RADIUS = 2.9;

/** Draws a chart: paper, grid, axis, marks, and labels on a cleared ground. Opaque RGBA. */
export function render(drawing: Drawing): RasterImage {
  const side = PICTURE_SIDE;
  const data = new Uint8ClampedArray(side * side * 4);
  const paper = PAPERS[Math.floor(drawing.paper * PAPERS.length)] ?? TEXT;
  for (let i = 0; i < side * side; i++) data.set([...paper, 255], 4 * i);
  for (const height of drawing.grid) paint(data, box([1, height - 0.25], [63, height + 0.25]), GRID);
  if (drawing.mark === 'point') {
    drawing.marks.slice(1).forEach(({ x, top }, i) => {
      const { x: fromX, top: fromTop } = drawing.marks[i] ?? { x, top };
      paint(data, segment([fromX, fromTop], [x, top], 0.6), LINK);
    });
  }
  for (const mark of drawing.marks) paintMark(data, mark, drawing);
  paint(data, box([1, drawing.axis], [63, drawing.axis + 0.75]), AXIS);
  for (const { label, value } of drawing.marks) {
    for (const { text, x, y } of [label, value]) write(data, text, x, y, paper);
  }
  return { width: side, height: side, data };
}

function paintMark(data: Uint8ClampedArray, { color, x, top }: PlacedMark, drawing: Drawing): void {
  const { mark, axis, halfWidth } = drawing;
  const ink = COLORS[color] ?? TEXT;
  if (mark === 'bar') {
    paint(data, box([x - halfWidth, top], [x + halfWidth, axis]), ink);
  } else {
    if (mark === 'dot') paint(data, box([x - 0.5, top], [x + 0.5, axis]), LINK);
    paint(data, disc([x, top], mark === 'dot' ? DOT_RADIUS : POINT_RADIUS), ink);
  }
}

function box(from: Point, to: Point): Shape {
  return { from, to, distance: (x, y) => Math.max(from[0] - x, x - to[0], from[1] - y, y - to[1]) };
}

function disc([cx, cy]: Point, radius: number): Shape {
  return {
    from: [cx - radius, cy - radius],
    to: [cx + radius, cy + radius],
    distance: (x, y) => Math.hypot(x - cx, y - cy) - radius,
  };
}

/** A line from left to right. */
function segment([ax, ay]: Point, [bx, by]: Point, halfWidth: number): Shape {
  const [dx, dy] = [bx - ax, by - ay];
  return {
    from: [ax - halfWidth, Math.min(ay, by) - halfWidth],
    to: [bx + halfWidth, Math.max(ay, by) + halfWidth],
    distance: (x, y) => {
      const t = Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
      return Math.hypot(x - ax - t * dx, y - ay - t * dy) - halfWidth;
    },
  };
}

/** Fills a shape, its edge antialiased over one pixel. */
function paint(data: Uint8ClampedArray, { from, to, distance }: Shape, color: Color): void {
  const clip = (value: number): number => Math.max(0, Math.min(PICTURE_SIDE - 1, value));
  const [x1, y1] = [clip(Math.ceil(to[0] * SCALE)), clip(Math.ceil(to[1] * SCALE))];
  for (let y = clip(Math.floor(from[1] * SCALE) - 1); y <= y1; y++) {
    for (let x = clip(Math.floor(from[0] * SCALE) - 1); x <= x1; x++) {
      const opacity = Math.min(1, 0.5 - distance((x + 0.5) / SCALE, (y + 0.5) / SCALE) * SCALE);
      if (opacity > 0) blend(data, x, y, color, opacity);
    }
  }
}

function blend(data: Uint8ClampedArray, x: number, y: number, color: Color, opacity: number): void {
  const at = 4 * (y * PICTURE_SIDE + x);
  for (let channel = 0; channel < 3; channel++) {
    const under = data[at + channel] ?? 0;
    data[at + channel] = under + opacity * ((color[channel] ?? 0) - under);
  }
}

/** Characters at twice their pixels, on paper cleared one unit around so that no line runs through them. */
function write(data: Uint8ClampedArray, text: string, left: number, top: number, paper: Color): void {
  const width = (text.length - 1) * PITCH + GLYPH_WIDTH;
  for (let v = -1; v <= GLYPH_HEIGHT; v++) {
    for (let u = -1; u <= width; u++) {
      const inked = hasInk(text[Math.floor(u / PITCH)] ?? '', u % PITCH, v) && u % PITCH < GLYPH_WIDTH;
      square(data, left + u, top + v, inked ? TEXT : paper);
    }
  }
}

/** One unit of the picture. */
function square(data: Uint8ClampedArray, x: number, y: number, color: Color): void {
  if (x < 0 || y < 0 || x >= 64 || y >= 64) return;
  for (let dy = 0; dy < SCALE; dy++) {
    for (let dx = 0; dx < SCALE; dx++) blend(data, x * SCALE + dx, y * SCALE + dy, color, 1);
  }
}

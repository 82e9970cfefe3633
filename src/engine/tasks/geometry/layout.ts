import type { RandomStream } from '../../random.ts';
import type { Figure } from './figures.ts';
import { GRID, placeLabels } from './labels.ts';
import type { PlacedLabel, Wish } from './labels.ts';
import { UNKNOWN } from './grammar.ts';

/** A point of the picture, in units of its side divided by 64; y grows downwards. */
export type Point = readonly [number, number];

/** A figure laid out: lines to draw, the outline to fill (may be empty), and labels in the parts' order. */
export interface Drawing {
  readonly lines: readonly (readonly [Point, Point])[];
  readonly outline: readonly Point[];
  readonly labels: readonly PlacedLabel[];
  /** 0 … 1, which of the line colours and boards. */
  readonly ink: number;
  readonly board: number;
}

/** Lines and wishes about a figure's centre, before it is turned and moved. */
interface Sketch {
  readonly lines: (readonly [Point, Point])[];
  readonly outline: readonly Point[];
  readonly wishes: readonly Wish[];
}

/** Space that a figure without its labels may take. */
const WIDEST = 42;
const HIGHEST = 32;
/** No drawn side is shorter than this share of the longest, so that its label finds room. */
const LEAST_SHARE = 0.45;
/** Turn of a figure to either side, radians. */
const TURN = 0.07;
const ARC_RADIUS = 5;
const ARC_LINES = 6;

/** Lays a figure out: true to its numbers within limits, turned and moved a little, labels on a grid of 8. */
export function arrange(figure: Figure, stream: RandomStream): Drawing {
  const scale = 0.86 + 0.14 * stream.next();
  const sketch = sketchOf(figure, scale, stream);
  const turn = TURN * (2 * stream.next() - 1);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const centre = [32 + 4 * (stream.next() - 0.5), 32 + 4 * (stream.next() - 0.5)] as const;
  const move = ([x, y]: Point): Point => [centre[0] + cos * x - sin * y, centre[1] + sin * x + cos * y];
  const lines = sketch.lines.map(([a, b]) => [move(a), move(b)] as const);
  const wishes = sketch.wishes.map((wish) => ({ ...wish, at: move(wish.at) }));
  return {
    lines,
    outline: sketch.outline.map(move),
    labels: placeLabels(wishes, lines),
    ink: stream.next(),
    board: stream.next(),
  };
}

/** Box of a label in picture fractions [x0, y0, x1, y1]. */
export function boxOf({ x, y, width, height }: PlacedLabel): readonly [number, number, number, number] {
  return [x / 64, y / 64, (x + width) / 64, (y + height) / 64];
}

function sketchOf({ shape, parts, sizes }: Figure, scale: number, stream: RandomStream): Sketch {
  const texts = parts.map(({ value }) => (value === UNKNOWN ? '?' : value));
  const [a = 1, b = 1, c = 1] = sizes;
  const text = (i: number): string => texts[i] ?? '';
  switch (shape) {
    case 'angles': {
      const [left, right] = [radians(a), radians(b)];
      const reach = Math.sin(right) / Math.sin(left + right);
      const top: Point = [reach * Math.cos(left), -reach * Math.sin(left)];
      const corners = fit([[0, 0], [1, 0], top], scale, parts[2]?.place === 'bottom');
      const middle = mean(corners);
      const arcs = corners.flatMap((corner, i) =>
        arc(corner, corners[(i + 1) % 3] ?? corner, corners[(i + 2) % 3] ?? corner),
      );
      const wishes = corners.map((corner, i) => ({ text: text(i), at: away(corner, middle, text(i)) }));
      return { lines: [...loop(corners), ...arcs], outline: corners, wishes };
    }
    case 'straight': {
      const up = stream.chance(0.5) ? 1 : -1;
      const angle = radians(Math.max(26, Math.min(154, b)));
      const vertex: Point = [-12 * Math.cos(angle), 14 * up];
      const towards = (direction: number, distance: number): Point => [
        vertex[0] + distance * Math.cos(direction),
        vertex[1] - up * distance * Math.sin(direction),
      ];
      const ends: readonly [Point, Point] = [
        [-28, vertex[1]],
        [28, vertex[1]],
      ];
      const tip = towards(angle, 32 * scale);
      const halves = [(angle + Math.PI) / 2, angle / 2];
      const wishes = halves.map((half, i) => ({
        text: text(i),
        at: towards(half, Math.max(14, Math.min(25, 9 / Math.sin(half)))),
      }));
      const arcs = [...arc(vertex, ends[1], tip), ...arc(vertex, tip, ends[0])];
      return { lines: [ends, [vertex, tip], ...arcs], outline: [], wishes };
    }
    case 'rectangle':
    case 'square': {
      const [width, height] = shape === 'square' ? [1, 1] : [share(a, b), share(b, a)];
      const corners = fit(
        [
          [0, 0],
          [width, 0],
          [width, height],
          [0, height],
        ],
        scale,
        false,
      );
      return { lines: loop(corners), outline: corners, wishes: sideWishes(parts, texts, corners) };
    }
    case 'triangle': {
      const longest = Math.max(a, b, c);
      const [left, right, base] = [share(a, longest), share(b, longest), share(c, longest)];
      const x = (left * left - right * right + base * base) / (2 * base);
      const top: Point = [x, -Math.sqrt(Math.max(0, left * left - x * x))];
      const corners = fit([[0, 0], [base, 0], top], scale, parts[2]?.place === 'top');
      const middle = mean(corners);
      const [l = middle, r = middle, t = middle] = corners;
      const wishes = [mean([l, t]), mean([r, t]), mean([l, r])].map((side, i) => ({
        text: text(i),
        at: away(side, middle, text(i)),
      }));
      return { lines: loop(corners), outline: corners, wishes };
    }
    case 'right-triangle': {
      const [width, height] = [share(a, b), share(b, a)];
      const [x, y] = [parts[1]?.place === 'left' ? 0 : width, parts[0]?.place === 'top' ? 0 : height];
      const corners = fit(
        [
          [x, y],
          [width - x, y],
          [x, height - y],
        ],
        scale,
        false,
      );
      const [corner = [0, 0], along = [0, 0], up = [0, 0]] = corners;
      const [dx, dy] = [4 * Math.sign(along[0] - corner[0]), 4 * Math.sign(up[1] - corner[1])];
      const inner: Point = [corner[0] + dx, corner[1] + dy];
      const mark: (readonly [Point, Point])[] = [
        [[inner[0], corner[1]], inner],
        [[corner[0], inner[1]], inner],
      ];
      return {
        lines: [...loop(corners), ...mark],
        outline: corners,
        wishes: sideWishes(parts, texts, corners),
      };
    }
    case 'segments':
    case 'whole': {
      const up = stream.chance(0.5) ? 1 : -1;
      const lengths = sizes.slice(0, -1);
      const longest = Math.max(...lengths);
      const drawn = lengths.map((length) => share(length, longest));
      const unit = (52 * scale) / drawn.reduce((sum, length) => sum + length, 0);
      const ends = [0];
      for (const length of drawn) ends.push((ends.at(-1) ?? 0) + length * unit);
      const half = (ends.at(-1) ?? 0) / 2;
      const ticks = ends.map((end): readonly [Point, Point] => [
        [end - half, -up * 3],
        [end - half, up * 3],
      ]);
      const below = up * 10;
      const bracket: (readonly [Point, Point])[] = [
        [
          [-half, below],
          [half, below],
        ],
        [
          [-half, below - up * 3],
          [-half, below],
        ],
        [
          [half, below - up * 3],
          [half, below],
        ],
      ];
      const wishes = texts.map((label, i): Wish => {
        if (i === lengths.length) return { text: label, at: [0, up * 17] };
        return { text: label, at: [((ends[i] ?? 0) + (ends[i + 1] ?? 0)) / 2 - half, -up * 9] };
      });
      const line: readonly [Point, Point] = [
        [-half, 0],
        [half, 0],
      ];
      return { lines: [line, ...ticks, ...bracket], outline: [], wishes };
    }
    default:
      return shape satisfies never;
  }
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

/** A length as a share of the longer one, 1 for the longer, within limits. */
function share(length: number, longest: number): number {
  return Math.max(LEAST_SHARE, Math.min(1, length / longest));
}

/** Corners scaled into the space of a figure and centred on 0. */
function fit(corners: readonly Point[], scale: number, flip: boolean): Point[] {
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => (flip ? -y : y));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const unit = scale * Math.min(WIDEST / (right - left), HIGHEST / (bottom - top));
  return corners.map((_, i) => [
    ((xs[i] ?? 0) - (left + right) / 2) * unit,
    ((ys[i] ?? 0) - (top + bottom) / 2) * unit,
  ]);
}

function mean(points: readonly Point[]): Point {
  const sum = points.reduce<Point>(([x, y], [px, py]) => [x + px, y + py] as const, [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

/** Where a label is clear of what it stands beside, on the side away from the figure's middle. */
function away([x, y]: Point, middle: Point, text: string): Point {
  const [dx, dy] = [x - middle[0], y - middle[1]];
  const length = Math.hypot(dx, dy);
  const [ux, uy] = length === 0 ? [0, 1] : [dx / length, dy / length];
  const distance = 2 + (Math.abs(ux) * text.length * GRID) / 2 + (Math.abs(uy) * GRID) / 2 + 1;
  return [x + ux * distance, y + uy * distance];
}

/** Wishes for the labelled sides of an upright figure: outside, at the middle of the side named by its place. */
function sideWishes(
  parts: Figure['parts'],
  texts: readonly string[],
  corners: readonly Point[],
): readonly Wish[] {
  const [right, bottom] = [Math.max(...corners.map(([x]) => x)), Math.max(...corners.map(([, y]) => y))];
  const middles: Readonly<Record<string, Point>> = {
    left: [-right, 0],
    right: [right, 0],
    top: [0, -bottom],
    bottom: [0, bottom],
  };
  return parts.map(({ place }, i) => {
    const text = texts[i] ?? '';
    return { text, at: away(middles[place] ?? [0, 0], [0, 0], text) };
  });
}

function loop(corners: readonly Point[]): (readonly [Point, Point])[] {
  return corners.map((corner, i) => [corner, corners[(i + 1) % corners.length] ?? corner]);
}

/** A small arc about a vertex between the directions of two points. */
function arc(vertex: Point, a: Point, b: Point): (readonly [Point, Point])[] {
  const from = Math.atan2(a[1] - vertex[1], a[0] - vertex[0]);
  let sweep = Math.atan2(b[1] - vertex[1], b[0] - vertex[0]) - from;
  if (sweep > Math.PI) sweep -= 2 * Math.PI;
  if (sweep < -Math.PI) sweep += 2 * Math.PI;
  const points = Array.from({ length: ARC_LINES + 1 }, (_, i): Point => {
    const angle = from + (sweep * i) / ARC_LINES;
    return [vertex[0] + ARC_RADIUS * Math.cos(angle), vertex[1] + ARC_RADIUS * Math.sin(angle)];
  });
  return points.slice(1).map((point, i) => [points[i] ?? point, point]);
}

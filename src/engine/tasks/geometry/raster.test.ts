import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { resizeBilinear } from '../images/resize.ts';
import { drawFigure } from './figures.ts';
import type { Figure, Shape } from './figures.ts';
import { hasInk } from './glyphs.ts';
import { GEOMETRY } from './index.ts';
import { GRID } from './labels.ts';
import { arrange } from './layout.ts';
import type { Drawing, Point } from './layout.ts';
import { PICTURE_SIDE, render } from './raster.ts';

const SHAPES: readonly Shape[] = [
  'angles',
  'straight',
  'rectangle',
  'square',
  'triangle',
  'right-triangle',
  'segments',
  'whole',
];

/** Figures of a shape, of every difficulty, as laid out. */
function drawings(shape: Shape, count: number): { readonly figure: Figure; readonly drawing: Drawing }[] {
  return Array.from({ length: count }, (_, i) => {
    const stream = new RandomStream(11, i);
    const figure = drawFigure(shape, GEOMETRY.difficulties[i % 3], stream);
    return { figure, drawing: arrange(figure, stream) };
  });
}

/** Brightness of a picture at the size that the suite's policies see, in [0, 1]. */
function asSeen(drawing: Drawing): (x: number, y: number) => number {
  const side = GEOMETRY.imageSize ?? 0;
  const { data } = resizeBilinear(render(drawing), side, side);
  return (x, y) => {
    const at = 4 * (y * side + x);
    return (data[at] + data[at + 1] + data[at + 2]) / 765;
  };
}

function distanceToLine([px, py]: Point, [[ax, ay], [bx, by]]: readonly [Point, Point]): number {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}

describe.each(SHAPES)('labels of %s', (shape) => {
  const made = drawings(shape, 300);

  it('stand one a part, whole in the picture, with a gap to each other', () => {
    for (const { figure, drawing } of made) {
      expect(drawing.labels.length).toBe(figure.parts.length);
      drawing.labels.forEach((a, i) => {
        expect(Math.min(a.x, a.y)).toBeGreaterThanOrEqual(0);
        expect(Math.max(a.x + a.width, a.y + a.height)).toBeLessThanOrEqual(64);
        drawing.labels.slice(0, i).forEach((b) => {
          const beside = a.x - (b.x + b.width) >= GRID || b.x - (a.x + a.width) >= GRID;
          expect(
            beside || a.y >= b.y + b.height || b.y >= a.y + a.height,
            JSON.stringify(drawing.labels),
          ).toBe(true);
        });
      });
    }
  });

  it('keep each character inside one patch of the policy', () => {
    for (const { drawing } of made) {
      for (const { text, x, y, height } of drawing.labels) {
        for (let i = 0; i < text.length; i++) {
          const left = x + GRID * i;
          expect(Math.floor(left / GRID)).toBe(Math.floor((left + 5) / GRID));
        }
        expect(Math.floor(y / GRID)).toBe(Math.floor((y + height - 1) / GRID));
      }
    }
  });

  it('are read at the policy’s resolution: every character is nearest to its own glyph', () => {
    const characters = [...'0123456789?'];
    for (const { drawing } of made.slice(0, 40)) {
      const light = asSeen(drawing);
      for (const { text, x, y } of drawing.labels) {
        for (const [i, character] of [...text].entries()) {
          const misfit = (glyph: string): number => {
            let sum = 0;
            for (let v = 0; v < 7; v++)
              for (let u = 0; u < 6; u++)
                sum += (light(x + GRID * i + u, y + v) - (hasInk(glyph, u, v) ? 0.95 : 0.4)) ** 2;
            return sum;
          };
          const best = characters.reduce((a, b) => (misfit(b) < misfit(a) ? b : a));
          expect(best).toBe(character);
        }
      }
    }
  });

  it('leave nearly all of the lines to be seen', () => {
    const hidden = made.map(({ drawing: { lines, labels } }) => {
      const points = lines.flatMap(([a, b]) =>
        Array.from({ length: 40 }, (_, i): readonly [Point, number] => [
          [a[0] + ((b[0] - a[0]) * (i + 0.5)) / 40, a[1] + ((b[1] - a[1]) * (i + 0.5)) / 40],
          Math.hypot(b[0] - a[0], b[1] - a[1]),
        ]),
      );
      const total = points.reduce((sum, [, length]) => sum + length, 0);
      const under = points.filter(([[px, py]]) =>
        labels.some(({ x, y, width, height }) => px > x && px < x + width && py > y && py < y + height),
      );
      return under.reduce((sum, [, length]) => sum + length, 0) / total;
    });
    expect(Math.max(...hidden)).toBeLessThan(0.2);
    expect(hidden.reduce((sum, share) => sum + share, 0) / hidden.length).toBeLessThan(0.03);
  });

  it('stand where their place says', () => {
    for (const { figure, drawing } of made) {
      const centres = drawing.labels.map(({ x, y, width, height }): Point => [x + width / 2, y + height / 2]);
      const at = (place: string): Point | undefined =>
        centres[figure.parts.findIndex((part) => part.place === place)];
      const [left, middle, right, top, bottom] = ['left', 'middle', 'right', 'top', 'bottom'].map(at);
      const row = [left, middle, right].filter((point) => point !== undefined);
      row.slice(1).forEach((point, i) => expect(row[i][0]).toBeLessThan(point[0]));
      for (const side of row) {
        if (top) expect(top[1]).toBeLessThan(side[1] + GRID);
        if (bottom) expect(bottom[1]).toBeGreaterThan(side[1] - GRID);
      }
    }
  });
});

it('draws the lines in colour and the rest as board', () => {
  for (const { drawing } of SHAPES.flatMap((shape) => drawings(shape, 5))) {
    const bare = { ...drawing, labels: [], outline: [] };
    const { data } = render(bare);
    const { data: board } = render({ ...bare, lines: [] });
    let inked = 0;
    /** Pixels that are not as they should be; one `expect` a pixel would take most of a minute. */
    const wrong: string[] = [];
    for (let y = 0; y < PICTURE_SIDE; y++) {
      for (let x = 0; x < PICTURE_SIDE; x++) {
        const at = 4 * (y * PICTURE_SIDE + x);
        const centre: Point = [((x + 0.5) * 64) / PICTURE_SIDE, ((y + 0.5) * 64) / PICTURE_SIDE];
        const distance = Math.min(...drawing.lines.map((line) => distanceToLine(centre, line)));
        const painted = [0, 1, 2].some((channel) => data[at + channel] !== board[at + channel]);
        if (distance > 1 && painted) wrong.push(`${x}, ${y}: ink off the lines`);
        if (distance < 0.5 && !painted) wrong.push(`${x}, ${y}: a line without ink`);
        if (painted) inked++;
        if (data[at + 3] !== 255) wrong.push(`${x}, ${y}: opacity ${data[at + 3]}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(inked).toBeGreaterThan(100);
  }
});

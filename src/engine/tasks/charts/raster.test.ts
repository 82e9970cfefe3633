import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { resizeBilinear } from '../images/resize.ts';
import { GLYPH_HEIGHT, GLYPH_WIDTH, hasInk } from './glyphs.ts';
import { ATTRIBUTE_VALUES } from './grammar.ts';
import type { ChartMark } from './grammar.ts';
import { CHARTS } from './index.ts';
import { PITCH, arrange } from './layout.ts';
import type { Drawing } from './layout.ts';
import { PICTURE_SIDE, render } from './raster.ts';

const SIDE = CHARTS.imageSize ?? 0;

/** Charts of 2 to 4 marks with any values, as laid out. */
function drawings(mark: string, count: number): { readonly marks: ChartMark[]; readonly drawing: Drawing }[] {
  return Array.from({ length: count }, (_, i) => {
    const stream = new RandomStream(13, i);
    const colors = stream.shuffle(ATTRIBUTE_VALUES.color);
    const labels = stream.shuffle(ATTRIBUTE_VALUES.label);
    const largest = stream.pick([10, 20]);
    const marks = Array.from({ length: 2 + (i % 3) }, (__, m) => ({
      label: labels[m],
      value: String(stream.integer(largest + 1)),
      color: colors[m],
      mark,
    }));
    return { marks, drawing: arrange(marks, stream) };
  });
}

/** A picture at the size that the suite's policies see: a pixel's channels in [0, 1]. */
function asSeen(drawing: Drawing): (x: number, y: number) => readonly number[] {
  const { data } = resizeBilinear(render(drawing), SIDE, SIDE);
  return (x, y) => [0, 1, 2].map((channel) => data[4 * (y * SIDE + x) + channel] / 255);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe.each(ATTRIBUTE_VALUES.mark)('charts of the mark %s', (mark) => {
  const made = drawings(mark, 300);

  it('stand in the picture, each mark in a column of two patches, with a gap between two texts', () => {
    for (const { marks, drawing } of made) {
      expect(drawing.marks.length).toBe(marks.length);
      drawing.marks.forEach(({ x, top, value, label }, i) => {
        for (const text of [value, label]) {
          const width = (text.text.length - 1) * PITCH + GLYPH_WIDTH;
          expect(Number.isInteger(text.x) && Number.isInteger(text.y)).toBe(true);
          expect(Math.min(text.x, text.y)).toBeGreaterThanOrEqual(0);
          expect(Math.max(text.x + width, text.y + GLYPH_HEIGHT)).toBeLessThanOrEqual(64);
          const next = drawing.marks[i + 1];
          // Wider than the gap between two digits of a number.
          if (next !== undefined)
            expect(next.value.x - (text.x + width)).toBeGreaterThan(PITCH - GLYPH_WIDTH);
        }
        expect(value.y + GLYPH_HEIGHT).toBeLessThan(top);
        expect(Math.abs((x % 16) - 8)).toBeLessThanOrEqual(1);
        expect([label.text, value.text]).toEqual([marks[i].label, marks[i].value]);
      });
    }
  });

  it('stand as high as their values, on a scale to 10 or to 20', () => {
    for (const { marks, drawing } of made) {
      const values = marks.map((one) => Number(one.value));
      const unit = Math.max(...values) <= 10 ? 4 : 2;
      const zero = drawing.axis - (mark === 'bar' ? 0 : 3);
      // A bar of value 0 is a line.
      const height = (value: number): number => (mark === 'bar' ? Math.max(1, unit * value) : unit * value);
      drawing.marks.forEach(({ top }, i) => expect(zero - top).toBe(height(values[i])));
    }
  });

  it('are read at the policy’s resolution: every character is nearest to its own glyph', () => {
    const characters = [...'0123456789ABCDEFGH'];
    for (const { drawing } of made.slice(0, 30)) {
      const seen = asSeen(drawing);
      for (const { text, x, y } of drawing.marks.flatMap(({ label, value }) => [label, value])) {
        for (const [i, character] of [...text].entries()) {
          const misfit = (glyph: string): number => {
            let sum = 0;
            for (let v = 0; v < GLYPH_HEIGHT; v++)
              for (let u = 0; u < GLYPH_WIDTH; u++)
                sum += (mean(seen(x + PITCH * i + u, y + v)) - (hasInk(glyph, u, v) ? 0.1 : 0.95)) ** 2;
            return sum;
          };
          const best = characters.reduce((a, b) => (misfit(b) < misfit(a) ? b : a));
          expect(best).toBe(character);
          expect(misfit(character)).toBeLessThan(3);
        }
      }
    }
  });

  it('show each mark’s colour, at the policy’s resolution and for a value of 0 too', () => {
    const looks = new Map<string, number[][]>();
    for (const { marks, drawing } of made.slice(0, 120)) {
      const seen = asSeen(drawing);
      drawing.marks.forEach(({ x, top }, i) => {
        const y = mark === 'bar' ? top : Math.round(top);
        looks.set(marks[i].color, [...(looks.get(marks[i].color) ?? []), [...seen(x, y)]]);
      });
    }
    const means = new Map(
      [...looks].map(([color, all]) => [
        color,
        [0, 1, 2].map((channel) => mean(all.map((one) => one[channel]))),
      ]),
    );
    expect(means.size).toBe(ATTRIBUTE_VALUES.color.length);
    for (const [color, all] of looks) {
      for (const look of all) {
        const distance = (other: readonly number[]): number =>
          Math.hypot(...look.map((c, k) => c - other[k]));
        const nearest = [...means].reduce((a, b) => (distance(b[1]) < distance(a[1]) ? b : a));
        expect(nearest[0]).toBe(color);
      }
    }
  });
});

it('shows what the marks are', () => {
  const pictures = ATTRIBUTE_VALUES.mark.map((mark) => render(drawings(mark, 3)[2].drawing).data);
  pictures.forEach((a, i) => {
    pictures.slice(0, i).forEach((b) => {
      expect(a.filter((value, k) => Math.abs(value - b[k]) > 40).length / a.length).toBeGreaterThan(0.01);
    });
  });
});

it('draws the rest as paper, and every pixel opaque', () => {
  for (const { drawing } of ATTRIBUTE_VALUES.mark.flatMap((mark) => drawings(mark, 5))) {
    const { width, height, data } = render(drawing);
    expect([width, height]).toEqual([PICTURE_SIDE, PICTURE_SIDE]);
    const corner = [...data.subarray(0, 4)];
    const counts = { paper: 0, opaque: 0 };
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 255) counts.opaque++;
      if (corner.every((value, channel) => data[at + channel] === value)) counts.paper++;
    }
    expect(counts.opaque).toBe(width * height);
    expect(counts.paper / counts.opaque).toBeGreaterThan(0.5);
  }
});

it('boxes a mark with its label and its value', () => {
  const set = CHARTS.create('mixed');
  for (let index = 0; index < 500; index++) {
    const boxes = set.sample('train', index).truth?.objects.map(({ box }) => box) ?? [];
    boxes.forEach(([x0, y0, x1, y1], i) => {
      expect(Math.min(x0, y0)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x1, y1)).toBeLessThanOrEqual(1);
      expect(y1 - y0).toBeGreaterThan(0.2);
      if (i > 0) expect(x0).toBeGreaterThanOrEqual(boxes[i - 1][2]);
    });
  }
});

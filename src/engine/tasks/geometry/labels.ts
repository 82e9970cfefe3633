import type { Point } from './layout.ts';
import { GLYPH_HEIGHT, GLYPH_WIDTH } from './glyphs.ts';

/** A label's characters stand on a grid of this pitch, as in a terminal: one patch of the policy a character. */
export const GRID = 8;
const CELLS = 64 / GRID;
/** Left of a character in its cell: the cell is two units wider. */
const INSET = 1;
/** A label rather moves this many units than cover one more unit of a line. */
const COVERED = 2.5;

/** A label and where its middle should be. */
export interface Wish {
  readonly text: string;
  readonly at: Point;
}

/** A label on the grid: top left corner of its first character and its extent, units of 1/64 of the picture. */
export interface PlacedLabel {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Puts every label on the grid cells nearest to its wish, off the lines where that costs little, never onto
 * another label or beside one, where two numbers would read as one.
 */
export function placeLabels(
  wishes: readonly Wish[],
  lines: readonly (readonly [Point, Point])[],
): PlacedLabel[] {
  const covered = lineLengths(lines);
  const taken = new Set<number>();
  return wishes.map(({ text, at }) => {
    let best = { cost: Infinity, column: 0, row: 0 };
    for (let row = 0; row < CELLS; row++) {
      for (let column = 0; column + text.length <= CELLS; column++) {
        const cells = Array.from(text, (_, i) => row * CELLS + column + i);
        if (cells.some((cell) => taken.has(cell))) continue;
        const off = Math.hypot((column + text.length / 2) * GRID - at[0], (row + 0.5) * GRID - at[1]);
        const cost = off + COVERED * cells.reduce((sum, cell) => sum + (covered[cell] ?? 0), 0);
        if (cost < best.cost) best = { cost, column, row };
      }
    }
    for (let i = -1; i <= text.length; i++) {
      const column = best.column + i;
      if (column >= 0 && column < CELLS) taken.add(best.row * CELLS + column);
    }
    return {
      text,
      x: best.column * GRID + INSET,
      y: best.row * GRID,
      width: (text.length - 1) * GRID + GLYPH_WIDTH,
      height: GLYPH_HEIGHT,
    };
  });
}

/** Length of the lines inside every grid cell. */
function lineLengths(lines: readonly (readonly [Point, Point])[]): Float64Array {
  const lengths = new Float64Array(CELLS * CELLS);
  for (const [[ax, ay], [bx, by]] of lines) {
    const length = Math.hypot(bx - ax, by - ay);
    const points = Math.ceil(length);
    for (let i = 0; i < points; i++) {
      const t = (i + 0.5) / points;
      const column = Math.floor((ax + t * (bx - ax)) / GRID);
      const row = Math.floor((ay + t * (by - ay)) / GRID);
      const cell = row * CELLS + column;
      if (column >= 0 && column < CELLS && row >= 0 && row < CELLS) {
        lengths[cell] = (lengths[cell] ?? 0) + length / points;
      }
    }
  }
  return lengths;
}

import type { RandomStream } from '../../random.ts';
import type { SuiteDifficulty } from '../suite.ts';
import { EMOJI } from './emoji.ts';
import type { Emoji } from './emoji.ts';

/** An emoji with its place; lengths are fractions of the picture's side, y points down. */
export interface PlacedEmoji {
  readonly emoji: Emoji;
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** What is drawn: the emoji in left-to-right order, and the backdrop. */
export interface Scene {
  readonly placed: readonly PlacedEmoji[];
  /** Backdrop variation, each in (0, 1): which colour, and the slant of its light. */
  readonly hue: number;
  readonly slant: number;
}

/**
 * Columns and rows are such that no 16 px token of a 64 px picture (4 × 4 tokens) holds more than one centre, that
 * emoji do not touch, and that the order from left to right is unambiguous.
 */
const COLUMNS = [10.8, 21.4, 32, 42.6, 53.2].map((x) => x / 64);
const ROWS = [10.8, 32, 53.2].map((y) => y / 64);
const JITTER = 0.6 / 64;
const SMALLEST = 17.5 / 64;
const LARGEST = 20 / 64;

const OBJECTS: Readonly<Record<SuiteDifficulty, readonly [number, number]>> = {
  easy: [1, 3],
  mixed: [1, 5],
  hard: [4, 5],
};
/** Of how many categories, and how many different ones, the emoji of a picture may be. */
const CATEGORY_COUNTS = [1, 2, 2, 3, 6];
const POOL_SIZES = [2, 3, 4, 8];

/** Fewest and most emoji of a picture. */
export function objectCounts(difficulty: SuiteDifficulty): readonly [number, number] {
  return OBJECTS[difficulty];
}

/** Draws the emoji, left to right; they come from a small pool, so that they have things in common. */
export function drawEmoji([fewest, most]: readonly [number, number], stream: RandomStream): Emoji[] {
  const categories = stream
    .shuffle([...new Set(EMOJI.map(({ category }) => category))])
    .slice(0, stream.pick(CATEGORY_COUNTS));
  const pool = stream
    .shuffle(EMOJI.filter(({ category }) => categories.includes(category)))
    .slice(0, stream.pick(POOL_SIZES));
  return Array.from({ length: fewest + stream.integer(most - fewest + 1) }, () => stream.pick(pool));
}

/** Gives the emoji their places, in the order they come in, and the picture its backdrop. */
export function arrange(emoji: readonly Emoji[], stream: RandomStream): Scene {
  const slots = stream
    .shuffle(COLUMNS.map((_, i) => i))
    .slice(0, emoji.length)
    .sort((a, b) => a - b);
  const wobble = (): number => JITTER * (2 * stream.next() - 1);
  const placed: PlacedEmoji[] = [];
  let taken = -1;
  for (const [i, one] of emoji.entries()) {
    const beside = i > 0 && slots[i] - slots[i - 1] === 1;
    const row = stream.pick(ROWS.map((_, r) => r).filter((r) => !beside || r !== taken));
    taken = row;
    placed.push({
      emoji: one,
      x: COLUMNS[slots[i]] + wobble(),
      y: ROWS[row] + wobble(),
      side: SMALLEST + (LARGEST - SMALLEST) * stream.next(),
    });
  }
  return { placed, hue: stream.next(), slant: stream.next() };
}

/** Box of the emoji: [x0, y0, x1, y1] in fractions of the picture. */
export function boxOf({ x, y, side }: PlacedEmoji): readonly [number, number, number, number] {
  const half = side / 2;
  return [x - half, y - half, x + half, y + half];
}

import type { RandomStream } from '../../random.ts';
import { ATTRIBUTE_VALUES } from './grammar.ts';
import type { Attributes, SceneVariant } from './grammar.ts';
import type { SuiteDifficulty } from '../suite.ts';
import { projectedExtent } from './solids.ts';

/** An object with its place in the picture; lengths are fractions of the picture's side, y points down. */
export interface PlacedObject {
  readonly attributes: Attributes;
  /** Centre of the drawn outline. */
  readonly x: number;
  readonly y: number;
  /** Half of the outline's width and height. */
  readonly halfWidth: number;
  readonly halfHeight: number;
  /** Length of the outline's longer side. */
  readonly size: number;
  /** Turn about the vertical, radians; only a cube shows it. */
  readonly yaw: number;
}

/** What is drawn: the objects in left-to-right order, and the light of the day. */
export interface Scene {
  readonly objects: readonly PlacedObject[];
  /** Backdrop variation, each in (0, 1). */
  readonly warmth: number;
  readonly brightness: number;
}

interface Layout {
  readonly objects: Readonly<Record<SuiteDifficulty, readonly [number, number]>>;
  /** Centres of the slots that objects stand in, one each; slots two apart may share a row. */
  readonly columns: readonly number[];
  readonly rows: readonly number[];
  readonly jitter: number;
  /** Outline's longer side by size attribute; the first entry where objects have no size. */
  readonly sizes: Readonly<Record<string, number>>;
}

/**
 * Rows, columns and sizes are such that no 16 px token of a 48 px picture (3 × 3 tokens) holds more than one
 * centre, and that the order from left to right is unambiguous.
 */
const LAYOUTS: Readonly<Record<SceneVariant, Layout>> = {
  scenes: {
    objects: { easy: [2, 3], mixed: [2, 6], hard: [5, 6] },
    columns: [7.4, 14, 20.7, 27.3, 34, 40.6].map((x) => x / 48),
    rows: [8.8, 24, 39.2].map((y) => y / 48),
    jitter: 0.9 / 48,
    sizes: { large: 13.6 / 48, small: 8.6 / 48 },
  },
  'scenes-nano': {
    objects: { easy: [1, 1], mixed: [1, 3], hard: [3, 3] },
    columns: [9, 24, 39].map((x) => x / 48),
    rows: [9, 24, 39].map((y) => y / 48),
    jitter: 1 / 48,
    sizes: { medium: 15 / 48 },
  },
};

const PALETTE_SIZES = [2, 3, 3, 4, 8];
const GAP = 0.4 / 48;
/** More than neighbouring slots are apart from left to right, less than rows are from top to bottom. */
const LEAST_DISTANCE = 10 / 48;
const PLACEMENT_TRIES = 200;

/** Fewest and most objects of a scene. */
export function objectCounts(variant: SceneVariant, difficulty: SuiteDifficulty): readonly [number, number] {
  return LAYOUTS[variant].objects[difficulty];
}

/** Draws the objects, left to right; values come from a few each, so that objects have things in common. */
export function drawObjects(
  variant: SceneVariant,
  [fewest, most]: readonly [number, number],
  stream: RandomStream,
): Attributes[] {
  const palette = Object.entries(ATTRIBUTE_VALUES[variant]).map(
    ([name, values]) => [name, stream.shuffle(values).slice(0, stream.pick(PALETTE_SIZES))] as const,
  );
  return Array.from({ length: fewest + stream.integer(most - fewest + 1) }, () =>
    Object.fromEntries(palette.map(([name, values]) => [name, stream.pick(values)])),
  );
}

/** Gives the objects their places, in the order they come in, and the scene its light. */
export function arrange(
  attributes: readonly Attributes[],
  variant: SceneVariant,
  stream: RandomStream,
): Scene {
  return { objects: place(attributes, variant, stream), warmth: stream.next(), brightness: stream.next() };
}

function place(
  attributes: readonly Attributes[],
  variant: SceneVariant,
  stream: RandomStream,
): PlacedObject[] {
  const { columns, rows, jitter, sizes } = LAYOUTS[variant];
  const slots = columns.map((_, i) => i);
  const used = stream
    .shuffle(slots)
    .slice(0, attributes.length)
    .sort((a, b) => a - b);
  for (let attempt = 0; attempt < PLACEMENT_TRIES; attempt++) {
    const placed: PlacedObject[] = [];
    for (const [i, object] of attributes.entries()) {
      const column = columns[used[i]];
      const size = sizes[object['size'] ?? ''] ?? Object.values(sizes)[0];
      const yaw = 0.35 + 0.5 * stream.next();
      const extent = projectedExtent(object['shape'] ?? '', yaw);
      const wobble = (): number => jitter * (2 * stream.next() - 1);
      const candidates = stream.shuffle(rows).map((row) => ({
        attributes: object,
        x: column + wobble(),
        y: row + wobble(),
        halfWidth: (extent.width * size) / 2,
        halfHeight: (extent.height * size) / 2,
        size,
        yaw,
      }));
      const free = candidates.find((candidate) => placed.every((other) => apart(candidate, other)));
      if (free === undefined) break;
      placed.push(free);
    }
    if (placed.length === attributes.length) return placed;
  }
  throw new Error(
    `no room for ${attributes.length} objects after ${PLACEMENT_TRIES} tries; draw another scene`,
  );
}

/** Outlines do not touch, and objects in neighbouring slots stand in different rows. */
function apart(a: PlacedObject, b: PlacedObject): boolean {
  const dx = Math.abs(a.x - b.x);
  const dy = Math.abs(a.y - b.y);
  const gap = Math.max(dx - a.halfWidth - b.halfWidth, dy - a.halfHeight - b.halfHeight);
  return gap >= GAP && Math.max(dx, dy) >= LEAST_DISTANCE;
}

/** Box of the drawn outline, its shadow left out, within the picture: [x0, y0, x1, y1] in its fractions. */
export function boxOf({
  x,
  y,
  halfWidth,
  halfHeight,
}: PlacedObject): readonly [number, number, number, number] {
  const clip = (value: number): number => Math.max(0, Math.min(1, value));
  return [clip(x - halfWidth), clip(y - halfHeight), clip(x + halfWidth), clip(y + halfHeight)];
}

import type { RandomStream } from '../../random.ts';
import { LARGEST_VALUE } from './grammar.ts';
import type { ChartMark } from './grammar.ts';
import { GLYPH_HEIGHT, GLYPH_WIDTH } from './glyphs.ts';

/** Marks stand in columns of this width, units of 1/64 of the picture: two patches of the policy, one image token. */
const COLUMN = 16;
const COLUMNS = 64 / COLUMN;
/** Pitch of a label's characters: closer than two numbers side by side. */
export const PITCH = GLYPH_WIDTH + 1;
const AXIS = 55;
/**
 * How far the scale's end is above its zero. Two units, or four on the small scale, for each of a value: so a label's
 * digits meet the policy's patches in few ways.
 */
const REACH = 40;
/** No mark is lower: a bar of value 0 still shows its colour. */
const LEAST_HEIGHT = 1;
/** Where marks of a kind stand. */
interface Stand {
  /** How far above the axis a value of 0 is. */
  readonly floor: number;
  /** How far a mark reaches above its value. */
  readonly above: number;
}
const BARS: Stand = { floor: 0, above: 0 };
const DISCS: Stand = { floor: 3, above: 3 };
/** The scale ends here where every value fits, else at the largest value there is. */
const SMALL_SCALE = 10;

/** A text on whole units: its top left corner. */
interface PlacedText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** A mark laid out; units of 1/64 of the picture, y downwards. */
export interface PlacedMark {
  readonly color: string;
  /** Middle of the mark, and its height's end. */
  readonly x: number;
  readonly top: number;
  readonly label: PlacedText;
  readonly value: PlacedText;
}

/** A chart laid out. */
export interface Drawing {
  /** What the marks are: `bar`, `dot` or `point`. */
  readonly mark: string;
  readonly marks: readonly PlacedMark[];
  /** Of a bar. */
  readonly halfWidth: number;
  readonly axis: number;
  /** Heights of the grid lines: half of the scale, and all of it. */
  readonly grid: readonly number[];
  /** 0 … 1, which of the papers. */
  readonly paper: number;
}

/**
 * Lays a chart out on a scale to 10 or to 20, moved a little sideways. Fewer marks than columns stand in those in
 * the middle, so that a mark never straddles two image tokens.
 */
export function arrange(marks: readonly ChartMark[], stream: RandomStream): Drawing {
  const free = COLUMNS - marks.length;
  const first = Math.floor((free + stream.integer(2)) / 2);
  const right = stream.integer(3) - 1;
  const mark = marks[0]?.mark ?? '';
  const { floor, above } = mark === 'bar' ? BARS : DISCS;
  const largest = Math.max(...marks.map(({ value }) => Number(value)));
  const scale = largest <= SMALL_SCALE ? SMALL_SCALE : LARGEST_VALUE;
  const height = (value: number): number => AXIS - floor - value * (REACH / scale);
  return {
    mark,
    marks: marks.map(({ label, value, color }, i) => {
      const x = COLUMN * (first + i + 0.5) + right;
      const top = Math.min(height(Number(value)), AXIS - LEAST_HEIGHT);
      return {
        color,
        x,
        top,
        label: centred(label, x, AXIS + 2),
        value: centred(value, x, top - above - GLYPH_HEIGHT - 1),
      };
    }),
    halfWidth: 4.5 + stream.next(),
    axis: AXIS,
    grid: [height(scale / 2), height(scale)],
    paper: stream.next(),
  };
}

/** Box of a mark with its label and value in picture fractions [x0, y0, x1, y1]. */
export function boxOf({ x, label, value }: PlacedMark): readonly [number, number, number, number] {
  const half = COLUMN / 2 - 1;
  return [(x - half) / 64, value.y / 64, (x + half) / 64, (label.y + GLYPH_HEIGHT) / 64];
}

function centred(text: string, x: number, y: number): PlacedText {
  return { text, x: x - Math.floor(((text.length - 1) * PITCH + GLYPH_WIDTH) / 2), y };
}

import type { RandomStream } from '../../random.ts';
import type { SuiteDifficulty } from '../suite.ts';
import { LARGEST_LENGTH, UNKNOWN } from './grammar.ts';
import type { LabelledPart } from './grammar.ts';

/** What can be drawn. `segments` has one part unknown, `whole` all but the whole line's length known. */
export type Shape =
  'angles' | 'straight' | 'rectangle' | 'square' | 'triangle' | 'right-triangle' | 'segments' | 'whole';

/** A figure as data: its labelled parts in the order in which they are described, and the true size of each. */
export interface Figure {
  readonly shape: Shape;
  readonly parts: readonly LabelledPart[];
  /** Degrees for angles, units of length else; as `parts`, unknown ones included. */
  readonly sizes: readonly number[];
}

interface Ranges {
  /** Longest side or segment. */
  readonly longest: number;
  /** Segments a line may have. */
  readonly segments: readonly number[];
}

const RANGES: Readonly<Record<SuiteDifficulty, Ranges>> = {
  easy: { longest: 6, segments: [2] },
  mixed: { longest: 9, segments: [2, 2, 3] },
  hard: { longest: 12, segments: [3] },
};

/** Smallest and largest angle of a triangle, degrees; flatter and steeper ones leave no room for labels. */
const SMALLEST_ANGLE = 20;
const LARGEST_ANGLE = 120;
/** A triangle with sides is drawn true to scale, so no side may come near the sum of the others. */
const SLACK = 1.25;

/** A figure of the shape, its sizes drawn evenly within what the shape allows. */
export function drawFigure(shape: Shape, difficulty: SuiteDifficulty, stream: RandomStream): Figure {
  const { longest, segments } = RANGES[difficulty];
  const length = (): number => 1 + stream.integer(longest);
  const apex = stream.pick(['top', 'bottom']);
  const base = apex === 'top' ? 'bottom' : 'top';
  const flank = stream.pick(['left', 'right']);
  switch (shape) {
    case 'angles': {
      // The unknown angle is drawn first and evenly, as it is the answer most asked for.
      const third = tens(SMALLEST_ANGLE, LARGEST_ANGLE, stream);
      const second = tens(Math.max(SMALLEST_ANGLE, 60 - third), Math.min(LARGEST_ANGLE, 160 - third), stream);
      const unknown = stream.integer(3);
      const known = [second, 180 - third - second];
      const sizes = [0, 1, 2].map((i) => (i === unknown ? third : (known.shift() ?? 0)));
      return figure(shape, 'angle', ['left', 'right', apex], sizes, unknown);
    }
    case 'straight': {
      const left = tens(SMALLEST_ANGLE, 160, stream);
      return figure(shape, 'angle', ['left', 'right'], [left, 180 - left], stream.integer(2));
    }
    case 'rectangle': {
      const width = length();
      const others = Array.from({ length: longest }, (_, i) => i + 1).filter((other) => other !== width);
      return figure(shape, 'side', [apex, flank], [width, stream.pick(others)]);
    }
    case 'square':
      return figure(shape, 'side', [stream.pick(['left', 'right', 'top', 'bottom'])], [length()]);
    case 'triangle': {
      for (;;) {
        const sides = [length(), length(), length()];
        const [a = 0, b = 0, c = 0] = [...sides].sort((x, y) => x - y);
        if (a + b >= SLACK * c) return figure(shape, 'side', ['left', 'right', base], sides);
      }
    }
    case 'right-triangle': {
      // Half the product of the legs is the area, which must be a whole number.
      const evens = Array.from({ length: Math.floor(longest / 2) }, (_, i) => 2 * i + 2);
      const legs = stream.shuffle([stream.pick(evens), length()]);
      return figure(shape, 'side', [apex, flank], legs);
    }
    case 'segments':
    case 'whole': {
      const count = stream.pick(segments);
      for (;;) {
        const lengths = Array.from({ length: count }, length);
        const total = lengths.reduce((sum, one) => sum + one, 0);
        if (total > LARGEST_LENGTH) continue;
        const places = count === 2 ? ['left', 'right'] : ['left', 'middle', 'right'];
        const unknown = shape === 'whole' ? count : stream.integer(count);
        return figure(shape, 'segment', [...places, 'whole'], [...lengths, total], unknown);
      }
    }
    default:
      return shape satisfies never;
  }
}

function tens(from: number, to: number, stream: RandomStream): number {
  return from + 10 * stream.integer((to - from) / 10 + 1);
}

function figure(
  shape: Shape,
  part: string,
  places: readonly string[],
  sizes: readonly number[],
  unknown?: number,
): Figure {
  const parts = places.map((place, i) => ({
    part,
    place,
    value: i === unknown ? UNKNOWN : String(sizes[i]),
  }));
  return { shape, parts, sizes };
}

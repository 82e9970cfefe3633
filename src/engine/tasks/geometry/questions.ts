import type { RandomStream } from '../../random.ts';
import type { SuiteDifficulty } from '../suite.ts';
import type { Figure, Shape } from './figures.ts';
import { UNKNOWN } from './grammar.ts';

/** Which of the two ways of asking the same. */
type Wording = 0 | 1;

/** A question as data; the problem's text and the worked response are both written from it. */
export type Question =
  | { readonly kind: 'read'; readonly place: string; readonly wording: Wording }
  | { readonly kind: 'compare'; readonly places: readonly [string, string]; readonly most: boolean }
  | {
      readonly kind: 'third_angle' | 'supplement' | 'perimeter' | 'area' | 'missing' | 'sum';
      readonly wording: Wording;
    };
export type QuestionKind = Question['kind'];

/** How often a kind is asked, relative to the others, and about which shapes; a shape named twice counts twice. */
interface KindEntry {
  readonly kind: QuestionKind;
  readonly weight: number;
  readonly shapes: readonly Shape[];
}

export const KIND_ENTRIES: readonly KindEntry[] = [
  {
    kind: 'read',
    weight: 20,
    shapes: ['angles', 'straight', 'rectangle', 'square', 'triangle', 'right-triangle', 'segments', 'whole'],
  },
  {
    kind: 'compare',
    weight: 14,
    // Of the line's segments only `whole` surely labels two.
    shapes: ['angles', 'rectangle', 'triangle', 'right-triangle', 'whole'],
  },
  { kind: 'third_angle', weight: 16, shapes: ['angles'] },
  { kind: 'supplement', weight: 10, shapes: ['straight'] },
  { kind: 'perimeter', weight: 14, shapes: ['rectangle', 'rectangle', 'square', 'triangle', 'triangle'] },
  { kind: 'area', weight: 14, shapes: ['rectangle', 'rectangle', 'square', 'right-triangle'] },
  { kind: 'missing', weight: 12, shapes: ['segments'] },
  { kind: 'sum', weight: 8, shapes: ['whole'] },
];

export const KINDS: readonly QuestionKind[] = KIND_ENTRIES.map(({ kind }) => kind);

/** Kinds of the easy and the hard questions: at most one calculation, and all that takes more or a product. */
const KINDS_OF: Readonly<Record<SuiteDifficulty, readonly QuestionKind[]>> = {
  easy: ['read', 'compare', 'supplement', 'missing', 'sum'],
  mixed: KINDS,
  hard: ['third_angle', 'perimeter', 'area', 'missing', 'sum'],
};

/** Question kinds of a difficulty with their weights. */
export function kindWeights(difficulty: SuiteDifficulty): readonly (readonly [number, KindEntry])[] {
  return KIND_ENTRIES.filter(({ kind }) => KINDS_OF[difficulty].includes(kind)).map((entry) => [
    entry.weight,
    entry,
  ]);
}

/** A question of the kind about this figure, drawn; null when the figure has no two labels that differ. */
export function proposeQuestion(kind: QuestionKind, figure: Figure, stream: RandomStream): Question | null {
  const wording: Wording = stream.chance(0.5) ? 0 : 1;
  const known = figure.parts.filter(({ value }) => value !== UNKNOWN);
  switch (kind) {
    case 'read':
      return { kind, place: stream.pick(known).place, wording };
    case 'compare': {
      // The whole line is longer than any of its segments: nothing to look at.
      const [a, b] = stream.shuffle(known.filter(({ place }) => place !== 'whole'));
      if (a === undefined || b === undefined || a.value === b.value) return null;
      return { kind, places: [a.place, b.place], most: stream.chance(0.5) };
    }
    case 'third_angle':
    case 'supplement':
    case 'perimeter':
    case 'area':
    case 'missing':
    case 'sum':
      return { kind, wording };
    default:
      return kind satisfies never;
  }
}

/** The question as the user reads it. */
export function problemText(question: Question, { shape, parts }: Figure): string {
  const part = parts[0]?.part ?? '';
  const figureName = shape === 'right-triangle' ? 'triangle' : shape;
  switch (question.kind) {
    case 'read': {
      const { place, wording } = question;
      // Not "the right angle": that would be one of 90 degrees.
      if (part === 'angle')
        return `${['What is the size of', 'How large is'][wording]} the angle at the ${place}?`;
      return `${['What is the length of', 'How long is'][wording]} the ${place} ${part}?`;
    }
    case 'compare': {
      const [a, b] = question.places;
      const word = comparative(part, question.most);
      return `Which ${part} is ${word}, ${a} or ${b}?`;
    }
    case 'third_angle':
      return `${['What', 'How large'][question.wording]} is the unknown angle of the triangle?`;
    case 'supplement':
      return `${['What', 'How large'][question.wording]} is the unknown angle on the line?`;
    case 'perimeter':
      return `${['What', 'How long'][question.wording]} is the perimeter of the ${figureName}?`;
    case 'area':
      return `${['What', 'How large'][question.wording]} is the area of the ${figureName}?`;
    case 'missing':
      return `${['What is the length of', 'How long is'][question.wording]} the unknown segment?`;
    case 'sum':
      return `${['What is the length of', 'How long is'][question.wording]} the whole line?`;
    default:
      return question satisfies never;
  }
}

/** "larger", "smaller" for angles, "longer", "shorter" for lengths. */
export function comparative(part: string, most: boolean): string {
  if (part === 'angle') return most ? 'larger' : 'smaller';
  return most ? 'longer' : 'shorter';
}

/** The true answer, straight from the figure's sizes. */
export function answerOf(question: Question, { shape, parts, sizes }: Figure): string {
  const sizeAt = (place: string): number => sizes[parts.findIndex((part) => part.place === place)] ?? 0;
  const [first = 0, second = first] = sizes;
  switch (question.kind) {
    case 'read':
      return String(sizeAt(question.place));
    case 'compare': {
      const [a, b] = question.places;
      return sizeAt(a) > sizeAt(b) === question.most ? a : b;
    }
    case 'third_angle':
    case 'supplement':
    case 'missing':
    case 'sum':
      return String(sizes[parts.findIndex(({ value }) => value === UNKNOWN)]);
    case 'perimeter':
      return String(shape === 'triangle' ? sizes.reduce((sum, side) => sum + side, 0) : 2 * (first + second));
    case 'area':
      return String(shape === 'right-triangle' ? (first * second) / 2 : first * second);
    default:
      return question satisfies never;
  }
}

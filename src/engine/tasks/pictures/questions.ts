import type { SuiteDifficulty } from '../suite.ts';
import type { Emoji } from './emoji.ts';
import { matches, plural, withArticle } from './grammar.ts';
import type { Filter } from './grammar.ts';

export type Comparison = 'more' | 'fewer' | 'same';
export type Side = 'left' | 'right';
type Pair = readonly [Filter, Filter];

/** A question as data; the problem's text and the worked response are both written from it. */
export type Question =
  | { readonly kind: 'total' }
  | { readonly kind: 'exist' | 'count' | 'subtract'; readonly filter: Filter }
  /** What the only emoji of a category is. */
  | { readonly kind: 'name'; readonly filter: Filter }
  /** `number` counts from the left, from 1. */
  | { readonly kind: 'place'; readonly number: number }
  | { readonly kind: 'relation'; readonly filter: Filter; readonly side: Side; readonly asks: keyof Emoji }
  | { readonly kind: 'side'; readonly filters: Pair; readonly side: Side }
  | { readonly kind: 'position'; readonly filter: Filter; readonly side: Side }
  | { readonly kind: 'compare'; readonly filters: Pair; readonly comparison: Comparison }
  | { readonly kind: 'union'; readonly filters: Pair };

export type QuestionKind = Question['kind'];

export const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth'];

/** Question kinds, each with how often it is asked, relative to the others. */
const KIND_WEIGHTS: readonly (readonly [number, QuestionKind])[] = [
  [4, 'total'],
  [10, 'exist'],
  [16, 'count'],
  [10, 'name'],
  [8, 'place'],
  [12, 'relation'],
  [10, 'side'],
  [8, 'position'],
  [10, 'compare'],
  [6, 'union'],
  [6, 'subtract'],
];

export const KINDS: readonly QuestionKind[] = KIND_WEIGHTS.map(([, kind]) => kind);

/** Kinds of the easy and the hard questions: at most one search without arithmetic, and all that takes more. */
const KINDS_OF: Readonly<Record<SuiteDifficulty, readonly QuestionKind[]>> = {
  easy: ['total', 'exist', 'count', 'name', 'place'],
  mixed: KINDS,
  hard: ['relation', 'side', 'position', 'compare', 'union', 'subtract'],
};

/** Question kinds of a difficulty with their weights. */
export function kindWeights(difficulty: SuiteDifficulty): readonly (readonly [number, QuestionKind])[] {
  return KIND_WEIGHTS.filter(([, kind]) => KINDS_OF[difficulty].includes(kind));
}

/** The question as the user reads it. */
export function problemText(question: Question): string {
  switch (question.kind) {
    case 'total':
      return 'How many things are there?';
    case 'exist':
      return `Is there ${withArticle(question.filter.value)}?`;
    case 'count':
      return `How many ${plural(question.filter.value)} are there?`;
    case 'name':
      return `Which ${question.filter.value} is there?`;
    case 'place':
      return `What is the ${ORDINALS[question.number - 1]} thing from the left?`;
    case 'relation': {
      const what = question.asks === 'name' ? 'What' : 'What kind of thing';
      return `${what} is just ${question.side} of the ${question.filter.value}?`;
    }
    case 'side': {
      const [a, b] = question.filters;
      return `Is the ${a.value} ${question.side} of the ${b.value}?`;
    }
    case 'position':
      return `How many things are ${question.side} of the ${question.filter.value}?`;
    case 'compare': {
      const [a, b] = question.filters.map(({ value }) => plural(value));
      if (question.comparison === 'same') return `Are there as many ${a} as ${b}?`;
      return `Are there ${question.comparison} ${a} than ${b}?`;
    }
    case 'union': {
      const [a, b] = question.filters.map(({ value }) => plural(value));
      return `How many things are ${a} or ${b}?`;
    }
    case 'subtract':
      return `Take away all ${plural(question.filter.value)}. How many things are left?`;
    default:
      return question satisfies never;
  }
}

/** The true answer, straight from the picture (emoji in left-to-right order). */
export function answerOf(question: Question, emoji: readonly Emoji[]): string {
  const count = (filter: Filter): number => emoji.filter((one) => matches(one, filter)).length;
  const referent = (filter: Filter): number => emoji.findIndex((one) => matches(one, filter));
  switch (question.kind) {
    case 'total':
      return String(emoji.length);
    case 'exist':
      return count(question.filter) > 0 ? 'yes' : 'no';
    case 'count':
      return String(count(question.filter));
    case 'name':
      return emoji[referent(question.filter)]?.name ?? '';
    case 'place':
      return emoji[question.number - 1]?.name ?? '';
    case 'relation': {
      const step = question.side === 'left' ? -1 : 1;
      return emoji[referent(question.filter) + step]?.[question.asks] ?? '';
    }
    case 'side': {
      const [a, b] = question.filters.map(referent);
      return (question.side === 'left' ? a < b : a > b) ? 'yes' : 'no';
    }
    case 'position': {
      const index = referent(question.filter);
      return String(question.side === 'left' ? index : emoji.length - 1 - index);
    }
    case 'compare': {
      const difference = count(question.filters[0]) - count(question.filters[1]);
      const holds = { more: difference > 0, fewer: difference < 0, same: difference === 0 };
      return holds[question.comparison] ? 'yes' : 'no';
    }
    case 'union':
      return String(count(question.filters[0]) + count(question.filters[1]));
    case 'subtract':
      return String(emoji.length - count(question.filter));
    default:
      return question satisfies never;
  }
}

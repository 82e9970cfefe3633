import { filterWords, matches } from './grammar.ts';
import type { Attributes, Filter, SceneVariant } from './grammar.ts';
import type { SuiteDifficulty } from '../suite.ts';

export type Comparison = 'more' | 'fewer' | 'same';
export type Side = 'left' | 'right';

/** A question as data; the problem's text and the worked response are both written from it. */
export type Question =
  | { readonly kind: 'total' }
  | { readonly kind: 'exist'; readonly filter: Filter }
  | { readonly kind: 'count'; readonly filter: Filter }
  | { readonly kind: 'attribute'; readonly filter: Filter; readonly attribute: string }
  | { readonly kind: 'relation'; readonly filter: Filter; readonly side: Side; readonly attribute: string }
  | { readonly kind: 'position'; readonly filter: Filter; readonly side: Side }
  | { readonly kind: 'compare'; readonly filters: readonly [Filter, Filter]; readonly comparison: Comparison }
  | { readonly kind: 'union'; readonly filters: readonly [Filter, Filter] }
  | { readonly kind: 'add'; readonly filter: Filter; readonly amount: number }
  | { readonly kind: 'subtract'; readonly filter: Filter }
  | { readonly kind: 'subtract_two'; readonly filters: readonly [Filter, Filter] };

export type QuestionKind = Question['kind'];

/** Question kinds of a variant, each with how often it is asked, relative to the others. */
export const KIND_WEIGHTS: Readonly<Record<SceneVariant, readonly (readonly [number, QuestionKind])[]>> = {
  scenes: [
    [4, 'total'],
    [10, 'exist'],
    [14, 'count'],
    [14, 'attribute'],
    [10, 'relation'],
    [8, 'position'],
    [12, 'compare'],
    [7, 'union'],
    [7, 'add'],
    [8, 'subtract'],
    [6, 'subtract_two'],
  ],
  'scenes-nano': [
    [2, 'total'],
    [5, 'exist'],
    [5, 'count'],
    [4, 'attribute'],
    [3, 'add'],
    [3, 'subtract'],
  ],
};

/** Kinds of the easy and the hard questions: one search without arithmetic, and all that takes more. */
const KINDS_OF: Readonly<Record<SuiteDifficulty, readonly QuestionKind[] | null>> = {
  easy: ['total', 'exist', 'count', 'attribute'],
  mixed: null,
  hard: ['relation', 'position', 'compare', 'union', 'add', 'subtract', 'subtract_two'],
};

/** Question kinds of a task set with their weights. */
export function kindWeights(
  variant: SceneVariant,
  difficulty: SuiteDifficulty,
): readonly (readonly [number, QuestionKind])[] {
  const kinds = KINDS_OF[difficulty];
  return KIND_WEIGHTS[variant].filter(([, kind]) => kinds === null || kinds.includes(kind));
}

/** The question as the user reads it. */
export function problemText(question: Question, variant: SceneVariant): string {
  const one = (filter: Filter): string => filterWords(filter, variant, false);
  const many = (filter: Filter): string => filterWords(filter, variant, true);
  switch (question.kind) {
    case 'total':
      return 'How many objects are there?';
    case 'exist':
      return `Is there a ${one(question.filter)}?`;
    case 'count':
      return `How many ${many(question.filter)} are there?`;
    case 'attribute':
      return `What ${question.attribute} is the ${one(question.filter)}?`;
    case 'relation':
      return `What ${question.attribute} is the object just ${question.side} of the ${one(question.filter)}?`;
    case 'position':
      return `How many objects are ${question.side} of the ${one(question.filter)}?`;
    case 'compare': {
      const [a, b] = question.filters;
      if (question.comparison === 'same') return `Are there as many ${many(a)} as ${many(b)}?`;
      return `Are there ${question.comparison} ${many(a)} than ${many(b)}?`;
    }
    case 'union':
      return `How many objects are ${many(question.filters[0])} or ${many(question.filters[1])}?`;
    case 'add':
      return `Add ${question.amount} ${many(question.filter)}. How many ${many(question.filter)} are there?`;
    case 'subtract':
      return `Subtract all ${many(question.filter)}. How many objects are left?`;
    case 'subtract_two':
      return `Subtract all ${many(question.filters[0])}. Subtract all ${many(question.filters[1])}. How many objects are left?`;
    default:
      return question satisfies never;
  }
}

/** The true answer, straight from the scene (objects in left-to-right order). */
export function answerOf(question: Question, objects: readonly Attributes[]): string {
  const count = (filter: Filter): number => objects.filter((object) => matches(object, filter)).length;
  const referent = (filter: Filter): number => objects.findIndex((object) => matches(object, filter));
  switch (question.kind) {
    case 'total':
      return String(objects.length);
    case 'exist':
      return count(question.filter) > 0 ? 'yes' : 'no';
    case 'count':
      return String(count(question.filter));
    case 'attribute':
      return objects[referent(question.filter)]?.[question.attribute] ?? '';
    case 'relation': {
      const step = question.side === 'left' ? -1 : 1;
      return objects[referent(question.filter) + step]?.[question.attribute] ?? '';
    }
    case 'position': {
      const index = referent(question.filter);
      return String(question.side === 'left' ? index : objects.length - 1 - index);
    }
    case 'compare': {
      const difference = count(question.filters[0]) - count(question.filters[1]);
      const holds = { more: difference > 0, fewer: difference < 0, same: difference === 0 };
      return holds[question.comparison] ? 'yes' : 'no';
    }
    case 'union':
      return String(count(question.filters[0]) + count(question.filters[1]));
    case 'add':
      return String(count(question.filter) + question.amount);
    case 'subtract':
      return String(objects.length - count(question.filter));
    case 'subtract_two':
      return String(objects.length - count(question.filters[0]) - count(question.filters[1]));
    default:
      return question satisfies never;
  }
}

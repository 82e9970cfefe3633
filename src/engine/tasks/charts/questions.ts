import type { RandomStream } from '../../random.ts';
import type { SuiteDifficulty } from '../suite.ts';
import type { ChartMark } from './grammar.ts';

/** Which of the two ways of asking the same. */
type Wording = 0 | 1;
export type Trend = 'up' | 'down' | 'flat';

/** A question as data; the problem's text and the worked response are both written from it. Marks go by label. */
export type Question =
  | { readonly kind: 'read'; readonly label: string; readonly wording: Wording }
  | { readonly kind: 'find'; readonly color: string; readonly wording: Wording }
  | { readonly kind: 'compare'; readonly labels: readonly [string, string]; readonly most: boolean }
  | { readonly kind: 'extreme'; readonly most: boolean; readonly wording: Wording }
  | { readonly kind: 'trend'; readonly labels: readonly [string, string]; readonly wording: Wording }
  | {
      /** A difference takes the second from the first. */
      readonly kind: 'sum' | 'difference';
      readonly labels: readonly [string, string];
      readonly wording: Wording;
    }
  | { readonly kind: 'total'; readonly wording: Wording };
export type QuestionKind = Question['kind'];

/** How often each kind is asked, relative to the others. */
const WEIGHTS: readonly (readonly [number, QuestionKind])[] = [
  [14, 'read'],
  [12, 'find'],
  [12, 'compare'],
  [14, 'extreme'],
  [14, 'trend'],
  [12, 'sum'],
  [12, 'difference'],
  [10, 'total'],
];

export const KINDS: readonly QuestionKind[] = WEIGHTS.map(([, kind]) => kind);

/** Easy questions ask to look and compare once; hard ones take a calculation or every mark. */
const KINDS_OF: Readonly<Record<SuiteDifficulty, readonly QuestionKind[]>> = {
  easy: ['read', 'find', 'compare', 'trend'],
  mixed: KINDS,
  hard: ['extreme', 'sum', 'difference', 'total'],
};

/** Question kinds of a difficulty with their weights. */
export function kindWeights(difficulty: SuiteDifficulty): readonly (readonly [number, QuestionKind])[] {
  return WEIGHTS.filter(([, kind]) => KINDS_OF[difficulty].includes(kind));
}

/** No sum of all marks is larger than that of the two largest values. */
const LARGEST_TOTAL = 40;

/** An answer to aim at, so that answers of a kind spread evenly; null where any will do. */
export function targetAnswer(kind: QuestionKind, stream: RandomStream): string | null {
  switch (kind) {
    case 'read':
    case 'find':
      return String(stream.integer(21));
    case 'trend':
      return stream.pick(['up', 'up', 'down', 'down', 'flat']);
    case 'sum':
      return String(1 + stream.integer(36));
    case 'difference':
      return String(1 + stream.integer(14));
    case 'total':
      return String(4 + stream.integer(LARGEST_TOTAL - 3));
    case 'compare':
    case 'extreme':
      return null;
    default:
      return kind satisfies never;
  }
}

/** A question of the kind about these marks, drawn; null when they allow none with one clear answer. */
export function proposeQuestion(
  kind: QuestionKind,
  marks: readonly ChartMark[],
  stream: RandomStream,
): Question | null {
  const wording: Wording = stream.chance(0.5) ? 0 : 1;
  const most = stream.chance(0.5);
  const [a, b] = stream.shuffle(marks);
  if (a === undefined || b === undefined) return null;
  switch (kind) {
    case 'read':
      return { kind, label: a.label, wording };
    case 'find':
      return { kind, color: a.color, wording };
    case 'compare':
      return a.value === b.value ? null : { kind, labels: [a.label, b.label], most };
    case 'extreme': {
      const values = marks.map(({ value }) => Number(value));
      const extreme = most ? Math.max(...values) : Math.min(...values);
      return values.filter((value) => value === extreme).length === 1 ? { kind, most, wording } : null;
    }
    case 'trend': {
      const [from, to] = marks.indexOf(a) < marks.indexOf(b) ? [a, b] : [b, a];
      return { kind, labels: [from.label, to.label], wording };
    }
    case 'sum':
      return { kind, labels: [a.label, b.label], wording };
    case 'difference': {
      if (a.value === b.value) return null;
      const [more, less] = Number(a.value) > Number(b.value) ? [a, b] : [b, a];
      return { kind, labels: [more.label, less.label], wording };
    }
    case 'total': {
      const total = marks.reduce((sum, { value }) => sum + Number(value), 0);
      return total <= LARGEST_TOTAL ? { kind, wording } : null;
    }
    default:
      return kind satisfies never;
  }
}

/** The question as the user reads it; `mark` is what the chart's marks are called. */
export function problemText(question: Question, mark: string): string {
  switch (question.kind) {
    case 'read':
      return worded(question, `What is the value of ${question.label}?`, `How large is ${question.label}?`);
    case 'find': {
      const asked = `the ${question.color} ${mark}`;
      return worded(question, `What is the value of ${asked}?`, `How large is ${asked}?`);
    }
    case 'compare': {
      const [a, b] = question.labels;
      return `Which ${mark} is ${comparative(question.most)}, ${a} or ${b}?`;
    }
    case 'extreme': {
      const asked = superlative(question.most);
      return worded(question, `Which ${mark} is the ${asked}?`, `What is the ${asked} ${mark}?`);
    }
    case 'trend': {
      const path = `from ${question.labels.join(' to ')}`;
      return worded(question, `What is the trend ${path}?`, `Is the trend ${path} up, down or flat?`);
    }
    case 'sum': {
      const [a, b] = question.labels;
      return worded(question, `What is the sum of ${a} and ${b}?`, `How much are ${a} and ${b} together?`);
    }
    case 'difference': {
      const [more, less] = question.labels;
      return worded(
        question,
        `How much larger is ${more} than ${less}?`,
        `What is the difference of ${more} and ${less}?`,
      );
    }
    case 'total':
      return worded(question, `What is the sum of all ${mark}s?`, `How much are all ${mark}s together?`);
    default:
      return question satisfies never;
  }
}

function worded({ wording }: { readonly wording: Wording }, first: string, second: string): string {
  return wording === 0 ? first : second;
}

export function comparative(most: boolean): string {
  return most ? 'larger' : 'smaller';
}

export function superlative(most: boolean): string {
  return most ? 'largest' : 'smallest';
}

/** The true answer, straight from the marks: a number, a label, or a trend. */
export function answerOf(question: Question, marks: readonly ChartMark[]): string {
  const valueOf = (label: string): number => Number(marks.find((mark) => mark.label === label)?.value);
  switch (question.kind) {
    case 'read':
      return String(valueOf(question.label));
    case 'find':
      return marks.find(({ color }) => color === question.color)?.value ?? '';
    case 'compare': {
      const [a, b] = question.labels;
      return valueOf(a) > valueOf(b) === question.most ? a : b;
    }
    case 'extreme': {
      const values = marks.map(({ value }) => Number(value));
      return marks[values.indexOf(question.most ? Math.max(...values) : Math.min(...values))]?.label ?? '';
    }
    case 'trend': {
      const [from, to] = question.labels;
      return trendOf(valueOf(from), valueOf(to));
    }
    case 'sum': {
      const [a, b] = question.labels;
      return String(valueOf(a) + valueOf(b));
    }
    case 'difference': {
      const [more, less] = question.labels;
      return String(valueOf(more) - valueOf(less));
    }
    case 'total':
      return String(marks.reduce((sum, { value }) => sum + Number(value), 0));
    default:
      return question satisfies never;
  }
}

export function trendOf(from: number, to: number): Trend {
  if (from === to) return 'flat';
  return to > from ? 'up' : 'down';
}

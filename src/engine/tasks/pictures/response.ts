import type { Slip } from './faults.ts';
import type { Emoji } from './emoji.ts';
import { describe, matches } from './grammar.ts';
import type { Filter } from './grammar.ts';
import { ORDINALS } from './questions.ts';
import type { Comparison, Question, Side } from './questions.ts';

/**
 * Worked responses in PeBR's format, written so that a very small model can learn them: a search looks at every emoji
 * in turn: its number, its own name or category, and for a match which one it is ("first", "second" …). So a word is
 * copied from the description, compared with the question, or depends on the word before it.
 */

export interface Reasoning {
  /** What the teacher thinks it sees, left to right. */
  readonly seen: readonly Emoji[];
  readonly slips: ReadonlySet<Slip>;
  /** Uniform in (0, 1): which match a `miss_match` passes over. */
  readonly choice: number;
}

interface Work {
  /** The rationales: what will be done, in the order of the steps. */
  readonly plan: readonly string[];
  readonly steps: readonly string[];
  readonly answer: string;
}

interface Search {
  readonly text: string;
  /** Indices of the emoji found, ascending. */
  readonly hits: readonly number[];
  readonly missed: boolean;
}

/** The whole response, from `### Image Description:` to the answer, without an end token. */
export function workedResponseText(question: Question, reasoning: Reasoning): string {
  const { plan, steps, answer } = work(question, reasoning);
  return [
    `### Image Description: ${describe(reasoning.seen)}`,
    `### Rationales: ${plan.join(', ')}.`,
    "### Let's think step by step.",
    ...steps.map((step, i) => `### Step ${i + 1}: ${step}`),
    `### The final answer is: ${answer}`,
  ].join('\n');
}

function work(question: Question, { seen, slips, choice }: Reasoning): Work {
  const wrong = slips.has('wrong_operation');
  const words = ({ value }: Filter): string => `find ${value}`;
  let toMiss = slips.has('miss_match');
  const search = (filter: Filter): Search => {
    const found = findAll(seen, filter, toMiss ? choice : null);
    if (found.missed) toMiss = false;
    return { ...found, text: `${words(filter)}: ${found.text} = ${found.hits.length}` };
  };
  const searchBoth = ([a, b]: readonly [Filter, Filter]): readonly [Search, Search] => [search(a), search(b)];
  const finish = (total: number): number => (slips.has('off_by_one') ? total + 1 : total);
  const sideOf = (side: Side): Side => (slips.has('wrong_side') ? opposite(side) : side);

  switch (question.kind) {
    case 'total': {
      const total = finish(seen.length);
      return { plan: ['count things'], steps: [`the last thing is ${total}`], answer: String(total) };
    }
    case 'exist': {
      const { text, hits } = search(question.filter);
      const answer = yesNo(hits.length > 0, slips);
      return { plan: [words(question.filter)], steps: [text, `${hits.length} so ${answer}`], answer };
    }
    case 'count': {
      const { text, hits } = search(question.filter);
      const total = finish(hits.length);
      return {
        plan: [words(question.filter), 'count'],
        steps: [text, `count = ${total}`],
        answer: String(total),
      };
    }
    case 'name': {
      const { text, hits } = search(question.filter);
      const index = hits[0] ?? 0;
      const answer = seen[index].name;
      return { plan: [words(question.filter)], steps: [text, `${index + 1} is ${answer}`], answer };
    }
    case 'place': {
      const answer = seen[question.number - 1].name;
      const plan = [`find the ${ORDINALS[question.number - 1]} thing`];
      return { plan, steps: [`${question.number} is ${answer}`], answer };
    }
    case 'relation': {
      const { text, hits } = search(question.filter);
      const side = sideOf(question.side);
      const index = hits[0] ?? 0;
      // A misread picture may have nothing on that side; the teacher then stays where it is.
      const next = clampIndex(index + (side === 'left' ? -1 : 1), seen.length);
      const answer = seen[next][question.asks];
      const steps = [text, `${side} of ${index + 1} is ${next + 1}`, `${next + 1} is ${answer}`];
      return { plan: [words(question.filter), side], steps, answer };
    }
    case 'side': {
      const [a, b] = searchBoth(question.filters);
      const side = sideOf(question.side);
      const [first, second] = [a, b].map(({ hits }) => (hits[0] ?? 0) + 1);
      const answer = yesNo(side === 'left' ? first < second : first > second, slips);
      const plan = [...question.filters.map(words), side];
      return { plan, steps: [a.text, b.text, `${first} ${side} of ${second} ${answer}`], answer };
    }
    case 'position': {
      const { text, hits } = search(question.filter);
      const side = sideOf(question.side);
      const number = (hits[0] ?? 0) + 1;
      const [from, minus] = side === 'left' ? [number, 1] : [seen.length, number];
      const total = finish(from - minus);
      const steps = [text, `${side} of ${number}: ${from} - ${minus} = ${total}`];
      return { plan: [words(question.filter), side], steps, answer: String(total) };
    }
    case 'compare': {
      const [a, b] = searchBoth(question.filters);
      const comparison = wrong ? otherComparison(question.comparison) : question.comparison;
      const answer = yesNo(compare(a.hits.length, b.hits.length, comparison), slips);
      const plan = [...question.filters.map(words), comparison];
      const steps = [a.text, b.text, `${a.hits.length} ${comparison} ${b.hits.length} ${answer}`];
      return { plan, steps, answer };
    }
    case 'union': {
      const [a, b] = searchBoth(question.filters);
      const sum = calculate(a.hits.length, b.hits.length, wrong ? -1 : 1, finish);
      const plan = [...question.filters.map(words), 'add'];
      return { plan, steps: [a.text, b.text, sum.text], answer: sum.answer };
    }
    case 'subtract': {
      const { text, hits } = search(question.filter);
      const sum = calculate(seen.length, hits.length, wrong ? 1 : -1, finish);
      return { plan: [words(question.filter), 'subtract'], steps: [text, sum.text], answer: sum.answer };
    }
    default:
      return question satisfies never;
  }
}

/** Looks at every emoji in turn; `miss` in (0, 1) passes over one of the matches. */
function findAll(seen: readonly Emoji[], filter: Filter, miss: number | null): Search {
  const matching = seen.flatMap((emoji, i) => (matches(emoji, filter) ? [i] : []));
  const passed = miss === null ? undefined : matching[Math.floor(miss * matching.length)];
  const hits = matching.filter((i) => i !== passed);
  const verdicts = seen.map((emoji, i) =>
    [i + 1, emoji[filter.by], ORDINALS[hits.indexOf(i)] ?? []].flat().join(' '),
  );
  return { text: verdicts.join(' '), hits, missed: passed !== undefined };
}

/** "6 - 2 = 4". A difference below zero is never written: then the other sign is taken. */
function calculate(
  start: number,
  term: number,
  sign: 1 | -1,
  finish: (total: number) => number,
): { readonly text: string; readonly answer: string } {
  const direction = start + sign * term < 0 ? 1 : sign;
  const total = finish(start + direction * term);
  return { text: `${start} ${direction === 1 ? '+' : '-'} ${term} = ${total}`, answer: String(total) };
}

function yesNo(holds: boolean, slips: ReadonlySet<Slip>): string {
  return holds !== slips.has('flip') ? 'yes' : 'no';
}

function compare(a: number, b: number, comparison: Comparison): boolean {
  return { more: a > b, fewer: a < b, same: a === b }[comparison];
}

function otherComparison(comparison: Comparison): Comparison {
  return comparison === 'more' ? 'fewer' : 'more';
}

function opposite(side: Side): Side {
  return side === 'left' ? 'right' : 'left';
}

function clampIndex(index: number, length: number): number {
  return Math.max(0, Math.min(length - 1, index));
}

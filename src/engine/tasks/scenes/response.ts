import { ATTRIBUTE_VALUES, describe, filterWords, matches } from './grammar.ts';
import type { Attributes, Filter, SceneVariant } from './grammar.ts';
import type { Slip } from './faults.ts';
import type { Comparison, Question, Side } from './questions.ts';

/**
 * Worked responses in PeBR's format, written so that a very small model can learn them: a search looks at every
 * object in turn: its number, its own values of the attributes asked for, and for a match which one it is ("first",
 * "second" …). So a word is copied from the description, compared with the question, or depends on the word before
 * it; sums are written out one operation at a time.
 */

export interface Reasoning {
  /** What the teacher thinks it sees, left to right. */
  readonly seen: readonly Attributes[];
  readonly slips: ReadonlySet<Slip>;
  /** Uniform in (0, 1): which match a `miss_match` passes over. */
  readonly choice: number;
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];

interface Work {
  /** The rationales: what will be done, in the order of the steps. */
  readonly plan: readonly string[];
  readonly steps: readonly string[];
  readonly answer: string;
}

/** The whole response, from `### Image Description:` to the answer, without an end token. */
export function workedResponseText(question: Question, variant: SceneVariant, reasoning: Reasoning): string {
  const { plan, steps, answer } = work(question, variant, reasoning);
  return [
    `### Image Description: ${describe(reasoning.seen, variant)}`,
    `### Rationales: ${plan.join(', ')}.`,
    "### Let's think step by step.",
    ...steps.map((step, i) => `### Step ${i + 1}: ${step}`),
    `### The final answer is: ${answer}`,
  ].join('\n');
}

function work(question: Question, variant: SceneVariant, { seen, slips, choice }: Reasoning): Work {
  const wrong = slips.has('wrong_operation');
  const words = (filter: Filter): string => `find ${filterWords(filter, variant, false)}`;
  let toMiss = slips.has('miss_match');
  const search = (filter: Filter): Search => {
    const found = findAll(seen, filter, variant, toMiss ? choice : null);
    if (found.missed) toMiss = false;
    return { ...found, text: `${words(filter)}: ${found.text} = ${found.hits.length}` };
  };
  const searchBoth = ([a, b]: readonly [Filter, Filter]): readonly [Search, Search] => [search(a), search(b)];
  const finish = (total: number): number => (slips.has('off_by_one') ? total + 1 : total);

  switch (question.kind) {
    case 'total': {
      const total = finish(seen.length);
      return { plan: ['count objects'], steps: [`the last object is ${total}`], answer: String(total) };
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
    case 'attribute': {
      const { text, hits } = search(question.filter);
      const index = hits[0] ?? 0;
      const answer = seen[index]?.[question.attribute] ?? '';
      const plan = [words(question.filter), question.attribute];
      return { plan, steps: [text, `${question.attribute} of ${index + 1} is ${answer}`], answer };
    }
    case 'relation': {
      const { text, hits } = search(question.filter);
      const side = wrong ? opposite(question.side) : question.side;
      const index = hits[0] ?? 0;
      // A misread scene may have nothing on that side; the teacher then stays where it is.
      const next = clampIndex(index + (side === 'left' ? -1 : 1), seen.length);
      const answer = seen[next]?.[question.attribute] ?? '';
      const plan = [words(question.filter), side, question.attribute];
      const steps = [
        text,
        `${side} of ${index + 1} is ${next + 1}`,
        `${question.attribute} of ${next + 1} is ${answer}`,
      ];
      return { plan, steps, answer };
    }
    case 'position': {
      const { text, hits } = search(question.filter);
      const side = wrong ? opposite(question.side) : question.side;
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
      return {
        plan,
        steps: [a.text, b.text, `${a.hits.length} ${comparison} ${b.hits.length} ${answer}`],
        answer,
      };
    }
    case 'union': {
      const [a, b] = searchBoth(question.filters);
      const sum = chain(a.hits.length, [b.hits.length], wrong ? -1 : 1, finish);
      return {
        plan: [...question.filters.map(words), 'add'],
        steps: [a.text, b.text, sum.text],
        answer: sum.answer,
      };
    }
    case 'add': {
      const { text, hits } = search(question.filter);
      const sum = chain(hits.length, [question.amount], wrong ? -1 : 1, finish);
      return {
        plan: [words(question.filter), `add ${question.amount}`],
        steps: [text, sum.text],
        answer: sum.answer,
      };
    }
    case 'subtract': {
      const { text, hits } = search(question.filter);
      const sum = chain(seen.length, [hits.length], wrong ? 1 : -1, finish);
      return { plan: [words(question.filter), 'subtract'], steps: [text, sum.text], answer: sum.answer };
    }
    case 'subtract_two': {
      const [a, b] = searchBoth(question.filters);
      const sum = chain(seen.length, [a.hits.length, b.hits.length], wrong ? 1 : -1, finish);
      const plan = [...question.filters.map(words), 'subtract'];
      return { plan, steps: [a.text, b.text, sum.text], answer: sum.answer };
    }
    default:
      return question satisfies never;
  }
}

interface Search {
  readonly text: string;
  /** Indices of the objects found, ascending. */
  readonly hits: readonly number[];
  readonly missed: boolean;
}

/**
 * Looks at every object in turn, "1 small red 2 large blue first 3 large green" for a large blue object. `miss` in
 * (0, 1) passes over one of the matches.
 */
function findAll(
  seen: readonly Attributes[],
  filter: Filter,
  variant: SceneVariant,
  miss: number | null,
): Search {
  const matching = seen.flatMap((object, i) => (matches(object, filter) ? [i] : []));
  const passed = miss === null ? undefined : matching[Math.floor(miss * matching.length)];
  const hits = matching.filter((i) => i !== passed);
  const asked = Object.keys(ATTRIBUTE_VALUES[variant]).filter((name) => name in filter);
  const verdicts = seen.map((object, i) =>
    [i + 1, ...asked.map((name) => object[name]), ORDINALS[hits.indexOf(i)] ?? []].flat().join(' '),
  );
  return { text: verdicts.join(' '), hits, missed: passed !== undefined };
}

/** "6 - 2 = 4; 4 - 1 = 3". A difference below zero is never written: then the other sign is taken. */
function chain(
  start: number,
  terms: readonly number[],
  sign: 1 | -1,
  finish: (total: number) => number,
): { readonly text: string; readonly answer: string } {
  const total = terms.reduce((sum, term) => sum + term, 0);
  const direction = start + sign * total < 0 ? 1 : sign;
  let value = start;
  const parts = terms.map((term, i) => {
    const before = value;
    value += direction * term;
    if (i === terms.length - 1) value = finish(value);
    return `${before} ${direction === 1 ? '+' : '-'} ${term} = ${value}`;
  });
  return { text: parts.join('; '), answer: String(value) };
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

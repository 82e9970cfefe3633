import { MISREAD } from './faults.ts';
import type { Slip } from './faults.ts';
import { describe } from './grammar.ts';
import type { ChartMark } from './grammar.ts';
import { comparative, superlative, trendOf } from './questions.ts';
import type { Question, Trend } from './questions.ts';

/**
 * Worked responses in PeBR's format, written so that a very small model can learn them: every step names the label
 * and copies its value from the description before it compares or calculates, one operation at a time.
 */

export interface Reasoning {
  /** What the teacher thinks it sees, left to right. */
  readonly seen: readonly ChartMark[];
  readonly slips: ReadonlySet<Slip>;
}

interface Work {
  /** The rationales: what will be done, in the order of the steps. */
  readonly plan: string;
  readonly steps: readonly string[];
  readonly answer: string;
}

/** The whole response, from `### Image Description:` to the answer, without an end token. */
export function workedResponseText(question: Question, reasoning: Reasoning): string {
  const { plan, steps, answer } = work(question, reasoning);
  return [
    `### Image Description: ${describe(reasoning.seen)}`,
    `### Rationales: ${plan}.`,
    "### Let's think step by step.",
    ...steps.map((step, i) => `### Step ${i + 1}: ${step}`),
    `### The final answer is: ${answer}`,
  ].join('\n');
}

function work(question: Question, { seen, slips }: Reasoning): Work {
  const wrong = slips.has('wrong_operation');
  const extra = slips.has('off_by_one') ? 1 : 0;
  const copy = (mark: ChartMark): { readonly text: string; readonly value: string } => {
    const value = slips.has('wrong_mark') ? beside(seen, mark).value : mark.value;
    return { text: `${mark.label} ${value}`, value };
  };
  switch (question.kind) {
    case 'read': {
      const { text, value } = copy(markWith(seen, 'label', question.label));
      return { plan: `find ${question.label}`, steps: [text], answer: value };
    }
    case 'find': {
      const found = markWith(seen, 'color', question.color);
      const search = seen.map(({ label, color }) => `${label} ${color}`).join(' ');
      const { text, value } = copy(found);
      return {
        plan: `find ${question.color}, value`,
        steps: [`find ${question.color}: ${search} so ${found.label}`, text],
        answer: value,
      };
    }
    case 'compare': {
      const [first, second] = pair(seen, question.labels);
      const most = question.most !== wrong;
      const taken = better(first, second, most);
      const other = taken === first ? second : first;
      return {
        plan: `find ${question.labels.join(' and ')}, ${comparative(most)}`,
        steps: [looked(first, second), `${compared(taken, other)} so ${taken.label}`],
        answer: taken.label,
      };
    }
    case 'extreme': {
      const most = question.most !== wrong;
      const [start, ...rest] = seen;
      if (start === undefined) throw new Error('extreme: got no marks; give at least one');
      let best = start;
      const steps = rest.map((mark) => {
        const before = best;
        best = better(before, mark, most);
        return `${looked(before, mark)} so ${best.label} ${best.value}`;
      });
      return { plan: `find ${superlative(most)}`, steps, answer: best.label };
    }
    case 'trend': {
      const [from, to] = pair(seen, question.labels);
      const truth = trendOf(Number(from.value), Number(to.value));
      const trend = slips.has('flip') ? flipped(truth) : truth;
      return {
        plan: `find ${question.labels.join(' and ')}, trend`,
        steps: [looked(from, to), `${compared(to, from)} so ${trend}`],
        answer: trend,
      };
    }
    case 'sum':
      return chain(
        `find ${question.labels.join(' and ')}, add`,
        pair(seen, question.labels),
        1,
        wrong,
        extra,
      );
    case 'difference':
      return chain(
        `find ${question.labels.join(' and ')}, subtract`,
        pair(seen, question.labels),
        -1,
        wrong,
        extra,
      );
    case 'total':
      return chain('find all, add', seen, 1, wrong, extra);
    default:
      return question satisfies never;
  }
}

/** "12 larger than 7". */
function compared(a: ChartMark, b: ChartMark): string {
  const difference = Number(a.value) - Number(b.value);
  const words = difference === 0 ? 'same as' : `${comparative(difference > 0)} than`;
  return `${a.value} ${words} ${b.value}`;
}

function flipped(trend: Trend): Trend {
  return trend === 'up' ? 'down' : 'up';
}

/**
 * The mark seen with that label or colour. Where the teacher misread it, it takes the first one that looks like it,
 * else the first of all.
 */
function markWith(seen: readonly ChartMark[], attribute: 'label' | 'color', value: string): ChartMark {
  const twin = MISREAD[attribute][value];
  const found =
    seen.find((mark) => mark[attribute] === value) ??
    seen.find((mark) => mark[attribute] === twin) ??
    seen[0];
  if (found === undefined) throw new Error(`${attribute} ${value}: got no marks; give at least one`);
  return found;
}

function pair(
  seen: readonly ChartMark[],
  [a, b]: readonly [string, string],
): readonly [ChartMark, ChartMark] {
  return [markWith(seen, 'label', a), markWith(seen, 'label', b)];
}

/** The mark to the right, or to the left of the last. */
function beside(seen: readonly ChartMark[], mark: ChartMark): ChartMark {
  const at = seen.indexOf(mark);
  return seen[at + 1] ?? seen[at - 1] ?? mark;
}

function better(a: ChartMark, b: ChartMark, most: boolean): ChartMark {
  const [x, y] = [Number(a.value), Number(b.value)];
  if (x === y) return a;
  return x > y === most ? a : b;
}

function looked(...marks: readonly ChartMark[]): string {
  return marks.map(({ label, value }) => `${label} ${value}`).join(' ');
}

/**
 * "A 7 B 3: 7 + 3 = 10", then "C 12: 10 + 12 = 22". `wrong` takes the other sign in the last step. A difference
 * below zero is never written: then the terms are added.
 */
function chain(plan: string, marks: readonly ChartMark[], sign: 1 | -1, wrong: boolean, extra: number): Work {
  const [start, ...terms] = marks;
  if (start === undefined) throw new Error(`${plan}: got no marks; give at least one`);
  let total = Number(start.value);
  const steps = terms.map((term, i) => {
    const last = i === terms.length - 1;
    const before = total;
    const wanted = last && wrong ? -sign : sign;
    const direction = before + wanted * Number(term.value) < 0 ? 1 : wanted;
    total = before + direction * Number(term.value) + (last ? extra : 0);
    const copied = i === 0 ? looked(start, term) : looked(term);
    return `${copied}: ${before} ${direction === 1 ? '+' : '-'} ${term.value} = ${total}`;
  });
  return { plan, steps, answer: String(total) };
}

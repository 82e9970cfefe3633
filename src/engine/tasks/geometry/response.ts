import { OPPOSITE } from './faults.ts';
import type { Slip } from './faults.ts';
import type { Shape } from './figures.ts';
import { UNKNOWN, describe } from './grammar.ts';
import type { LabelledPart } from './grammar.ts';
import { comparative } from './questions.ts';
import type { Question } from './questions.ts';

/**
 * Worked responses in PeBR's format, written so that a very small model can learn them: every step names the place
 * and copies its value from the description before it calculates, one operation at a time.
 */

export interface Reasoning {
  /** What the teacher thinks it sees, in the figure's order. */
  readonly seen: readonly LabelledPart[];
  readonly slips: ReadonlySet<Slip>;
}

interface Work {
  /** The rationales: what will be done, in the order of the steps. */
  readonly plan: string;
  readonly steps: readonly string[];
  readonly answer: string;
}

/** The whole response, from `### Image Description:` to the answer, without an end token. */
export function workedResponseText(question: Question, shape: Shape, reasoning: Reasoning): string {
  const { plan, steps, answer } = work(question, shape, reasoning);
  return [
    `### Image Description: ${describe(reasoning.seen)}`,
    `### Rationales: ${plan}.`,
    "### Let's think step by step.",
    ...steps.map((step, i) => `### Step ${i + 1}: ${step}`),
    `### The final answer is: ${answer}`,
  ].join('\n');
}

function work(question: Question, shape: Shape, { seen, slips }: Reasoning): Work {
  const wrong = slips.has('wrong_operation');
  const extra = slips.has('off_by_one') ? 1 : slips.has('off_by_ten') ? 10 : 0;
  const known = seen.filter(({ value }) => value !== UNKNOWN);
  switch (question.kind) {
    case 'read': {
      const { place, value } = partAt(known, question.place);
      return { plan: `find ${question.place}`, steps: [`${place} ${value}`], answer: value };
    }
    case 'compare': {
      const [a, b] = question.places;
      const [first, second] = [partAt(known, a), partAt(known, b)];
      const most = question.most !== wrong;
      const taken = Number(first.value) > Number(second.value) === most ? first : second;
      const other = taken === first ? second : first;
      const word = comparative(first.part, most);
      return {
        plan: `find ${a} and ${b}, ${word}`,
        steps: [
          `${first.place} ${first.value} ${second.place} ${second.value}`,
          `${taken.value} ${word} than ${other.value} so ${taken.place}`,
        ],
        answer: taken.place,
      };
    }
    case 'third_angle':
    case 'supplement':
      return chain('subtract from 180', 180, known, -1, wrong, extra);
    case 'missing': {
      const whole = partAt(known, 'whole');
      const rest = known.filter((part) => part !== whole);
      return chain('subtract from whole', whole, rest, -1, wrong, extra);
    }
    case 'sum': {
      const [first, ...rest] = known;
      return chain('add', first ?? 0, rest, 1, wrong, extra);
    }
    case 'perimeter': {
      if (shape === 'triangle') {
        const [first, ...rest] = known;
        return chain('add', first ?? 0, rest, 1, wrong, extra);
      }
      return wrong ? product('multiply', shape, known, extra) : doubled('add and double', known, extra);
    }
    case 'area':
      return wrong ? doubled('add and double', known, extra) : product('multiply', shape, known, extra);
    default:
      return question satisfies never;
  }
}

/** The part seen at a place; where a figure seen mirrored has none there, the part on the other side. */
function partAt(known: readonly LabelledPart[], place: string): LabelledPart {
  const at = (wanted: string | undefined): LabelledPart | undefined =>
    known.find((part) => part.place === wanted);
  const found = at(place) ?? at(OPPOSITE[place]);
  if (found === undefined) throw new Error(`no labelled part for place ${place}`);
  return found;
}

/**
 * "left 40: 180 - 40 = 140", then "right 60: 140 - 60 = 80". `wrong` takes the other sign in the last step. A
 * difference below zero is never written: then the terms are added.
 */
function chain(
  plan: string,
  start: number | LabelledPart,
  terms: readonly LabelledPart[],
  sign: 1 | -1,
  wrong: boolean,
  extra: number,
): Work {
  let value = typeof start === 'number' ? start : Number(start.value);
  const opening = typeof start === 'number' ? '' : `${start.place} ${start.value} `;
  const steps = terms.map((term, i) => {
    const last = i === terms.length - 1;
    const before = value;
    const wanted = last && wrong ? -sign : sign;
    const direction = before + wanted * Number(term.value) < 0 ? 1 : wanted;
    value = before + direction * Number(term.value) + (last ? extra : 0);
    return `${i === 0 ? opening : ''}${term.place} ${term.value}: ${before} ${direction === 1 ? '+' : '-'} ${term.value} = ${value}`;
  });
  return { plan, steps, answer: String(value) };
}

/** Twice the sum of two sides; a square shows one of them. */
function doubled(plan: string, known: readonly LabelledPart[], extra: number): Work {
  const [a, b] = twoSides(known);
  const half = a + b;
  const total = 2 * half + extra;
  return {
    plan,
    steps: [`${copied(known)}: ${a} + ${b} = ${half}`, `${half} + ${half} = ${total}`],
    answer: String(total),
  };
}

/** The product of two sides, and half of it for a triangle with a right angle. */
function product(plan: string, shape: Shape, known: readonly LabelledPart[], extra: number): Work {
  const [a, b] = twoSides(known);
  const whole = a * b;
  const halved = shape === 'right-triangle';
  // Misread legs may have an odd product.
  const total = (halved ? Math.floor(whole / 2) : whole) + extra;
  const first = `${copied(known)}: ${a} x ${b} = ${halved ? whole : total}`;
  return {
    plan: halved ? `${plan} and halve` : plan,
    steps: halved ? [first, `half of ${whole} = ${total}`] : [first],
    answer: String(total),
  };
}

function twoSides(known: readonly LabelledPart[]): readonly [number, number] {
  const [a = 0, b = a] = known.map(({ value }) => Number(value));
  return [a, b];
}

function copied(known: readonly LabelledPart[]): string {
  return known.map(({ place, value }) => `${place} ${value}`).join(' ');
}

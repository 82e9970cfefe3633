import { hashText, uniform } from '../../random.ts';
import type { PerceptionFault, TeacherFaults } from '../types.ts';
import type { LabelledPart } from './grammar.ts';
import type { QuestionKind } from './questions.ts';

/**
 * Teacher faults, planted so that a policy fine-tuned on them has something for each stage to mend.
 * A misread label feeds the steps too: the teacher reasons on what it thinks it sees.
 */

/** What a value is taken for: a digit for its look-alike (1 7, 2 7, 3 8, 4 9, 5 6), or a digit passed over. */
const MISREAD_VALUE: Readonly<Record<string, string>> = Object.fromEntries(
  [
    // Lengths stay lengths of the suite, angles stay angles.
    '1 7, 2 7, 3 8, 4 9, 5 6, 6 5, 7 1, 8 3, 9 4, 10 1, 11 1, 12 2, 13 18, 14 19, 15 16, 16 15, 17 11, 18 13, 19 14',
    '20 70, 30 80, 40 90, 50 60, 60 50, 70 20, 80 30, 90 40, 100 160, 110 140, 120 20, 130 30, 140 40, 150 160, 160 150',
  ]
    .join(', ')
    .split(', ')
    .map((pair) => pair.split(' ') as [string, string]),
);
/** Left for right and top for bottom: the figure seen in a mirror. */
export const OPPOSITE: Readonly<Record<string, string>> = {
  left: 'right',
  right: 'left',
  top: 'bottom',
  bottom: 'top',
};
const MISREAD_PART: Readonly<Record<string, string>> = { side: 'segment', segment: 'side' };
const MISREAD: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  part: MISREAD_PART,
  place: OPPOSITE,
  value: MISREAD_VALUE,
};

/**
 * `off_by_one` the last calculation on lengths comes out one too high; `off_by_ten` one on angles ten too high;
 * `wrong_operation` + for − and − for + in the last calculation, perimeter for area and area for perimeter, larger
 * for smaller.
 */
export type Slip = 'off_by_one' | 'off_by_ten' | 'wrong_operation';

/** Question kinds on which a slip can be made. */
export const SLIP_KINDS: Readonly<Record<Slip, readonly QuestionKind[]>> = {
  off_by_one: ['perimeter', 'area', 'missing', 'sum'],
  off_by_ten: ['third_angle', 'supplement'],
  wrong_operation: ['compare', 'third_angle', 'supplement', 'perimeter', 'area', 'missing', 'sum'],
};

/** Mild: some digits look like their twins, and sums and differences come out too high. */
export const DEFAULT_FAULTS: TeacherFaults = {
  perception: [{ attribute: 'value', values: ['3', '4', '5', '8', '30', '40', '50', '60'], p: 0.7 }],
  reasoning: [
    { slip: 'off_by_one', kinds: ['perimeter', 'missing', 'sum'], p: 0.5 },
    { slip: 'off_by_ten', p: 0.5 },
  ],
};

const PERCEPTION_STREAM = 1;

/**
 * What the teacher thinks it sees. Every part and every fault is drawn on its own, but for places: a figure is
 * mirrored as a whole or not at all.
 */
export function misread(
  parts: readonly LabelledPart[],
  faults: readonly PerceptionFault[],
  qid: string,
  keys: readonly number[],
): LabelledPart[] {
  return parts.map((part, i) => {
    const seen: Record<keyof LabelledPart, string> = { ...part };
    faults.forEach(({ attribute, values, p }, f) => {
      if (!isAttribute(attribute)) return;
      const truth = part[attribute];
      if (values !== undefined && !values.includes(truth)) return;
      const drawn = attribute === 'place' ? 0 : i;
      if (uniform(hashText(qid), ...keys, PERCEPTION_STREAM, f, drawn) < p) {
        seen[attribute] = MISREAD[attribute]?.[truth] ?? truth;
      }
    });
    return seen;
  });
}

function isAttribute(name: string): name is keyof LabelledPart {
  return name in MISREAD;
}

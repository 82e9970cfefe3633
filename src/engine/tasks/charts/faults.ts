import { hashText, uniform } from '../../random.ts';
import type { PerceptionFault, TeacherFaults } from '../types.ts';
import type { ChartMark } from './grammar.ts';
import type { QuestionKind } from './questions.ts';

/**
 * Teacher faults, planted so that a policy fine-tuned on them has something for each stage to mend.
 * A misread attribute feeds the steps too: the teacher reasons on what it thinks it sees.
 */

/** What a value is taken for: a digit for its look-alike (0 8, 1 7, 2 7, 3 8, 4 9, 5 6). */
const MISREAD_VALUE: Readonly<Record<string, string>> = {
  ...{ 0: '8', 1: '7', 2: '7', 3: '8', 4: '9', 5: '6', 6: '5', 7: '1', 8: '3', 9: '4', 10: '18' },
  ...{ 11: '17', 12: '17', 13: '18', 14: '19', 15: '16', 16: '15', 17: '11', 18: '13', 19: '14', 20: '10' },
};
/** Letters and colours go by look-alike pairs. */
const MISREAD_LABEL: Readonly<Record<string, string>> = {
  ...{ A: 'H', H: 'A', B: 'D', D: 'B', C: 'G', G: 'C', E: 'F', F: 'E' },
};
const MISREAD_COLOR: Readonly<Record<string, string>> = {
  ...{ red: 'yellow', yellow: 'red', green: 'cyan', cyan: 'green', blue: 'purple', purple: 'blue' },
};
const MISREAD_MARK: Readonly<Record<string, string>> = { bar: 'dot', dot: 'point', point: 'dot' };

export const MISREAD: Readonly<Record<keyof ChartMark, Readonly<Record<string, string>>>> = {
  label: MISREAD_LABEL,
  value: MISREAD_VALUE,
  color: MISREAD_COLOR,
  mark: MISREAD_MARK,
};

/**
 * `off_by_one` the last calculation comes out one too high; `wrong_mark` the value is copied from the mark beside
 * the one looked for; `wrong_operation` + for − and − for + in the last calculation, larger for smaller; `flip` up
 * for down, and up for flat.
 */
export type Slip = 'off_by_one' | 'wrong_mark' | 'wrong_operation' | 'flip';

/** Question kinds on which a slip can be made. */
export const SLIP_KINDS: Readonly<Record<Slip, readonly QuestionKind[]>> = {
  off_by_one: ['sum', 'difference', 'total'],
  wrong_mark: ['read', 'find'],
  wrong_operation: ['compare', 'extreme', 'sum', 'difference', 'total'],
  flip: ['trend'],
};

/** Mild: four numbers and two colours look like their twins, sums come out one too high, and trends turn round. */
export const DEFAULT_FAULTS: TeacherFaults = {
  perception: [
    { attribute: 'value', values: ['3', '5', '9', '13'], p: 0.6 },
    { attribute: 'color', values: ['purple', 'cyan'], p: 0.6 },
  ],
  reasoning: [
    { slip: 'off_by_one', p: 0.3 },
    { slip: 'flip', p: 0.5 },
  ],
};

const PERCEPTION_STREAM = 1;

/**
 * What the teacher thinks it sees. Every mark and every fault is drawn on its own, but for what the marks are: a
 * chart of bars is taken for one of dots as a whole or not at all.
 */
export function misread(
  marks: readonly ChartMark[],
  faults: readonly PerceptionFault[],
  qid: string,
  keys: readonly number[],
): ChartMark[] {
  return marks.map((mark, i) => {
    const seen: Record<keyof ChartMark, string> = { ...mark };
    faults.forEach(({ attribute, values, p }, f) => {
      if (!isAttribute(attribute)) return;
      const truth = mark[attribute];
      if (values !== undefined && !values.includes(truth)) return;
      const drawn = attribute === 'mark' ? 0 : i;
      if (uniform(hashText(qid), ...keys, PERCEPTION_STREAM, f, drawn) < p) {
        seen[attribute] = MISREAD[attribute][truth] ?? truth;
      }
    });
    return seen;
  });
}

function isAttribute(name: string): name is keyof ChartMark {
  return name in MISREAD;
}

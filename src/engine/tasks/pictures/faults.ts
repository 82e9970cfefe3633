import { hashText, uniform } from '../../random.ts';
import type { PerceptionFault, TeacherFaults } from '../types.ts';
import { lookAlike } from './emoji.ts';
import type { Emoji } from './emoji.ts';
import type { QuestionKind } from './questions.ts';

/**
 * Teacher faults, planted so that a policy fine-tuned on them has something for each stage to mend.
 * A misread emoji feeds the steps too: the teacher reasons on what it thinks it sees.
 */

/** What a category is taken for when the emoji itself is read right. */
const MISREAD_CATEGORY: Readonly<Record<string, string>> = {
  animal: 'plant',
  plant: 'animal',
  fruit: 'snack',
  snack: 'fruit',
  vehicle: 'instrument',
  instrument: 'vehicle',
};

/**
 * `off_by_one` the last calculation comes out one too high; `miss_match` one emoji that fits is passed over in the
 * search; `wrong_side` left for right; `wrong_operation` + for −, more for fewer; `flip` yes for no.
 */
export type Slip = 'off_by_one' | 'miss_match' | 'wrong_side' | 'wrong_operation' | 'flip';

/** Question kinds on which a slip can be made. */
export const SLIP_KINDS: Readonly<Record<Slip, readonly QuestionKind[]>> = {
  off_by_one: ['total', 'count', 'position', 'union', 'subtract'],
  miss_match: ['exist', 'count', 'compare', 'union', 'subtract'],
  wrong_side: ['relation', 'side', 'position'],
  wrong_operation: ['compare', 'union', 'subtract'],
  flip: ['exist', 'side', 'compare'],
};

/**
 * Mild: every third emoji looks like its twin, four of them with a twin of another category; counts come out one
 * too high, and left is taken for right.
 */
export const DEFAULT_FAULTS: TeacherFaults = {
  perception: [
    {
      attribute: 'name',
      values: [
        ...['dog', 'tiger', 'penguin', 'turtle', 'peach', 'banana', 'cookie', 'pizza'],
        ...['cactus', 'shamrock', 'pretzel', 'automobile', 'locomotive', 'tulip', 'violin', 'trombone'],
      ],
      p: 0.7,
    },
  ],
  reasoning: [
    { slip: 'off_by_one', kinds: ['count', 'union', 'subtract'], p: 0.6 },
    { slip: 'wrong_side', kinds: ['relation', 'position'], p: 0.6 },
  ],
};

const PERCEPTION_STREAM = 1;

/**
 * What the teacher thinks it sees. Every emoji and every fault is drawn on its own; who misreads a name sees the
 * look-alike, category and all.
 */
export function misread(
  emoji: readonly Emoji[],
  faults: readonly PerceptionFault[],
  qid: string,
  keys: readonly number[],
): Emoji[] {
  return emoji.map((truth, i) => {
    let seen = truth;
    faults.forEach(({ attribute, values, p }, f) => {
      if (attribute !== 'name' && attribute !== 'category') return;
      if (values !== undefined && !values.includes(truth[attribute])) return;
      if (uniform(hashText(qid), ...keys, PERCEPTION_STREAM, f, i) >= p) return;
      if (attribute === 'name') seen = lookAlike(truth);
      else seen = { ...seen, category: MISREAD_CATEGORY[truth.category] ?? truth.category };
    });
    return seen;
  });
}

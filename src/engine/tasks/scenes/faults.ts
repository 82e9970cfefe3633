import { hashText, uniform } from '../../random.ts';
import type { PerceptionFault, TeacherFaults } from '../types.ts';
import type { Attributes, SceneVariant } from './grammar.ts';
import type { QuestionKind } from './questions.ts';

/**
 * Teacher faults, planted so that a policy fine-tuned on them has something for each stage to mend.
 * A misread attribute feeds the steps too: the teacher reasons on what it thinks it sees.
 */

/** What a value is taken for. Colours go by look-alike pairs, so that a misread colour stays plausible. */
const MISREAD: Readonly<Record<SceneVariant, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  scenes: {
    size: { small: 'large', large: 'small' },
    color: {
      purple: 'blue',
      cyan: 'green',
      yellow: 'red',
      blue: 'purple',
      green: 'cyan',
      red: 'yellow',
      gray: 'brown',
      brown: 'gray',
    },
    material: { metal: 'rubber', rubber: 'metal' },
    shape: { cube: 'cylinder', cylinder: 'cone', cone: 'sphere', sphere: 'cube' },
  },
  'scenes-nano': {
    color: { red: 'green', green: 'blue', blue: 'red' },
    shape: { cube: 'sphere', sphere: 'cube' },
  },
};

/**
 * `off_by_one` the last calculation comes out one too high; `miss_match` one object that fits is passed over in
 * the search; `wrong_operation` + for −, left for right, more for fewer; `flip` yes for no.
 */
export type Slip = 'off_by_one' | 'miss_match' | 'wrong_operation' | 'flip';

/** Question kinds on which a slip can be made. */
export const SLIP_KINDS: Readonly<Record<Slip, readonly QuestionKind[]>> = {
  off_by_one: ['total', 'count', 'position', 'union', 'add', 'subtract', 'subtract_two'],
  miss_match: ['exist', 'count', 'compare', 'union', 'add', 'subtract', 'subtract_two'],
  wrong_operation: ['relation', 'position', 'compare', 'union', 'add', 'subtract', 'subtract_two'],
  flip: ['exist', 'compare'],
};

/** Mild: three colours of eight look like their twins, and four kinds of sums come out one too high. */
export const DEFAULT_FAULTS: TeacherFaults = {
  perception: [{ attribute: 'color', values: ['purple', 'cyan', 'yellow'], p: 0.6 }],
  reasoning: [{ slip: 'off_by_one', kinds: ['count', 'union', 'add', 'subtract', 'subtract_two'], p: 0.6 }],
};

/** The mild faults of the simplest scenes, which have neither twins nor hard sums. */
export const NANO_FAULTS: TeacherFaults = {
  perception: [{ attribute: 'color', values: ['blue'], p: 0.6 }],
  reasoning: [{ slip: 'off_by_one', kinds: ['count', 'add', 'subtract'], p: 0.6 }],
};

/** Every colour and every shape is taken for its neighbour: answers carry too little signal to mend this. */
export const SEVERE_FAULTS: TeacherFaults = {
  perception: [
    { attribute: 'color', p: 0.9 },
    { attribute: 'shape', p: 0.9 },
  ],
  reasoning: [{ slip: 'off_by_one', p: 0.6 }],
};

const PERCEPTION_STREAM = 1;

/** What the teacher thinks it sees. Every object and every fault is drawn on its own. */
export function misread(
  objects: readonly Attributes[],
  faults: readonly PerceptionFault[],
  variant: SceneVariant,
  qid: string,
  keys: readonly number[],
): Attributes[] {
  return objects.map((object, o) => {
    const seen: Record<string, string> = { ...object };
    faults.forEach(({ attribute, values, p }, f) => {
      const truth = object[attribute];
      if (truth === undefined || (values !== undefined && !values.includes(truth))) return;
      if (uniform(hashText(qid), ...keys, PERCEPTION_STREAM, f, o) < p) {
        seen[attribute] = MISREAD[variant][attribute]?.[truth] ?? truth;
      }
    });
    return seen;
  });
}

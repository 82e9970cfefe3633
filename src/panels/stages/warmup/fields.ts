/** The settings of a warm-up: their words, which the glossary has too, and what numbers they take. */
import type { NumberRange } from '../../../ui/index.ts';

interface WarmupField {
  readonly label: string;
  readonly unit?: string;
  readonly definition: string;
  readonly hint: string;
}

/** The numbers of a warm-up, by their names in the draft. */
export const NUMBERS: Readonly<
  Record<'steps' | 'batchSize' | 'learningRate', WarmupField & { readonly range: NumberRange }>
> = {
  steps: {
    label: 'Supervised steps',
    definition: 'Batches of worked responses that the policy learns from, each with one update.',
    hint: 'A hundred make a planted fault a habit; a few leave it a possibility.',
    range: { least: 1, most: 10_000, integer: true },
  },
  batchSize: {
    label: 'Samples a step',
    definition: 'Worked responses in a batch, drawn from the train part.',
    hint: 'Fewer make a step quicker and its gradient noisier.',
    range: { least: 1, most: 1024, integer: true },
  },
  learningRate: {
    label: 'Warm-up learning rate',
    definition: 'Peak step size of AdamW: a rise over a tenth of the steps, then half a cosine down.',
    hint: 'Larger than the one for RL: 0.0005 suits the small policies.',
    range: { least: 1e-7, most: 0.1 },
  },
};

/** The parts of a planted fault. */
export const FAULT_FIELDS = {
  attribute: {
    label: 'Perception fault',
    definition:
      'An attribute that the teacher takes for another value, such as blue for red. Its steps and its answer follow what it thinks it sees.',
    hint: 'What stage 1 must mend. It can be limited to some true values.',
  },
  slip: {
    label: 'Reasoning fault',
    definition: 'A slip that the teacher makes in its steps or its answer, although it sees rightly.',
    hint: 'What stage 2 must mend. It can be limited to some kinds of questions.',
  },
  p: {
    label: 'Fault probability',
    definition: 'How often the teacher makes the fault where it can be made, from 0, never, to 1, always.',
    hint: 'Well below 1 the right reading stays a possibility, which RL can make likelier.',
  },
} as const satisfies Record<string, WarmupField>;

/** All of them, as the glossary reads them. */
export const WARMUP_FIELDS: readonly WarmupField[] = [
  ...Object.values(FAULT_FIELDS),
  ...Object.values(NUMBERS),
];

export const PROBABILITY: NumberRange = { least: 0, most: 1 };

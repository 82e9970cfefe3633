/** What a run learns from: the fields of optimiser and rewards. */
import type { TrainConfig } from '../../engine/index.ts';
import { choice, count, real, type FieldSpec } from './fieldSpec.ts';

export const OPTIMIZER_FIELDS: readonly FieldSpec[] = [
  {
    path: 'optimizer.learningRate',
    label: 'Learning rate',
    definition: 'Step size of AdamW.',
    hint: 'Too high and rewards collapse within a few steps; too low and nothing moves.',
    control: real(0, 1),
  },
  {
    path: 'optimizer.weightDecay',
    label: 'Weight decay',
    definition: 'AdamW shrinks weights by this share times the learning rate at each update.',
    hint: 'Hardly visible in short runs.',
    control: real(0, 1),
  },
  {
    path: 'optimizer.maxGradNorm',
    label: 'Gradient norm at most',
    definition: 'A longer gradient is scaled down to this length.',
    hint: 'Compare with grad_norm in the charts.',
    control: real(0, 1000),
  },
  {
    path: 'trainVision',
    label: 'Train the vision tower',
    definition: 'Whether RL changes the part that turns pixels into image tokens.',
    hint: 'PeBR trains it in both stages.',
    control: choice([true, 'yes'], [false, 'no, frozen']),
  },
  {
    path: 'recomputeActivations',
    label: 'Recompute activations',
    definition:
      'On WebGPU: what a layer computed is not kept for the gradient but computed again. The numbers stay the same.',
    hint: 'For preset small: a fraction of the memory, about a third more time an update.',
    control: choice([false, 'no'], [true, 'yes']),
  },
];

const weight = (
  stage: 'perception' | 'reasoning',
  term: string,
  definition: string,
  hint: string,
): FieldSpec => ({
  path: `recipes.${stage}.weights.${term}`,
  label: term,
  definition,
  hint,
  control: real(0, 10),
});
const overlong = (stage: 'perception' | 'reasoning'): FieldSpec[] => {
  const off = ({ recipes }: TrainConfig): string | null =>
    (recipes[stage].overlongLimit ?? null) === null ? 'There is no overlong limit.' : null;
  return [
    {
      path: `recipes.${stage}.overlongLimit`,
      label: 'Overlong limit',
      unit: 'tokens',
      definition: 'DAPO’s soft punishment of long responses: its term falls to −1 at this many tokens.',
      hint: 'Set it to “new tokens at most”. Not part of PeBR’s rewards.',
      control: { ...count(1, 8192), off: 'off', on: 96 },
    },
    {
      path: `recipes.${stage}.overlongTail`,
      label: 'Overlong tail',
      unit: 'tokens',
      definition: 'The punishment begins this many tokens before the limit and grows evenly.',
      hint: '0 punishes only beyond the limit.',
      control: count(0, 8192),
      idle: off,
    },
    {
      path: `recipes.${stage}.overlongWeight`,
      label: 'overlong',
      definition: 'Weight of the overlong term, which lies between −1 and 0.',
      hint: 'DAPO takes 1, with rewards of ±1; ours lie between 0 and 1.',
      control: real(0, 10),
      idle: off,
    },
  ];
};
const FORMAT = 'Weight of “all four headings are there”.';
export const REWARD_FIELDS = {
  perception: [
    weight(
      'perception',
      'clip',
      'Weight of the similarity between picture and description.',
      'The coarse look: does the description fit the picture at all?',
    ),
    weight(
      'perception',
      'keyword',
      'Weight of the share of key words found in the response.',
      'The fine look. Key words count anywhere, so they can be stuffed.',
    ),
    weight('perception', 'format', FORMAT, 'Keep some, or headings get lost.'),
    weight(
      'perception',
      'length',
      'Weight of “not longer than the limit”.',
      'Only bites once responses grow past the limit.',
    ),
    {
      path: 'recipes.perception.lengthLimit',
      label: 'Length limit',
      unit: 'tokens',
      definition: 'Responses up to this long get the full length reward.',
      hint: 'Set it under the mean length to see the term work.',
      control: count(1, 8192),
    },
    {
      path: 'recipes.perception.clipThreshold',
      label: 'Similarity threshold',
      definition: 'Similarity from which the clip term is 1; below it the term is similarity ÷ threshold.',
      hint: 'The scorer’s own was calibrated on correct descriptions.',
      control: { ...real(0.01, 1), off: 'the scorer’s', on: 0.4 },
    },
    ...overlong('perception'),
  ],
  reasoning: [
    weight(
      'reasoning',
      'accuracy',
      'Weight of “the final answer is right”.',
      'All or nothing, so groups tie easily.',
    ),
    weight('reasoning', 'format', FORMAT, 'Without it answers are no longer found.'),
    ...overlong('reasoning'),
  ],
} satisfies Record<string, readonly FieldSpec[]>;

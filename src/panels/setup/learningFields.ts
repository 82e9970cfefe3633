/** What a run learns from: the fields of objective, optimiser and rewards. */
import { choice, count, real, type FieldSpec } from './fieldSpec.ts';

export const OBJECTIVE_FIELDS: readonly FieldSpec[] = [
  {
    path: 'objective.lossType',
    label: 'Loss and aggregation',
    definition: 'PeBR’s loss averages over all tokens of a mini-batch; the others are TRL’s loss types.',
    hint: 'grpo averages within a response first, dr_grpo divides by a constant length.',
    control: choice(
      ['pebr', 'PeBR'],
      ['grpo', 'GRPO'],
      ['dr_grpo', 'Dr. GRPO'],
      ['dapo', 'DAPO'],
      ['bnpo', 'BNPO'],
    ),
  },
  {
    path: 'objective.clipLow',
    label: 'Clip low',
    definition: 'The ratio to the sampling policy is clipped below at 1 − this.',
    hint: 'Smaller keeps each update closer to what was sampled.',
    control: real(0, 1),
  },
  {
    path: 'objective.clipHigh',
    label: 'Clip high',
    definition: 'The ratio is clipped above at 1 + this. PeBR takes more room above than below.',
    hint: 'More room lets rare good tokens rise faster.',
    control: real(0, 5),
  },
  {
    path: 'objective.dualClip',
    label: 'Dual clip C',
    definition: 'Bound on the loss of tokens with a negative advantage whose ratio ran away.',
    hint: 'Only seen when a step has several updates.',
    control: { ...real(1, 20), off: 'off', on: 3 },
  },
  {
    path: 'objective.klCoefficient',
    label: 'KL coefficient',
    definition: 'Weight of the distance to the model that the stage started from.',
    hint: '0 lets the policy drift freely and saves the reference forward.',
    control: real(0, 10),
  },
  {
    path: 'objective.biasCorrectedKl',
    label: 'KL times ratio',
    definition: 'Multiplies the KL estimate by the differentiable ratio, as TRL does by default since 1.13.',
    hint: 'Not part of PeBR’s objective.',
    control: choice([false, 'no'], [true, 'yes']),
  },
  {
    path: 'objective.advantageScale',
    label: 'Advantage scale',
    definition: 'What reward − group mean is divided by: the std of its group, of the batch, or nothing.',
    hint: 'Dividing by a tiny group std blows small differences up.',
    control: choice(['group', 'std of the group'], ['batch', 'std of the batch'], ['none', 'nothing']),
  },
  {
    path: 'objective.advantageEpsilon',
    label: 'Advantage epsilon',
    definition: 'Added to the std before dividing: 1e-6 in PeBR, 1e-4 in TRL.',
    hint: 'Matters only where a group’s rewards almost tie.',
    control: real(0, 1),
  },
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
  ],
  reasoning: [
    weight(
      'reasoning',
      'accuracy',
      'Weight of “the final answer is right”.',
      'All or nothing, so groups tie easily.',
    ),
    weight('reasoning', 'format', FORMAT, 'Without it answers are no longer found.'),
  ],
} satisfies Record<string, readonly FieldSpec[]>;

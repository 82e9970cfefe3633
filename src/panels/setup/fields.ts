/** The numbers and choices of TrainConfig that Setup offers, each with its words. Paths are dotted. */

export interface NumberSpec {
  readonly kind: 'number';
  readonly least: number;
  readonly most: number;
  readonly integer?: boolean;
  /** null is a value too, under this name. */
  readonly off?: string;
  /** What the field holds when it is switched from null on. */
  readonly on?: number;
}
export interface ChoiceSpec {
  readonly kind: 'choice';
  readonly options: readonly { readonly value: string | boolean; readonly label: string }[];
}
export interface FieldSpec {
  readonly path: string;
  readonly label: string;
  readonly unit?: string;
  readonly definition: string;
  readonly hint: string;
  readonly control: NumberSpec | ChoiceSpec;
}

const count = (least: number, most: number): NumberSpec => ({ kind: 'number', least, most, integer: true });
const real = (least: number, most: number): NumberSpec => ({ kind: 'number', least, most });
const choice = (...options: (readonly [string | boolean, string])[]): ChoiceSpec => ({
  kind: 'choice',
  options: options.map(([value, label]) => ({ value, label })),
});

export const BATCH_FIELDS: readonly FieldSpec[] = [
  {
    path: 'seed',
    label: 'Seed',
    definition: 'Start of every random draw: the same seed, config and backend give the same run.',
    hint: 'Change it to see how much of a result is luck.',
    control: count(0, 999_999_999),
  },
  {
    path: 'promptsPerStep',
    label: 'Prompts per step',
    unit: 'questions',
    definition: 'Questions drawn for each step; each one becomes a group.',
    hint: 'More gives a steadier gradient and slower steps.',
    control: count(1, 1024),
  },
  {
    path: 'groupSize',
    label: 'Group size G',
    unit: 'rollouts',
    definition: 'Responses sampled for each question; a reward counts against the mean of its group.',
    hint: 'Larger groups tie less often, so fewer advantages vanish.',
    control: count(2, 64),
  },
  {
    path: 'promptsPerMiniBatch',
    label: 'Prompts per mini-batch',
    unit: 'questions',
    definition:
      'Questions of one optimiser update. Fewer than the prompts per step means several updates a step.',
    hint: 'Only with several updates do ratio and clipping do anything.',
    control: count(1, 1024),
  },
  {
    path: 'rolloutsPerMicroBatch',
    label: 'Rollouts per micro-batch',
    unit: 'rollouts',
    definition:
      'Rollouts that go through the model together; gradients add up to the mini-batch, the result is the same.',
    hint: 'Lower it when memory is short.',
    control: count(1, 1024),
  },
];

export const SAMPLING_FIELDS: readonly FieldSpec[] = [
  {
    path: 'sampling.temperature',
    label: 'Temperature',
    definition: 'Logits are divided by it before sampling, in training too.',
    hint: 'Higher explores more and makes more mistakes.',
    control: real(0.05, 3),
  },
  {
    path: 'sampling.topP',
    label: 'Top-p',
    definition: 'Only the likeliest tokens that together reach this probability are sampled; 1 is off.',
    hint: 'Below 1 the policy that samples differs from the policy that is trained.',
    control: real(0.01, 1),
  },
  {
    path: 'sampling.topK',
    label: 'Top-k',
    unit: 'tokens',
    definition: 'Only this many of the likeliest tokens are sampled; 0 is off.',
    hint: 'Rarely needed beside top-p.',
    control: count(0, 1000),
  },
  {
    path: 'sampling.maxNewTokens',
    label: 'New tokens at most',
    unit: 'tokens',
    definition: 'A response is cut at this length.',
    hint: 'Watch the share of cut responses in the charts before lowering it.',
    control: count(1, 2048),
  },
];

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

export const SPLIT_FIELDS: readonly FieldSpec[] = [
  {
    path: 'split.questions',
    label: 'Questions',
    unit: 'questions',
    definition: 'Train questions whose pass rate is estimated; the stages draw from them.',
    hint: 'Fewer starts sooner, with smaller pools.',
    control: count(1, Number.MAX_SAFE_INTEGER),
  },
  {
    path: 'split.n',
    label: 'Tries each',
    unit: 'rollouts',
    definition: 'Responses sampled for each question to count how many are right.',
    hint: 'Move “easy from” along with it.',
    control: count(1, 64),
  },
  {
    path: 'split.easyFrom',
    label: 'Easy from',
    unit: 'right tries',
    definition: 'A question with at least this many right tries is easy and goes to perception.',
    hint: 'PeBR: all tries. In a run, the Data tab’s thresholds move it without a restart.',
    control: count(1, 64),
  },
  {
    path: 'split.mediumFrom',
    label: 'Medium from',
    unit: 'right tries',
    definition: 'A question with at least this many right tries, and too few for easy, goes to reasoning.',
    hint: 'PeBR: one. Fewer is hard, and left to the warm-up.',
    control: count(0, 64),
  },
  {
    path: 'split.temperature',
    label: 'Temperature',
    definition: 'Temperature of the split’s sampling; PeBR takes 1.2.',
    hint: 'Higher makes fewer questions easy.',
    control: real(0.05, 3),
  },
  {
    path: 'split.topP',
    label: 'Top-p',
    definition: 'Top-p of the split’s sampling; PeBR takes 0.99.',
    hint: '1 is off.',
    control: real(0.01, 1),
  },
  {
    path: 'split.online',
    label: 'Filter groups online',
    definition: 'Keep, at every step, only groups whose mean accuracy fits the stage.',
    hint: 'Costs rollouts that are thrown away.',
    control: choice([false, 'no'], [true, 'yes']),
  },
];

export const STAGE_FIELDS: readonly FieldSpec[] = [
  {
    path: 'stages',
    label: 'Stages',
    definition:
      'The full plan is split → perception → reasoning; a single stage trains on the whole train part.',
    hint: 'Reasoning only is the comparison the paper makes.',
    control: choice(
      ['both', 'perception, then reasoning'],
      ['perception', 'perception only'],
      ['reasoning', 'reasoning only (skip stage 1)'],
    ),
  },
];

export const SWITCH_FIELDS = {
  manual: [],
  steps: [
    {
      path: 'stageSwitch.perceptionSteps',
      label: 'Perception steps',
      unit: 'steps',
      definition: 'Steps of perception before reasoning takes over.',
      hint: 'Long enough for the reward to flatten.',
      control: count(1, 100_000),
    },
  ],
  plateau: [
    {
      path: 'stageSwitch.window',
      label: 'Window',
      unit: 'steps',
      definition: 'The mean reward of this many steps is compared with that of as many before.',
      hint: 'Wider windows wait longer and are fooled less.',
      control: count(1, 1000),
    },
    {
      path: 'stageSwitch.minimumGain',
      label: 'Least gain',
      unit: 'reward',
      definition: 'A smaller gain between the windows ends perception.',
      hint: 'Compare with the noise of the reward curve.',
      control: real(0, 1),
    },
    {
      path: 'stageSwitch.perceptionStepsMax',
      label: 'Steps at most',
      unit: 'steps',
      definition: 'Perception ends here even without a plateau.',
      hint: 'A bound on the time.',
      control: count(1, 100_000),
    },
  ],
} satisfies Record<string, readonly FieldSpec[]>;

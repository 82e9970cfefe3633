/** How a run samples, splits and switches: the fields Setup offers for it. */
import { choice, count, real, type FieldSpec } from './fieldSpec.ts';

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
  {
    path: 'dynamicSampling',
    label: 'Dynamic sampling',
    unit: 'batches at most',
    definition:
      'DAPO: groups whose rewards tie are dropped, and more batches drawn until the step is full or this many are drawn.',
    hint: 'Costs rollouts that are thrown away; sampling/dropped_rollouts counts them.',
    control: { ...count(2, 64), off: 'off', on: 4 },
  },
];

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

/** What every metric of a step means, in the page's words: tooltips, glossary and axis units read this table. */
import type { StandardTermName } from '../rewards/types.ts';

export interface MetricDefinition {
  readonly label: string;
  /** Empty for plain numbers. */
  readonly unit: string;
  readonly definition: string;
}

const TERMS: Readonly<Record<StandardTermName, string>> = {
  clip: 'similarity of image and description, 1 from the threshold on',
  keyword: 'share of the key words found anywhere in the response',
  format: '1 when all four headings are found',
  length: '1 up to the token limit, less beyond',
  accuracy: '1 when the grader takes the final answer for the truth',
  overlong: '0 up to the tail before the token limit, then falling to −1 at the limit',
};

function termDefinitions(): Record<string, MetricDefinition> {
  return Object.fromEntries(
    Object.entries(TERMS).flatMap(([name, what]) => [
      [
        `rewards/${name}/mean`,
        {
          label: `${name} reward`,
          unit: '',
          definition: `Mean over the step's rollouts of the ${name} term, before its weight: ${what}.`,
        },
      ],
      [
        `rewards/${name}/std`,
        {
          label: `${name} reward std`,
          unit: '',
          definition: `Standard deviation (n − 1) of the ${name} term over all rollouts of the step, before its weight.`,
        },
      ],
    ]),
  );
}

/** A mean `mismatch` over this, nats, is more than rounding. */
export const MISMATCH_LIMIT = 1e-4;

export const METRIC_DEFINITIONS: Readonly<Record<string, MetricDefinition>> = {
  reward: {
    label: 'reward',
    unit: '',
    definition: 'Mean overall reward of all rollouts of the step: the weighted sum of the recipe’s terms.',
  },
  reward_std: {
    label: 'reward std (batch)',
    unit: '',
    definition:
      'Standard deviation (n − 1) of the rewards over the whole batch, as TRL logs it. The advantage divides by the ' +
      'standard deviation of each group instead, which stands with the group.',
  },
  frac_reward_zero_std: {
    label: 'groups without spread',
    unit: 'share',
    definition:
      'Share of groups whose rewards are all equal. Every advantage in them is 0, so they teach nothing.',
  },
  ...termDefinitions(),
  'groups/mixed': {
    label: 'mixed groups',
    unit: 'share',
    definition: 'Share of groups whose rewards differ (group std over 0): the only ones with an advantage.',
  },
  'groups/all_correct': {
    label: 'all-correct groups',
    unit: 'share',
    definition:
      'Share of groups with equal rewards in which every answer is right: nothing left to learn here.',
  },
  'groups/all_wrong': {
    label: 'all-wrong groups',
    unit: 'share',
    definition: 'Share of groups with equal rewards in which every answer is wrong: out of reach for now.',
  },
  'groups/tied_other': {
    label: 'otherwise tied groups',
    unit: 'share',
    definition: 'Share of groups with equal rewards in which some answers are right and some wrong.',
  },
  'perception/f1': {
    label: 'description F1',
    unit: '',
    definition:
      'Mean F1 between the objects a description names and those of the scene, over rollouts whose truth is known. ' +
      'A measure only; no reward reads it.',
  },
  'completions/mean_length': {
    label: 'response length',
    unit: 'tokens',
    definition: 'Mean number of response tokens, the end token included.',
  },
  'completions/min_length': {
    label: 'shortest response',
    unit: 'tokens',
    definition: 'Response tokens of the shortest rollout of the step.',
  },
  'completions/max_length': {
    label: 'longest response',
    unit: 'tokens',
    definition: 'Response tokens of the longest rollout of the step.',
  },
  'completions/clipped_ratio': {
    label: 'cut responses',
    unit: 'share',
    definition: 'Share of rollouts that reached the token limit without an end token.',
  },
  kl: {
    label: 'KL to reference',
    unit: 'nats',
    definition:
      'Mean over response tokens of the KL estimate, by default k3 = e^d − d − 1 with d = log-prob under the ' +
      'reference − log-prob under the policy, as it enters the loss: held within ±10 where the clamps are on (PeBR), ' +
      'times the ratio where the bias correction is on. The reference is the policy the stage started from.',
  },
  entropy: {
    label: 'entropy',
    unit: 'nats',
    definition:
      'Mean over response tokens of the entropy of the policy’s next-token distribution, at the temperature.',
  },
  'clip_ratio/low_mean': {
    label: 'clipped low',
    unit: 'share',
    definition: 'Share of response tokens with a ratio under the clip range and a negative advantage.',
  },
  'clip_ratio/high_mean': {
    label: 'clipped high',
    unit: 'share',
    definition: 'Share of response tokens with a ratio over the clip range and a positive advantage.',
  },
  'clip_ratio/region_mean': {
    label: 'clipped',
    unit: 'share',
    definition:
      'Share of response tokens clipped low or high. 0 with one update a step: the ratio is then 1.',
  },
  mismatch: {
    label: 'decode mismatch',
    unit: 'nats',
    definition:
      'Mean over response tokens of |log-prob while decoding − log-prob of the training forward before the first ' +
      'update|. Should be rounding error.',
  },
  'mismatch/max': {
    label: 'largest decode mismatch',
    unit: 'nats',
    definition: 'The largest such difference of any token of the step.',
  },
  policy_loss: {
    label: 'policy loss',
    unit: '',
    definition: 'Policy part of the loss, without KL; the token-weighted mean over the updates of the step.',
  },
  grad_norm: {
    label: 'gradient norm',
    unit: '',
    definition:
      'Global norm of the gradient before clipping; the token-weighted mean over the updates of the step.',
  },
  learning_rate: {
    label: 'learning rate',
    unit: '',
    definition: 'AdamW’s step size; the token-weighted mean over the updates of the step.',
  },
  'sampling/draws': {
    label: 'batches drawn',
    unit: '',
    definition: 'Batches sampled for the step until enough groups passed the filter, or the most allowed.',
  },
  'sampling/dropped_groups': {
    label: 'dropped groups',
    unit: '',
    definition:
      'Groups of the step that were sampled and scored but not trained on: their rewards tied (dynamic sampling), ' +
      'their accuracy did not fit the stage (online filter), or the step was full. All other shares leave them out.',
  },
  'sampling/dropped_rollouts': {
    label: 'dropped rollouts',
    unit: '',
    definition:
      'Rollouts of the dropped groups: the extra cost of the filter. They count in the tokens so far.',
  },
  num_tokens: {
    label: 'tokens so far',
    unit: 'tokens',
    definition: 'Prompt and response tokens of all rollouts since the run began.',
  },
  step_time: { label: 'step time', unit: 's', definition: 'Wall-clock time of the step, all phases.' },
  tokens_per_second: {
    label: 'throughput',
    unit: 'tokens/s',
    definition: 'Response tokens of the step divided by its wall-clock time, all phases.',
  },
};

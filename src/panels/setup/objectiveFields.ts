/** The objective's fields, with the losses that each of them means something to. */
import type { TrainConfig } from '../../engine/index.ts';
import { choice, real, type FieldSpec } from './fieldSpec.ts';

type Loss = TrainConfig['objective']['lossType'];

/** Idle unless the loss is one of these. */
const onlyFor =
  (what: string, ...losses: readonly Loss[]) =>
  ({ objective }: TrainConfig): string | null =>
    losses.includes(objective.lossType) ? null : what;

const CLIPS: readonly Loss[] = ['pebr', 'grpo', 'dr_grpo', 'dapo', 'bnpo', 'luspo'];
const NO_CLIP = 'SAPO and VESPO weigh softly and have no clip range.';
const NO_CAP = 'CISPO, SAPO and VESPO have no second limit.';
const withoutKl = ({ objective }: TrainConfig): string | null =>
  objective.klCoefficient === 0 ? 'There is no KL in the loss: its coefficient is 0.' : null;
const notGroupMean = ({ objective }: TrainConfig): string | null => {
  switch (objective.advantageEstimator) {
    case 'group_mean':
      return null;
    case 'rloo':
      return 'RLOO divides by nothing.';
    case 'gdpo':
      return 'GDPO normalises each term by its group, then the sum by the batch.';
    default:
      return objective.advantageEstimator satisfies never;
  }
};

const sapo = (field: string, label: string, definition: string): FieldSpec => ({
  path: `objective.sapo.${field}`,
  label,
  definition,
  hint: 'Higher closes the gate sooner as the ratio leaves 1.',
  control: real(0.01, 100),
  idle: onlyFor('Only SAPO has a gate.', 'sapo'),
});
const vespo = (field: string, label: string, sign: string): FieldSpec => ({
  path: `objective.vespo.${field}`,
  label,
  definition: `A response’s weight is w^k · exp(λ(1 − w)), w its ratio; this is for ${sign} advantages.`,
  hint: 'The weight is largest at w = k ÷ λ and fades on both sides.',
  control: real(0, 100),
  idle: onlyFor('Only VESPO weighs whole responses.', 'vespo'),
});

export const OBJECTIVE_FIELDS: readonly FieldSpec[] = [
  {
    path: 'objective.lossType',
    label: 'Loss',
    definition: 'What a token adds to the loss. PeBR’s has a dual clip; the others are TRL’s loss types.',
    hint: 'GRPO, Dr. GRPO, DAPO and BNPO differ in how tokens are averaged only.',
    control: choice(
      ['pebr', 'PeBR'],
      ['grpo', 'GRPO'],
      ['dr_grpo', 'Dr. GRPO'],
      ['dapo', 'DAPO'],
      ['bnpo', 'BNPO'],
      ['cispo', 'CISPO: clipped weights'],
      ['sapo', 'SAPO: soft gate'],
      ['luspo', 'LUSPO: by length'],
      ['vespo', 'VESPO: weighted responses'],
    ),
  },
  {
    path: 'objective.importanceSampling',
    label: 'Ratio of',
    definition:
      'Whether each token has a ratio of its own or a response one: its tokens’ geometric mean (GSPO).',
    hint: 'Ratios of responses stay near 1: GSPO clips at 0.0003 and 0.0004.',
    control: choice(['token', 'each token'], ['sequence', 'the response (GSPO)']),
    idle: ({ objective }) =>
      objective.lossType === 'vespo' && !objective.biasCorrectedKl
        ? 'VESPO’s weight is of whole responses already.'
        : null,
  },
  {
    path: 'objective.aggregation',
    label: 'Aggregation',
    definition: 'How the tokens’ losses become one number.',
    hint: 'The loss type’s own: response means for GRPO and SAPO, a constant for Dr. GRPO, response sums for LUSPO, else the mean over tokens.',
    control: choice(
      ['default', 'the loss’s own'],
      ['token_mean', 'mean over all tokens'],
      ['row_mean', 'mean of response means'],
      ['row_sum', 'mean of response sums'],
      ['constant', 'sum ÷ longest length'],
    ),
  },
  {
    path: 'objective.clipLow',
    label: 'Clip low',
    definition: 'The ratio to the sampling policy is clipped below at 1 − this.',
    hint: 'Smaller keeps each update closer to what was sampled. TRL’s CISPO has no lower limit: 1.',
    control: real(0, 1),
    idle: onlyFor(NO_CLIP, ...CLIPS, 'cispo'),
  },
  {
    path: 'objective.clipHigh',
    label: 'Clip high',
    definition: 'The ratio is clipped above at 1 + this. PeBR takes more room above than below.',
    hint: 'More room lets rare good tokens rise faster. TRL’s CISPO states the cap itself, which is 1 + this.',
    control: real(-1, 10),
    idle: onlyFor(NO_CLIP, ...CLIPS, 'cispo'),
  },
  {
    path: 'objective.dualClip',
    label: 'Dual clip C',
    definition:
      'PeBR: bound on the loss of tokens with a negative advantage whose ratio ran away. TRL’s delta: cap on every ratio.',
    hint: 'Only seen when a step has several updates.',
    control: { ...real(1, 20), off: 'off', on: 3 },
    idle: onlyFor(NO_CAP, ...CLIPS),
  },
  sapo('temperaturePositive', 'SAPO gate, A > 0', 'Steepness of the gate for positive advantages.'),
  sapo('temperatureNegative', 'SAPO gate, A < 0', 'Steepness of the gate for negative advantages.'),
  vespo('kPositive', 'VESPO k, A > 0', 'positive'),
  vespo('lambdaPositive', 'VESPO λ, A > 0', 'positive'),
  vespo('kNegative', 'VESPO k, A < 0', 'negative'),
  vespo('lambdaNegative', 'VESPO λ, A < 0', 'negative'),
  {
    path: 'objective.klCoefficient',
    label: 'KL coefficient',
    definition: 'Weight of the distance to the model that the stage started from.',
    hint: '0 lets the policy drift freely and saves the reference forward.',
    control: real(0, 10),
  },
  {
    path: 'objective.klEstimator',
    label: 'KL estimator',
    unit: 'nats',
    definition: 'With d = reference log-prob − log-prob: k1 = −d, k2 = d²/2, k3 = e^d − d − 1.',
    hint: 'k1’s gradient is 0 on average, so it does not hold the policy back; k3 is never negative.',
    control: choice(['k1', 'k1'], ['k2', 'k2'], ['k3', 'k3']),
    idle: withoutKl,
  },
  {
    path: 'objective.clampKl',
    label: 'KL clamps',
    definition:
      'Holds d within ±20 and the estimate within ±10, where its gradient stops. PeBR has them, TRL not.',
    hint: 'Without them one token far from the reference can outweigh the batch.',
    control: choice([true, 'yes'], [false, 'no']),
    idle: withoutKl,
  },
  {
    path: 'objective.biasCorrectedKl',
    label: 'KL times ratio',
    definition: 'Multiplies the KL estimate by the differentiable ratio, as TRL does by default since 1.13.',
    hint: 'Not part of PeBR’s objective.',
    control: choice([false, 'no'], [true, 'yes']),
    idle: withoutKl,
  },
  {
    path: 'objective.advantageEstimator',
    label: 'Advantage',
    definition:
      'Against what a reward counts: the mean of its group (GRPO), the mean of the others (RLOO), or term by term (GDPO).',
    hint: 'GDPO keeps a small term from drowning in a large one.',
    control: choice(
      ['group_mean', 'group mean (GRPO)'],
      ['rloo', 'the others’ mean (RLOO)'],
      ['gdpo', 'term by term (GDPO)'],
    ),
  },
  {
    path: 'objective.advantageScale',
    label: 'Advantage scale',
    definition: 'What reward − group mean is divided by: the std of its group, of the batch, or nothing.',
    hint: 'Dividing by a tiny group std blows small differences up.',
    control: choice(['group', 'std of the group'], ['batch', 'std of the batch'], ['none', 'nothing']),
    idle: notGroupMean,
  },
  {
    path: 'objective.advantageEpsilon',
    label: 'Advantage epsilon',
    definition: 'Added to the std before dividing: 1e-6 in PeBR, 1e-4 in TRL.',
    hint: 'Matters only where a group’s rewards almost tie.',
    control: real(0, 1),
    idle: ({ objective }) =>
      objective.advantageEstimator === 'rloo' ||
      (objective.advantageEstimator === 'group_mean' && objective.advantageScale === 'none')
        ? 'Nothing is divided by.'
        : null,
  },
];

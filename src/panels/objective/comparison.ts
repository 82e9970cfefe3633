/** The same token under two objectives, as rows of a table. */
import type { ObjectiveConfig } from '../../engine/index.ts';
import { explainToken, NAMED_OBJECTIVES } from '../../engine/rl/explain/index.ts';
import type { ExplainedStep, ObjectiveName, TokenPlace, TokenSteps } from '../../engine/rl/explain/index.ts';
import { formatNumber, formatSigned } from '../../ui/index.ts';
import { branchName } from './beats.ts';
import { setting } from './tex.ts';

/** An objective to compare with: the run's, or a named one. */
export type Side = 'run' | ObjectiveName;

export const SIDES: readonly { readonly side: Side; readonly label: string }[] = [
  { side: 'run', label: 'this run’s' },
  // Object.entries loses the keys' type.
  ...(Object.keys(NAMED_OBJECTIVES) as ObjectiveName[]).map((side) => ({
    side,
    label: NAMED_OBJECTIVES[side].name,
  })),
];

export const labelOf = (side: Side): string => (side === 'run' ? 'this run’s' : NAMED_OBJECTIVES[side].name);

/** The step as that side would have looked at it: same tokens, same log-probs. */
export function stepUnder(step: ExplainedStep, side: Side): ExplainedStep {
  if (side === 'run') return step;
  return {
    ...step,
    config: { ...step.config, objective: NAMED_OBJECTIVES[side].objective },
    trained: false,
  };
}

export interface ComparedRow {
  readonly id: string;
  readonly label: string;
  readonly cells: readonly [string, string];
  readonly differs: boolean;
}

interface Seen {
  readonly objective: ObjectiveConfig;
  readonly steps: TokenSteps;
}

const ESTIMATORS: Readonly<Record<ObjectiveConfig['advantageEstimator'], string>> = {
  group_mean: 'group mean',
  rloo: 'the others’ mean',
  gdpo: 'term by term',
};
const AGGREGATIONS = {
  token_mean: 'all tokens of the mini-batch',
  row_mean: 'responses, their token means',
  row_sum: 'responses, their token sums',
  constant: 'responses, over the longest length',
} as const;

const ROWS: readonly (readonly [id: string, label: string, of: (seen: Seen) => string])[] = [
  ['baseline', 'reward against', ({ objective }) => ESTIMATORS[objective.advantageEstimator]],
  [
    'scale',
    'divided by',
    ({ objective: { advantageEstimator, advantageScale, advantageEpsilon } }) => {
      if (advantageEstimator === 'rloo') return 'nothing';
      if (advantageEstimator === 'gdpo')
        return `std of group, then batch, + ${setting(advantageEpsilon).text}`;
      if (advantageScale === 'none') return 'nothing';
      return `std of the ${advantageScale} + ${setting(advantageEpsilon).text}`;
    },
  ],
  ['advantage', 'advantage', ({ steps }) => formatSigned(steps.advantage, 4)],
  ['ratio', 'ratio', ({ steps }) => formatNumber(steps.ratio, 6)],
  [
    'ratioOf',
    'ratio of',
    ({ objective }) => (objective.importanceSampling === 'sequence' ? 'the response' : 'the token'),
  ],
  ['range', 'ratio held in', ({ steps }) => rangeOf(steps)],
  ['branch', 'branch taken', ({ steps }) => branchName(steps)],
  ['policyLoss', 'policy loss', ({ steps }) => formatSigned(steps.policyLoss, 4)],
  [
    'kl',
    'KL in the loss',
    ({ objective, steps }) =>
      steps.klSteps
        ? `${setting(objective.klCoefficient).text} · ${objective.klEstimator} ${formatNumber(steps.kl, 6)}`
        : 'none',
  ],
  ['average', 'mean over', ({ steps }) => AGGREGATIONS[steps.normaliser.aggregation]],
  ['weight', 'weight', ({ steps }) => formatNumber(steps.weight, 6)],
  ['contribution', 'part of the loss', ({ steps }) => formatSigned(steps.contribution, 6)],
  ['push', 'push (− gradient)', ({ steps }) => formatSigned(-steps.gradient, 6)],
];

function rangeOf({ policy }: TokenSteps): string {
  switch (policy.kind) {
    case 'clip': {
      const range = `${setting(policy.low).text} … ${setting(policy.high).text}`;
      return policy.bound === null ? range : `${range}, loss ≤ ${formatNumber(policy.bound, 2)}`;
    }
    case 'weight':
      return `${setting(policy.low).text} … ${setting(policy.high).text}, as a weight`;
    case 'gate':
      return `soft gate, temperature ${setting(policy.temperature).text}`;
    case 'response-weight':
      return `weight w^${setting(policy.k).text} · e^(${setting(policy.lambda).text}(1 − w))`;
    default:
      return policy satisfies never;
  }
}

/** The rows for a token; empty where it is not explained. */
export function compareToken(
  step: ExplainedStep,
  place: TokenPlace,
  sides: readonly [Side, Side],
): ComparedRow[] {
  const [left, right] = sides.map((side): Seen | null => {
    const under = stepUnder(step, side);
    const steps = explainToken(under, place);
    return steps && { objective: under.config.objective, steps };
  });
  if (!left || !right) return [];
  return ROWS.map(([id, label, of]) => {
    const cells = [of(left), of(right)] as const;
    return { id, label, cells, differs: cells[0] !== cells[1] };
  });
}

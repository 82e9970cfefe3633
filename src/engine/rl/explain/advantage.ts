/** The step that is explained, what its tokens share, and the way from a group's rewards to an advantage. */
import { estimateAdvantages, meanAndStd } from '../advantage.ts';
import { lossNormaliser, type Normaliser } from '../aggregation.ts';
import type { DraftGroup, DraftRollout, RolloutRecord, TrainConfig } from '../types.ts';

/** Position of a token in a step. */
export interface TokenPlace {
  readonly group: number;
  readonly rollout: number;
  readonly token: number;
}

/** A step, whole or in progress, and the objective to look at it with. */
export interface ExplainedStep {
  readonly groups: readonly DraftGroup[];
  readonly config: Pick<TrainConfig, 'objective' | 'promptsPerMiniBatch' | 'sampling'>;
  /** The run had a KL reference, so that the recorded reference log-probs are those of another policy. */
  readonly hasReference: boolean;
  /** The objective is the one that trained, so that the recorded advantages are its own. */
  readonly trained: boolean;
}

export interface AdvantageSteps {
  readonly rewards: readonly number[];
  readonly reward: number;
  /** Of the group. */
  readonly mean: number;
  /** Of the group, over G − 1. */
  readonly groupStd: number;
  /** What the reward is compared with: the group's mean, or (rloo) that of the others. */
  readonly baseline: number;
  /** null: nothing is divided by, or (gdpo) more than one number. */
  readonly divisor: { readonly std: number; readonly of: 'group' | 'batch' } | null;
  readonly epsilon: number;
  readonly advantage: number;
}

/** A rollout's advantage under the step's objective; null while a reward of the step is missing. */
export function explainAdvantage(
  { groups, config: { objective } }: Pick<ExplainedStep, 'groups' | 'config'>,
  { group, rollout }: Omit<TokenPlace, 'token'>,
): AdvantageSteps | null {
  const rewarded = groups.map((of) =>
    of.rollouts.flatMap(({ reward, terms = [] }) => (reward === undefined ? [] : { reward, terms })),
  );
  if (rewarded.some((of, g) => of.length < Math.max(1, groups[g].rollouts.length))) return null;
  const { advantages, means, stds } = estimateAdvantages(rewarded, objective);
  const { advantageEstimator, advantageScale, advantageEpsilon: epsilon } = objective;
  const rewards = rewarded[group].map(({ reward }) => reward);
  const advantage = advantages[group][rollout];
  const batchStd = meanAndStd(rewarded.flat().map(({ reward }) => reward)).std;
  return {
    rewards,
    reward: rewards[rollout],
    mean: means[group],
    groupStd: stds[group],
    // Leaving one out divides by nothing, so that the advantage is the distance to the others' mean.
    baseline: advantageEstimator === 'rloo' ? rewards[rollout] - advantage : means[group],
    divisor:
      advantageEstimator !== 'group_mean' || advantageScale === 'none'
        ? null
        : { std: advantageScale === 'batch' ? batchStd : stds[group], of: advantageScale },
    epsilon,
    advantage,
  };
}

/** A rollout whose update has been computed. */
export type UpdatedRollout = DraftRollout &
  Pick<RolloutRecord, 'advantage' | 'logProbs' | 'oldLogProbs' | 'referenceLogProbs'>;

export function isUpdated(rollout: DraftRollout): rollout is UpdatedRollout {
  return rollout.logProbs !== undefined && rollout.oldLogProbs !== undefined;
}

/** The advantage the objective gives: the recorded one where it trained, else computed from the step's rewards. */
export function advantageOf(
  step: ExplainedStep,
  place: Omit<TokenPlace, 'token'>,
  rollout: UpdatedRollout,
): number {
  if (step.trained) return rollout.advantage;
  return explainAdvantage(step, place)?.advantage ?? rollout.advantage;
}

/** Reference log-probs that the objective reads; null: it has no KL, or the run kept no reference. */
export function referenceOf(
  { hasReference, config }: ExplainedStep,
  rollout: UpdatedRollout,
): readonly number[] | null {
  return hasReference && config.objective.klCoefficient !== 0 ? rollout.referenceLogProbs : null;
}

/** The groups that share an optimiser update with this one. */
export function miniBatchOf({ groups, config }: ExplainedStep, group: number): readonly DraftGroup[] {
  const { promptsPerMiniBatch: size } = config;
  const first = Math.floor(group / size) * size;
  return groups.slice(first, first + size);
}

export function normaliserOf(miniBatch: readonly DraftGroup[], config: ExplainedStep['config']): Normaliser {
  const lengths = miniBatch.flatMap((group) => group.rollouts.map((rollout) => rollout.tokenIds.length));
  return lossNormaliser(config.objective, {
    rows: lengths.length,
    tokens: lengths.reduce((sum, length) => sum + length, 0),
    maxCompletionLength: config.sampling.maxNewTokens,
  });
}

/** Numbers computed again from what was stored, against the numbers that trained. */
import type { DraftGroup, DraftRollout, ObjectiveConfig, TermName, TermScore } from '../../engine/index.ts';
import { estimateAdvantages, meanAndStd } from '../../engine/rl/advantage.ts';
import { recompute, weightedSum } from '../../engine/rewards/recompute.ts';

export interface RewardCheck {
  /** Weighted sum of the terms, each computed again from its evidence. */
  readonly recomputed: number;
  /** recomputed − stored. */
  readonly difference: number;
  /** Terms whose recomputed value is not the stored one. */
  readonly differing: readonly TermName[];
}

/** Terms → the reward their evidence gives, against the stored one. */
export function checkReward(terms: readonly TermScore[], stored: number): RewardCheck {
  const again = terms.map((term) => ({ ...term, value: recompute(term.evidence, 'training') }));
  const recomputed = weightedSum(again);
  return {
    recomputed,
    difference: recomputed - stored,
    differing: terms.filter((term, i) => term.value !== again[i].value).map((term) => term.name),
  };
}

export interface AdvantageCheck {
  readonly mean: number;
  /** Of the group, over G − 1. */
  readonly groupStd: number;
  /** Of all rewards of the step, over n − 1: TRL's reward_std. */
  readonly batchStd: number;
  /** rloo: the mean of the group's other rewards, which this one is compared with; null for the others. */
  readonly othersMean: number | null;
  /** What the objective divides by; null: by nothing, or (gdpo) by more than one number. */
  readonly divisor: { readonly std: number; readonly of: 'group' | 'batch' } | null;
  readonly epsilon: number;
  readonly recomputed: number;
  /** recomputed − stored; null when nothing is stored yet. */
  readonly difference: number | null;
}

/** One rollout's advantage from the step's rewards; null while a reward is missing. */
export function checkAdvantage(
  groups: readonly DraftGroup[],
  group: number,
  rollout: number,
  objective: Pick<ObjectiveConfig, 'advantageEstimator' | 'advantageScale' | 'advantageEpsilon'>,
): AdvantageCheck | null {
  const known = groups.map((of) =>
    of.rollouts.flatMap(({ reward, terms }) => (reward === undefined ? [] : { reward, terms: terms ?? [] })),
  );
  if (known.some((of, g) => of.length !== groups[g].rollouts.length) || known[group].length === 0)
    return null;
  const { advantageEstimator: estimator, advantageScale: scale, advantageEpsilon: epsilon } = objective;
  const { advantages, means, stds } = estimateAdvantages(known, objective);
  const batchStd = meanAndStd(known.flat().map(({ reward }) => reward)).std;
  const recomputed = advantages[group][rollout];
  const stored = groups[group].rollouts[rollout].advantage;
  const std = scale === 'batch' ? batchStd : stds[group];
  const own = known[group][rollout].reward;
  const others = known[group].length - 1;
  return {
    mean: means[group],
    groupStd: stds[group],
    batchStd,
    othersMean: estimator === 'rloo' ? (means[group] * (others + 1) - own) / others : null,
    divisor: scale === 'none' || estimator !== 'group_mean' ? null : { std, of: scale },
    epsilon,
    recomputed,
    difference: stored === undefined ? null : recomputed - stored,
  };
}

/** Whether all terms of a rollout are there. */
export function isScored(
  rollout: DraftRollout,
): rollout is DraftRollout & { readonly terms: readonly TermScore[]; readonly reward: number } {
  return rollout.terms !== undefined && rollout.reward !== undefined;
}

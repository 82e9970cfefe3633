/** Advantages in float64, and what a group's rewards had to say. METHOD "Objective" and "Sister objectives". */
import type { ObjectiveConfig, Signal, TermScore } from './types.ts';

export interface GroupAdvantages {
  /** Same shape as the rewards. */
  readonly advantages: number[][];
  /** One a group. */
  readonly means: number[];
  /** One a group, over n − 1, whatever the scale. */
  readonly stds: number[];
}

/** Mean and standard deviation over n − 1. Identical values give exactly that value and exactly 0. */
export function meanAndStd(values: readonly number[]): { mean: number; std: number } {
  const first = values[0];
  if (first === undefined) return { mean: 0, std: 0 };
  // A rounded mean of identical values would leave a tiny std, which a small epsilon blows up.
  if (values.every((value) => value === first)) return { mean: first, std: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (values.length - 1)) };
}

/**
 * Rewards [groups][G] → advantages of the same shape: (r − mean_group) / (std + epsilon), std over n − 1.
 * scale `group`: each group's own std (PeBR, EasyR1, TRL's default); `batch`: the std of all rewards of the
 * step (TRL); `none`: no division (Dr.GRPO).
 */
export function groupAdvantages(
  rewardsByGroup: readonly (readonly number[])[],
  scale: ObjectiveConfig['advantageScale'],
  epsilon: number,
): GroupAdvantages {
  const statistics = rewardsByGroup.map(meanAndStd);
  const batchStd = meanAndStd(rewardsByGroup.flat()).std;
  const divisor = (groupStd: number): number => {
    switch (scale) {
      case 'group':
        return groupStd + epsilon;
      case 'batch':
        return batchStd + epsilon;
      case 'none':
        return 1;
      default:
        return scale satisfies never;
    }
  };
  const advantages = rewardsByGroup.map((rewards, group) => {
    const { mean, std } = statistics[group];
    // Without a spread there is no signal: 0 even where epsilon is 0.
    return rewards.map((reward) => (std === 0 ? 0 : (reward - mean) / divisor(std)));
  });
  return { advantages, means: statistics.map((s) => s.mean), stds: statistics.map((s) => s.std) };
}

/** A rollout's reward with the terms it is the sum of; only gdpo reads the terms. */
export interface Rewarded {
  readonly reward: number;
  readonly terms: readonly Pick<TermScore, 'name' | 'value' | 'weight'>[];
}

/** Rollouts [groups][G] → advantages of the same shape, by the objective's estimator. */
export function estimateAdvantages(
  groups: readonly (readonly Rewarded[])[],
  objective: Pick<ObjectiveConfig, 'advantageEstimator' | 'advantageScale' | 'advantageEpsilon'>,
): GroupAdvantages {
  const rewards = groups.map((group) => group.map(({ reward }) => reward));
  const { advantageEstimator, advantageScale, advantageEpsilon } = objective;
  const plain = groupAdvantages(rewards, advantageScale, advantageEpsilon);
  switch (advantageEstimator) {
    case 'group_mean':
      return plain;
    case 'rloo':
      return { ...plain, advantages: rewards.map(leaveOneOut) };
    case 'gdpo':
      return { ...plain, advantages: decoupled(groups, advantageEpsilon) };
    default:
      return advantageEstimator satisfies never;
  }
}

/** RLOO: each reward minus the mean of the group's others. Nothing is divided by. */
function leaveOneOut(rewards: readonly number[]): number[] {
  if (meanAndStd(rewards).std === 0) return rewards.map(() => 0);
  const sum = rewards.reduce((total, reward) => total + reward, 0);
  return rewards.map((reward) => reward - (sum - reward) / (rewards.length - 1));
}

/**
 * GDPO: every term is normalised within its group by itself, so that a small term is not drowned by a large one;
 * the weighted sums are then normalised over the batch. All standard deviations over n − 1, plus epsilon. A term
 * that could not be computed counts 0, as in the reward.
 */
function decoupled(groups: readonly (readonly Rewarded[])[], epsilon: number): number[][] {
  const sums = groups.map((group) => {
    const totals = group.map(() => 0);
    for (const { name, weight } of group[0]?.terms ?? []) {
      const values = group.map((one) => one.terms.find((term) => term.name === name)?.value ?? 0);
      const { mean, std } = meanAndStd(values);
      if (std === 0) continue;
      values.forEach((value, r) => (totals[r] += (weight * (value - mean)) / (std + epsilon)));
    }
    return totals;
  });
  const { mean, std } = meanAndStd(sums.flat());
  // A group without spread in any term has no signal: exactly 0, whatever rounding left of the batch's mean.
  return sums.map((group) =>
    group.map((sum) => (group.every((other) => other === 0) ? 0 : (sum - mean) / (std + epsilon))),
  );
}

/**
 * What a group can teach. `mixed`: rewards differ. Otherwise every advantage is 0, because all answers were
 * right, all wrong, or rewards tied for another reason.
 */
export function signalOf(rewards: readonly number[], accuracies: readonly number[]): Signal {
  if (meanAndStd(rewards).std > 0) return 'mixed';
  if (accuracies.every((accuracy) => accuracy === 1)) return 'all_correct';
  if (accuracies.every((accuracy) => accuracy === 0)) return 'all_wrong';
  return 'tied_other';
}

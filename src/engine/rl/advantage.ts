/** Group-relative advantages in float64, and what a group's rewards had to say. METHOD "Objective". */
import type { ObjectiveConfig, Signal } from './types.ts';

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

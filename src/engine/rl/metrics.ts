/**
 * The metrics of a step, under TRL's names where TRL has them, computed from the record itself: every number is a
 * function of the log-probs, rewards and tokens that trained. `metricDefinitions.ts` says what each one means.
 */
import { meanAndStd } from './advantage.ts';
import { rowObjective } from './objectiveReference.ts';
import type { GroupRecord, ObjectiveConfig, RolloutRecord, Signal, TrainConfig } from './types.ts';
import type { UpdateStatistics } from './microBatch.ts';

type Metrics = Record<string, number>;

const SIGNALS: readonly Signal[] = ['mixed', 'all_correct', 'all_wrong', 'tied_other'];

/**
 * Metrics of a step from its groups and updates. A metric without anything to measure is absent, never 0: `kl`
 * without a KL in the loss, `perception/f1` without a known truth, a term no rollout has a value of.
 */
export function stepMetrics(
  groups: readonly GroupRecord[],
  updates: readonly UpdateStatistics[],
  config: Pick<TrainConfig, 'objective'>,
): Metrics {
  const rollouts = groups.flatMap((group) => group.rollouts);
  return {
    ...rewardMetrics(groups, rollouts),
    ...termMetrics(rollouts),
    ...completionMetrics(rollouts),
    ...tokenMetrics(rollouts, config.objective),
    ...updateMetrics(updates),
  };
}

/** Metrics that depend on the clock or on the run so far. Tokens count as TRL does: prompt and response, every rollout. */
export function costMetrics(cost: {
  readonly seconds: number;
  readonly responseTokens: number;
  /** Prompt and response tokens of all rollouts of the run, this step's included. */
  readonly tokensSoFar: number;
}): Metrics {
  return {
    num_tokens: cost.tokensSoFar,
    step_time: cost.seconds,
    tokens_per_second: cost.responseTokens / cost.seconds,
  };
}

/** What a filter of groups cost; absent without one. Shares and means above are over the groups that were kept. */
export function samplingMetrics(
  draws: number,
  { groups, rollouts }: { readonly groups: number; readonly rollouts: number },
): Metrics {
  return {
    'sampling/draws': draws,
    'sampling/dropped_groups': groups,
    'sampling/dropped_rollouts': rollouts,
  };
}

function rewardMetrics(groups: readonly GroupRecord[], rollouts: readonly RolloutRecord[]): Metrics {
  const { mean, std } = meanAndStd(rollouts.map((rollout) => rollout.reward));
  const share = (test: (group: GroupRecord) => boolean): number => groups.filter(test).length / groups.length;
  const metrics: Metrics = {
    reward: mean,
    reward_std: std,
    frac_reward_zero_std: share((group) => group.rewardStd === 0),
  };
  for (const signal of SIGNALS) metrics[`groups/${signal}`] = share((group) => group.signal === signal);
  const f1 = rollouts.flatMap((rollout) => rollout.descriptionF1 ?? []);
  if (f1.length > 0) metrics['perception/f1'] = meanAndStd(f1).mean;
  return metrics;
}

function termMetrics(rollouts: readonly RolloutRecord[]): Metrics {
  const values = new Map<string, number[]>();
  for (const { name, value } of rollouts.flatMap((rollout) => rollout.terms)) {
    if (value === null) continue;
    const list = values.get(name);
    if (list) list.push(value);
    else values.set(name, [value]);
  }
  const metrics: Metrics = {};
  for (const [name, of] of values) {
    const { mean, std } = meanAndStd(of);
    metrics[`rewards/${name}/mean`] = mean;
    metrics[`rewards/${name}/std`] = std;
  }
  return metrics;
}

function completionMetrics(rollouts: readonly RolloutRecord[]): Metrics {
  const lengths = rollouts.map((rollout) => rollout.tokenIds.length);
  return {
    'completions/mean_length': meanAndStd(lengths).mean,
    'completions/min_length': Math.min(...lengths),
    'completions/max_length': Math.max(...lengths),
    'completions/clipped_ratio': rollouts.filter((r) => r.stopReason === 'length').length / rollouts.length,
  };
}

/** Means over all response tokens of the step; each was used in one update, so these are token-weighted over updates. */
function tokenMetrics(rollouts: readonly RolloutRecord[], objective: ObjectiveConfig): Metrics {
  const hasKl = objective.klCoefficient !== 0;
  const sums = { tokens: 0, entropy: 0, kl: 0, low: 0, high: 0, mismatch: 0, largestMismatch: 0 };
  for (const rollout of rollouts) {
    const { logProbs, oldLogProbs, decodeLogProbs, entropies, advantage } = rollout;
    const referenceLogProbs = hasKl ? rollout.referenceLogProbs : null;
    const row = rowObjective({ logProbs, oldLogProbs, referenceLogProbs, advantage }, objective);
    row.tokens.forEach((token, t) => {
      const mismatch = Math.abs(decodeLogProbs[t] - oldLogProbs[t]);
      sums.tokens += 1;
      sums.entropy += entropies[t];
      sums.kl += token.kl;
      sums.low += Number(token.clippedLow);
      sums.high += Number(token.clippedHigh);
      sums.mismatch += mismatch;
      sums.largestMismatch = Math.max(sums.largestMismatch, mismatch);
    });
  }
  const { tokens } = sums;
  if (tokens === 0) return {};
  return {
    ...(hasKl ? { kl: sums.kl / tokens } : {}),
    entropy: sums.entropy / tokens,
    'clip_ratio/low_mean': sums.low / tokens,
    'clip_ratio/high_mean': sums.high / tokens,
    'clip_ratio/region_mean': (sums.low + sums.high) / tokens,
    mismatch: sums.mismatch / tokens,
    'mismatch/max': sums.largestMismatch,
  };
}

function updateMetrics(updates: readonly UpdateStatistics[]): Metrics {
  const tokens = updates.reduce((sum, update) => sum + update.tokens, 0);
  if (tokens === 0) return {};
  const weighted = (of: (update: UpdateStatistics) => number): number =>
    updates.reduce((sum, update) => sum + update.tokens * of(update), 0) / tokens;
  return {
    policy_loss: weighted((update) => update.policyLoss),
    grad_norm: weighted((update) => update.gradNorm),
    learning_rate: weighted((update) => update.learningRate),
  };
}

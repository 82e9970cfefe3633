/**
 * Groups that are sampled but not trained on. DAPO's dynamic sampling drops groups whose rewards tie, the online
 * variant of the split those whose accuracy does not fit the stage; more batches are drawn while too few are left.
 * What was dropped is counted: its rollouts cost as much as the others.
 */
import { meanAndStd } from './advantage.ts';
import { onlineKeep } from './split.ts';
import type { Dropped } from './trainerState.ts';
import type { DraftGroup, RewardStage, TrainConfig } from './types.ts';

type FilterConfig = Pick<TrainConfig, 'split' | 'dynamicSampling' | 'promptsPerStep'>;

/** The online variant draws at most this many batches for one step, then trains on what it kept. */
const ONLINE_DRAWS = 4;

export const NOTHING_DROPPED: Dropped = { groups: 0, rollouts: 0, promptTokens: 0, responseTokens: 0 };

export function isFiltering({ split, dynamicSampling }: FilterConfig): boolean {
  return split.online || dynamicSampling !== null;
}

/** Batches that may be drawn for one step. */
function drawsAtMost({ split, dynamicSampling }: FilterConfig): number {
  return Math.max(split.online ? ONLINE_DRAWS : 1, dynamicSampling ?? 1);
}

export interface FilteredDraw {
  /** What the step goes on with. */
  readonly groups: readonly DraftGroup[];
  /** True: too few are left, and another batch may be drawn. */
  readonly drawsMore: boolean;
  /** Everything dropped for this step so far. */
  readonly dropped: Dropped;
}

/**
 * Scored groups, those kept from earlier draws in front → what is kept of them. `drawn`: batches drawn for this
 * step, this one included. `promptTokens` gives the length of a group's prompt.
 */
export function filterDraw(
  config: FilterConfig,
  stage: RewardStage,
  groups: readonly DraftGroup[],
  drawn: number,
  before: Dropped,
  promptTokens: (group: DraftGroup) => number,
): FilteredDraw {
  const fitting = groups.filter((group) => fits(config, stage, group)).slice(0, config.promptsPerStep);
  const drawsMore = fitting.length < config.promptsPerStep && drawn < drawsAtMost(config);
  // With nothing that fits, the step trains on what was drawn, so that it is seen rather than skipped.
  const kept = fitting.length > 0 || drawsMore ? fitting : groups;
  const isKept = new Set(kept);
  let dropped = before;
  for (const group of groups.filter((one) => !isKept.has(one))) {
    const { rollouts } = group;
    dropped = {
      groups: dropped.groups + 1,
      rollouts: dropped.rollouts + rollouts.length,
      promptTokens: dropped.promptTokens + promptTokens(group) * rollouts.length,
      responseTokens: rollouts.reduce(
        (sum, rollout) => sum + rollout.tokenIds.length,
        dropped.responseTokens,
      ),
    };
  }
  return { groups: kept, drawsMore, dropped };
}

function fits({ split, dynamicSampling }: FilterConfig, stage: RewardStage, group: DraftGroup): boolean {
  const accuracies = group.rollouts.map((rollout) => rollout.accuracy ?? 0);
  if (split.online && !onlineKeep(meanAndStd(accuracies).mean, stage)) return false;
  return dynamicSampling === null || meanAndStd(group.rollouts.map((one) => one.reward ?? 0)).std > 0;
}

import type { RewardStage, StageChange } from '../../engine/index.ts';

/** Steps (from, to] that one stage took. */
export interface StageSpan {
  readonly stage: RewardStage;
  readonly from: number;
  readonly to: number;
  readonly reason: StageChange['reason'];
}

/** The spans of a run's stages, oldest first; the last one reaches to the newest step. */
export function stageSpans(changes: readonly StageChange[], step: number): StageSpan[] {
  return changes.map((change, i) => ({
    stage: change.to,
    from: change.atStep,
    to: changes[i + 1]?.atStep ?? step,
    reason: change.reason,
  }));
}

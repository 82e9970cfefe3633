import type { RewardStage, StageChange } from '../../engine/index.ts';
import type { RunFacts } from '../../state/index.ts';

/** Steps (from, to] that one stage took. */
export interface StageSpan {
  readonly stage: RewardStage;
  readonly from: number;
  readonly to: number;
  /** undefined: not recorded. */
  readonly reason: StageChange['reason'] | undefined;
}

/** The spans of a run's stages, oldest first; the last one reaches to the newest step. */
export function stageSpans(changes: RunFacts['stageChanges'], step: number): StageSpan[] {
  return changes.map((change, i) => ({
    stage: change.to,
    from: change.atStep,
    to: changes[i + 1]?.atStep ?? step,
    reason: change.reason,
  }));
}

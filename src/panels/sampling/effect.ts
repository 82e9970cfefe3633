/** What borders do to the groups without any advantage, stage by stage, before they are the run's. */
import type { RewardStage, SplitRecord } from '../../engine/index.ts';
import { expectedZeroShare, relaxedPools } from '../../engine/rl/split.ts';
import type { TaskSet } from '../../engine/tasks/types.ts';
import type { Thresholds } from './splitStats.ts';

export interface PoolEffect {
  /** Questions the stage draws from, relaxed pools included: the trainer's own. */
  readonly questions: number;
  /**
   * Expected share of its groups without any advantage under the accuracy reward; null for an empty pool.
   *
   * Estimator: with c of n rollouts of the split correct, p̂ = c / n stands for the pass rate, and a group of G is all
   * correct or all wrong with p̂^G + (1 − p̂)^G; the mean over the pool. Plug-in: the function is convex in p, so the
   * estimate lies above the truth on average (Jensen), most where n is small. It also takes the split's temperature
   * and top_p for those of training.
   */
  readonly zeroShare: number | null;
}

interface EffectSettings {
  /** G of training. */
  readonly groupSize: number;
  /** A smaller pool is filled up: two batches. */
  readonly needed: number;
  readonly origin: TaskSet['origin'];
}

export interface Effect {
  /** Every question of the split: no borders at all. */
  readonly all: PoolEffect;
  readonly stages: Readonly<Record<RewardStage, PoolEffect>>;
}

/** The effect of borders on a split; `split` itself may have others. */
export function effectOf(
  split: SplitRecord,
  thresholds: Thresholds,
  { groupSize, needed, origin }: EffectSettings,
): Effect {
  const passRates = new Map(split.entries.map(({ qid, correct, n }) => [qid, correct / n]));
  const effect = (qids: Iterable<string>): PoolEffect => {
    const rates = [...qids].flatMap((qid) => passRates.get(qid) ?? []);
    return {
      questions: rates.length,
      zeroShare: rates.length === 0 ? null : expectedZeroShare(rates, groupSize),
    };
  };
  const { easyFrom, mediumFrom } = thresholds;
  const { pools } = relaxedPools({ ...split, easyFrom, mediumFrom }, { needed, origin });
  return {
    all: effect(passRates.keys()),
    stages: { perception: effect(pools.perception), reasoning: effect(pools.reasoning) },
  };
}

/**
 * The dataset-level split read: pass counts → difficulties → the pools the stages train on.
 * METHOD "Dataset-level sampling": 8 of 8 → easy → perception; 1 … 7 → medium → reasoning; 0 → hard.
 */
import type { TaskSet } from '../tasks/types.ts';
import type { Difficulty, RewardStage, SplitRecord } from './types.ts';

/** Difficulty of a question answered correctly `correct` times. Limits are counts: ≥ easyFrom, ≥ mediumFrom. */
export function classify(correct: number, easyFrom: number, mediumFrom: number): Difficulty {
  if (correct >= easyFrom) return 'easy';
  return correct >= mediumFrom ? 'medium' : 'hard';
}

/** Qids by difficulty under the record's own limits, in the record's order. */
export function poolsOf(
  split: Pick<SplitRecord, 'entries' | 'easyFrom' | 'mediumFrom'>,
): Record<Difficulty, string[]> {
  const pools: Record<Difficulty, string[]> = { easy: [], medium: [], hard: [] };
  for (const { qid, correct } of split.entries) {
    pools[classify(correct, split.easyFrom, split.mediumFrom)].push(qid);
  }
  return pools;
}

/** Which difficulty each stage trains on. */
const STAGE_DIFFICULTY = { perception: 'easy', reasoning: 'medium' } as const satisfies Record<
  RewardStage,
  Difficulty
>;

/** Qids that each stage trains on. */
export type StagePools = Readonly<Record<RewardStage, readonly string[]>>;

/**
 * Pools of the stages, with METHOD's rule for small models: a pool of fewer than `needed` questions (two batches)
 * keeps its own and fills up with the highest pass rates of the rest; an imported set gives all its questions.
 * What was relaxed is named, for record and page.
 */
export function relaxedPools(
  split: SplitRecord,
  { needed, origin }: { needed: number; origin: TaskSet['origin'] },
): { pools: StagePools; relaxed: SplitRecord['relaxed'] } {
  const byDifficulty = poolsOf(split);
  const relaxed: SplitRecord['relaxed'][number][] = [];
  const poolOf = (stage: RewardStage): readonly string[] => {
    const own = byDifficulty[STAGE_DIFFICULTY[stage]];
    if (own.length >= needed) return own;
    const { qids, took } =
      origin === 'imported' || split.entries.length <= needed
        ? {
            qids: split.entries.map((entry) => entry.qid),
            took:
              split.entries.length === 1 ? 'the only one there is' : `all ${split.entries.length} questions`,
          }
        : fill(split, own, needed);
    relaxed.push({ stage, pool: own.length, needed, took });
    return qids;
  };
  const pools = { perception: poolOf('perception'), reasoning: poolOf('reasoning') };
  return { pools, relaxed };
}

function fill(split: SplitRecord, own: readonly string[], needed: number): { qids: string[]; took: string } {
  const taken = new Set(own);
  const added = split.entries
    .filter((entry) => !taken.has(entry.qid))
    .sort((a, b) => b.correct / b.n - a.correct / a.n) // stable: ties stay in the record's order
    .slice(0, needed - own.length);
  const lowest = added[added.length - 1];
  const rates = `the ${added.length} highest pass rates, down to ${lowest.correct}/${lowest.n}`;
  return {
    qids: [...own, ...added.map((entry) => entry.qid)],
    took: own.length === 0 ? rates : `its own ${own.length} and, of the rest, ${rates}`,
  };
}

/**
 * Expected share of groups without any advantage, when accuracy is the reward and a question with pass rate p is
 * rolled out G times: the mean of p^G + (1 − p)^G. 0 for no questions.
 */
export function expectedZeroShare(passRates: readonly number[], groupSize: number): number {
  if (passRates.length === 0) return 0;
  const total = passRates.reduce((sum, p) => sum + p ** groupSize + (1 - p) ** groupSize, 0);
  return total / passRates.length;
}

/** Online variant: does a group of this mean accuracy fit the stage? Limits are strict, as released. */
export function onlineKeep(meanAccuracy: number, stage: RewardStage): boolean {
  switch (stage) {
    case 'perception':
      return meanAccuracy > 0.9999 && meanAccuracy < 1.0001;
    case 'reasoning':
      return meanAccuracy > 0 && meanAccuracy < 1;
    default:
      return stage satisfies never;
  }
}

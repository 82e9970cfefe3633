/** Hacks and edited responses scored as training scores them: the same recipe, scorer and token count. */
import { PEBR_RECIPES } from '../rewards/recipes.ts';
import { hackById, type HackId } from '../rewards/gaming.ts';
import { hackMaterial } from '../rewards/gamingMaterial.ts';
import type { ImageTextScorer, RewardScore, RewardStage } from '../rewards/types.ts';
import type { Tokenizer } from '../model/tokenizer.ts';
import type { Sample, TaskSet } from '../tasks/types.ts';
import { scoreGroups } from './scorePhase.ts';

export interface HackParts {
  readonly tasks: TaskSet;
  readonly scorer: ImageTextScorer;
  readonly tokenizer: Pick<Tokenizer, 'encode'>;
}

/** A response's reward, and what it is worth by the scene's truth: a measure that no reward reads. */
export interface TextReward {
  readonly score: RewardScore;
  /** null where no truth is known. */
  readonly descriptionF1: number | null;
}

/** Rewards of responses to one sample under a stage's published recipe, in their order. */
export async function rewardsOf(
  { tasks, scorer, tokenizer }: HackParts,
  sample: Sample,
  stage: RewardStage,
  responses: readonly string[],
): Promise<TextReward[]> {
  const scorable = responses.map((response) => ({
    response,
    // The end token counts.
    responseTokens: tokenizer.encode(response).length + 1,
  }));
  const [scored] = await scoreGroups(stage, PEBR_RECIPES[stage], scorer, tasks, [sample], [scorable]);
  return scored.map(({ score, descriptionF1 }) => ({ score, descriptionF1 }));
}

/** A hack written for a sample: the honest response and, of the ways to hack it, the one with the best reward. */
export async function exploit(
  parts: HackParts,
  sample: Sample,
  id: HackId,
): Promise<{ readonly honest: string; readonly hacked: string }> {
  const hack = hackById(id);
  const material = hackMaterial(parts.tasks, sample, parts.scorer.maxTokens);
  const ways = hack.hacked(material);
  const rewards = ways.length > 1 ? await rewardsOf(parts, sample, hack.stage, ways) : [];
  const overall = rewards.map(({ score }) => score.overall ?? -Infinity);
  const best = overall.length > 0 ? overall.indexOf(Math.max(...overall)) : 0;
  return { honest: hack.honest(material), hacked: ways[best] ?? hack.honest(material) };
}

/** The dataset-level split, a chunk of questions at a time, so that it can pause, cancel and resume. */
import { hashText } from '../random.ts';
import { scoreResponse } from '../rewards/score.ts';
import type { Sample } from '../tasks/types.ts';
import type { PixelCache } from './pixelCache.ts';
import { promptOf, type PromptParts } from './promptOf.ts';
import { generateRollouts } from './rollout.ts';
import { rewardInput } from './scorePhase.ts';
import type { SplitEntry, TrainConfig } from './types.ts';

/** Address of the split's draws, apart from every training step's. */
const SPLIT_STREAM = hashText('split') | 0;

/** Pass counts of `n` rollouts for each sample, under the frozen policy. `indices` address the draws. */
export async function passCounts(
  parts: PromptParts,
  pixels: PixelCache,
  samples: readonly Sample[],
  indices: readonly number[],
  config: Pick<TrainConfig, 'seed' | 'sampling' | 'split' | 'recipes'>,
  signal?: AbortSignal,
): Promise<SplitEntry[]> {
  const { split, sampling, recipes, seed } = config;
  const groups = await generateRollouts(
    parts.policy,
    samples.map((sample) => ({ ids: promptOf(parts, sample) })),
    await pixels.batch(samples),
    split.n,
    { ...sampling, temperature: split.temperature, topP: split.topP, topK: 0 },
    { seed, step: SPLIT_STREAM, groups: indices },
    { signal },
  );
  return samples.map((sample, s) => {
    const correct = groups[s]!.filter((rollout) => {
      const response = parts.tokenizer.decode(rollout.tokenIds);
      const input = rewardInput(sample, { response, responseTokens: rollout.tokenIds.length });
      const score = scoreResponse('reasoning', input, null, recipes.reasoning, 'training');
      return score.terms.some((term) => term.name === 'accuracy' && term.value === 1);
    }).length;
    return { qid: sample.qid, correct, n: split.n };
  });
}

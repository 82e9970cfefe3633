/** The dataset-level split, a chunk of questions at a time, so that it can pause, cancel and resume. */
import { hashText } from '../random.ts';
import { scoreResponse } from '../rewards/score.ts';
import { policyHash } from '../model/policy.ts';
import type { Sample, TaskSet } from '../tasks/types.ts';
import type { PixelCache } from './pixelCache.ts';
import { promptOf, type PromptParts } from './promptOf.ts';
import { generateRollouts } from './rollout.ts';
import { rewardInput } from './scorePhase.ts';
import type { AdvanceOptions, TrainerParts, TrainerProgress } from './trainerState.ts';
import type { SplitEntry, SplitRecord, TrainConfig } from './types.ts';

/** Questions of one increment. */
const QUESTIONS_AT_ONCE = 16;
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
    const correct = groups[s].filter((rollout) => {
      const response = parts.tokenizer.decode(rollout.tokenIds);
      const input = rewardInput(sample, { response, responseTokens: rollout.tokenIds.length });
      const score = scoreResponse('reasoning', input, null, recipes.reasoning, 'training');
      return score.terms.some((term) => term.name === 'accuracy' && term.value === 1);
    }).length;
    return { qid: sample.qid, correct, n: split.n };
  });
}

/** Train-part indices whose questions the split samples: all of them are, none is left over. */
export function splitIndices(tasks: TaskSet, { split }: Pick<TrainConfig, 'split'>): number[] {
  const count = Math.min(split.questions, tasks.size('train'));
  return Array.from({ length: count }, (_, index) => index);
}

/** Estimates the next questions of an unfinished split and returns the progress with them. */
export async function splitChunk(
  parts: TrainerParts,
  pixels: PixelCache,
  config: TrainConfig,
  progress: TrainerProgress,
  { onProgress, signal }: AdvanceOptions,
): Promise<TrainerProgress> {
  const { split: settings, seed } = config;
  const { tasks, policy } = parts;
  const indices = progress.splitRemaining.slice(0, QUESTIONS_AT_ONCE);
  const before: SplitRecord = progress.split ?? {
    tasks: tasks.name,
    policyHash: policyHash(await policy.exportTensors()),
    temperature: settings.temperature,
    topP: settings.topP,
    n: settings.n,
    seed,
    easyFrom: settings.easyFrom,
    mediumFrom: settings.mediumFrom,
    entries: [],
    relaxed: [],
  };
  const samples = indices.map((index) => tasks.sample('train', index));
  const entries = await passCounts(parts, pixels, samples, indices, config, signal);
  const splitRemaining = progress.splitRemaining.slice(indices.length);
  const total = before.entries.length + entries.length + splitRemaining.length;
  onProgress?.({ phase: 'split', done: total - splitRemaining.length, total });
  return {
    ...progress,
    split: { ...before, entries: [...before.entries, ...entries] },
    splitRemaining,
    nextPhase: splitRemaining.length > 0 ? 'split' : 'sample',
  };
}

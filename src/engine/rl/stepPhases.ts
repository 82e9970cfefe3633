/** The phases of a step, sample → rollout → score → advantage → update: each takes the progress and returns the next. */
import type * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../compute/optimizer.ts';
import type { Policy } from '../model/policy.ts';
import type { Sample } from '../tasks/types.ts';
import { estimateAdvantages, signalOf } from './advantage.ts';
import { filterDraw, isFiltering, NOTHING_DROPPED } from './groupFilter.ts';
import { costMetrics, samplingMetrics, stepMetrics } from './metrics.ts';
import type { PixelCache } from './pixelCache.ts';
import { promptIndices, type PromptPool } from './promptOrder.ts';
import { promptOf } from './promptOf.ts';
import { generateRollouts } from './rollout.ts';
import { scoreGroups } from './scorePhase.ts';
import type { AdvanceOptions, TrainerParts, TrainerProgress } from './trainerState.ts';
import type {
  DraftGroup,
  DraftRollout,
  GroupRecord,
  Phase,
  RolloutRecord,
  StepDraft,
  StepRecord,
  TrainConfig,
} from './types.ts';
import { updatePolicy } from './updatePhase.ts';

export interface PhaseContext extends TrainerParts {
  readonly config: TrainConfig;
  readonly pixels: PixelCache;
  /** null when the KL coefficient is 0. */
  readonly reference: Policy | null;
  readonly trained: ReadonlyMap<string, tf.Variable>;
  readonly optimizer: Optimizer;
  readonly pool: PromptPool;
}

export interface PhaseOutcome {
  readonly progress: TrainerProgress;
  readonly record: StepRecord | null;
}

/** Runs `progress.nextPhase`, which must not be `split`, and adds its time to the step's. */
export async function advancePhase(
  context: PhaseContext,
  progress: TrainerProgress,
  options: AdvanceOptions,
): Promise<PhaseOutcome> {
  const started = performance.now();
  const { progress: next, record } = await runPhase(context, progress, options);
  const stepSeconds = progress.stepSeconds + (performance.now() - started) / 1000;
  if (!record) return { progress: { ...next, stepSeconds }, record };
  // Dropped rollouts took their part of the time.
  const responseTokens = record.groups
    .flatMap((group) => group.rollouts)
    .reduce((sum, rollout) => sum + rollout.tokenIds.length, progress.dropped.responseTokens);
  const cost = costMetrics({ seconds: stepSeconds, responseTokens, tokensSoFar: next.tokens });
  return {
    progress: { ...next, stepSeconds: 0 },
    record: { ...record, metrics: { ...record.metrics, ...cost } },
  };
}

async function runPhase(
  context: PhaseContext,
  progress: TrainerProgress,
  options: AdvanceOptions,
): Promise<PhaseOutcome> {
  switch (progress.nextPhase) {
    case 'sample':
      return { progress: samplePhase(context, progress), record: null };
    case 'rollout':
      return { progress: await rolloutPhase(context, progress, options), record: null };
    case 'score':
      return { progress: await scorePhase(context, progress), record: null };
    case 'advantage':
      return { progress: advantagePhase(context, progress), record: null };
    case 'update':
      return updatePhase(context, progress, options);
    case 'split':
      throw new Error('The split is not a phase of a step.');
    default:
      return progress.nextPhase satisfies never;
  }
}

/** Draws the step's questions. Under a filter, groups that were kept before stay in front. */
function samplePhase({ config, pool }: PhaseContext, progress: TrainerProgress): TrainerProgress {
  const { promptsPerStep, seed } = config;
  const from = progress.drawnInStage;
  const kept = progress.draft?.groups ?? [];
  const groups = promptIndices(pool.size, from, promptsPerStep, seed, progress.stage).map(
    (index): DraftGroup => {
      const { qid, kind, problem, answer, key_words } = pool.sample(index);
      return { qid, kind, problem, answer, key_words, rollouts: [] };
    },
  );
  const drawnInStage = from + promptsPerStep;
  return withDraft({ ...progress, drawnInStage }, 'sample', 'rollout', [...kept, ...groups]);
}

async function rolloutPhase(
  context: PhaseContext,
  progress: TrainerProgress,
  { onProgress, signal }: AdvanceOptions,
): Promise<TrainerProgress> {
  const { config, policy, tokenizer, tasks } = context;
  const { groups } = draftOf(progress);
  const kept = groups.filter((group) => group.rollouts.length > 0);
  const fresh = groups.slice(kept.length);
  const samples = fresh.map((group) => sampleOf(tasks, group.qid));
  const generated = await generateRollouts(
    policy,
    samples.map((sample) => ({ ids: promptOf(context, sample) })),
    await context.pixels.batch(samples),
    config.groupSize,
    config.sampling,
    {
      seed: config.seed,
      step: progress.step + 1,
      groups: fresh.map((_, g) => progress.draws * config.promptsPerStep + g),
    },
    {
      signal,
      onProgress: (done, total) => onProgress?.({ phase: 'rollout', done, total }),
    },
  );
  const rolled = fresh.map((group, g) => ({
    ...group,
    rollouts: generated[g].map((rollout): DraftRollout => ({
      response: tokenizer.decode(rollout.tokenIds),
      tokenIds: [...rollout.tokenIds],
      tokenTexts: rollout.tokenIds.map((id) => tokenizer.tokenText(id)),
      stopReason: rollout.stopReason,
      decodeLogProbs: [...rollout.logProbs],
    })),
  }));
  return withDraft(progress, 'rollout', 'score', [...kept, ...rolled]);
}

async function scorePhase(context: PhaseContext, progress: TrainerProgress): Promise<TrainerProgress> {
  const { config, tasks, scorer } = context;
  const { groups } = draftOf(progress);
  const scored = await scoreGroups(
    progress.stage,
    config.recipes[progress.stage],
    scorer,
    tasks,
    groups.map((group) => sampleOf(tasks, group.qid)),
    groups.map((group) =>
      group.rollouts.map(({ response, tokenIds }) => ({ response, responseTokens: tokenIds.length })),
    ),
  );
  const withScores = groups.map((group, g) => ({
    ...group,
    rollouts: group.rollouts.map((rollout, r): DraftRollout => {
      const { score, accuracy, descriptionF1 } = scored[g][r];
      return { ...rollout, reward: score.overall ?? 0, terms: score.terms, accuracy, descriptionF1 };
    }),
  }));
  if (!isFiltering(config)) return withDraft(progress, 'score', 'advantage', withScores);
  const drawn = progress.draws + 1;
  const {
    groups: kept,
    drawsMore,
    dropped,
  } = filterDraw(
    config,
    progress.stage,
    withScores,
    drawn,
    progress.dropped,
    (group) => promptOf(context, sampleOf(tasks, group.qid)).length,
  );
  // A rollout's address counts the batches drawn before it, so that no draw repeats another.
  const draws = drawsMore ? drawn : progress.draws;
  return withDraft({ ...progress, draws, dropped }, 'score', drawsMore ? 'sample' : 'advantage', kept);
}

function advantagePhase({ config }: PhaseContext, progress: TrainerProgress): TrainerProgress {
  const { groups } = draftOf(progress);
  const rewarded = groups.map((group) =>
    group.rollouts.map(({ reward = 0, terms = [] }) => ({ reward, terms })),
  );
  const rewards = rewarded.map((group) => group.map(({ reward }) => reward));
  const { advantages, means, stds } = estimateAdvantages(rewarded, config.objective);
  return withDraft(
    progress,
    'advantage',
    'update',
    groups.map((group, g) => ({
      ...group,
      rewardMean: means[g],
      rewardStd: stds[g],
      signal: signalOf(
        rewards[g],
        group.rollouts.map((rollout) => rollout.accuracy ?? 0),
      ),
      rollouts: group.rollouts.map((rollout, r): DraftRollout => ({
        ...rollout,
        advantage: advantages[g][r],
      })),
    })),
  );
}

async function updatePhase(
  context: PhaseContext,
  progress: TrainerProgress,
  { onProgress }: AdvanceOptions,
): Promise<PhaseOutcome> {
  const { config, policy, reference, trained, optimizer, tasks } = context;
  const draft = draftOf(progress);
  const samples = draft.groups.map((group) => sampleOf(tasks, group.qid));
  const pixels = await context.pixels.batch(samples);
  const size = pixels.length / samples.length;
  const severalUpdates = draft.groups.length > config.promptsPerMiniBatch;
  const backup = severalUpdates
    ? { parameters: await policy.exportTensors(), optimizer: await optimizer.exportState() }
    : null;
  try {
    const result = await updatePolicy(
      { policy, reference, trained, optimizer },
      draft.groups.map((group, g) => ({
        pixels: pixels.subarray(g * size, (g + 1) * size),
        rows: group.rollouts.map((rollout) => ({
          prompt: promptOf(context, samples[g]),
          response: rollout.tokenIds,
          advantage: rollout.advantage ?? 0,
        })),
      })),
      config,
      (done, total) => onProgress?.({ phase: 'update', done, total }),
    );
    const groups = draft.groups.map((group, g): GroupRecord => ({
      ...(group as GroupRecord),
      rollouts: group.rollouts.map((rollout, r): RolloutRecord => ({
        // Every field is there once all phases are done.
        ...(rollout as RolloutRecord),
        ...result.rows[g][r],
      })),
    }));
    const step = progress.step + 1;
    const record: StepRecord = {
      step,
      stage: progress.stage,
      groups,
      metrics: {
        ...stepMetrics(groups, result.updates, config),
        ...(isFiltering(config) ? samplingMetrics(progress.draws + 1, progress.dropped) : {}),
      },
    };
    const { dropped } = progress;
    let tokens = progress.tokens + dropped.promptTokens + dropped.responseTokens;
    groups.forEach((group, g) => (tokens += promptOf(context, samples[g]).length * group.rollouts.length));
    for (const update of result.updates) tokens += update.tokens;
    const stepInStage = progress.stepInStage + 1;
    return {
      progress: {
        ...progress,
        step,
        stepInStage,
        tokens,
        nextPhase: 'sample',
        draft: null,
        draws: 0,
        dropped: NOTHING_DROPPED,
      },
      record,
    };
  } catch (error) {
    // An update before the failing one has moved the policy: back to the state the phase started from.
    if (backup) {
      policy.copyFrom(backup.parameters);
      optimizer.importState(backup.optimizer);
    }
    throw error;
  }
}

function withDraft(
  progress: TrainerProgress,
  done: StepDraft['done'],
  nextPhase: Phase,
  groups: readonly DraftGroup[],
): TrainerProgress {
  return { ...progress, nextPhase, draft: { step: progress.step + 1, stage: progress.stage, done, groups } };
}

function draftOf(progress: TrainerProgress): StepDraft {
  if (!progress.draft)
    throw new Error(`Phase ${progress.nextPhase} needs the draft of step ${progress.step + 1}.`);
  return progress.draft;
}

function sampleOf(tasks: TrainerParts['tasks'], qid: string): Sample {
  const sample = tasks.find(qid);
  if (!sample) throw new Error(`Task set "${tasks.name}" has no sample "${qid}".`);
  return sample;
}

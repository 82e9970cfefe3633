/** The phases of a step, sample → rollout → score → advantage → update: each takes the progress and returns the next. */
import type * as tf from '@tensorflow/tfjs-core';
import type { AdamW } from '../compute/adamw.ts';
import type { Policy } from '../model/policy.ts';
import type { Sample } from '../tasks/types.ts';
import { estimateAdvantages, signalOf } from './advantage.ts';
import { costMetrics, stepMetrics } from './metrics.ts';
import type { PixelCache } from './pixelCache.ts';
import { promptIndices, type PromptPool } from './promptOrder.ts';
import { promptOf } from './promptOf.ts';
import { generateRollouts } from './rollout.ts';
import { scoreGroups } from './scorePhase.ts';
import { onlineKeep } from './split.ts';
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
  readonly optimizer: AdamW;
  readonly pool: PromptPool;
}

export interface PhaseOutcome {
  readonly progress: TrainerProgress;
  readonly record: StepRecord | null;
}

/** The online variant draws at most this many batches for one step, then trains on what it kept. */
const ONLINE_DRAWS = 4;

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
  const responses = record.groups.flatMap((group) =>
    group.rollouts.map((rollout) => rollout.tokenIds.length),
  );
  const responseTokens = responses.reduce((sum, tokens) => sum + tokens, 0);
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

/** Draws the step's questions. In the online variant, questions that were kept before stay in front. */
function samplePhase({ config, pool }: PhaseContext, progress: TrainerProgress): TrainerProgress {
  const { promptsPerStep, seed } = config;
  const from =
    (progress.stepInStage * (config.split.online ? ONLINE_DRAWS : 1) + progress.draws) * promptsPerStep;
  const kept = progress.draft?.groups ?? [];
  const groups = promptIndices(pool.size, from, promptsPerStep, seed, progress.stage).map(
    (index): DraftGroup => {
      const { qid, kind, problem, answer, key_words } = pool.sample(index);
      return { qid, kind, problem, answer, key_words, rollouts: [] };
    },
  );
  return withDraft(progress, 'sample', 'rollout', [...kept, ...groups]);
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
  if (!config.split.online) return withDraft(progress, 'score', 'advantage', withScores);
  return keepOnline(config, progress, withScores);
}

/** Online variant: groups whose mean accuracy does not fit the stage leave, and more are drawn while there are too few. */
function keepOnline(config: TrainConfig, progress: TrainerProgress, groups: DraftGroup[]): TrainerProgress {
  const fits = (group: DraftGroup): boolean =>
    onlineKeep(mean(group.rollouts.map((rollout) => rollout.accuracy ?? 0)), progress.stage);
  const kept = groups.filter(fits).slice(0, config.promptsPerStep);
  const draws = progress.draws + 1;
  if (kept.length < config.promptsPerStep && draws < ONLINE_DRAWS) {
    return withDraft({ ...progress, draws }, 'score', 'sample', kept);
  }
  // With nothing that fits, the step trains on what was drawn, so that it is seen rather than skipped.
  return withDraft(progress, 'score', 'advantage', kept.length > 0 ? kept : groups);
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
      metrics: stepMetrics(groups, result.updates, config),
    };
    const promptTokens = groups.map(
      (group, g) => promptOf(context, samples[g]).length * group.rollouts.length,
    );
    const responseTokens = result.updates.map((update) => update.tokens);
    const tokens = [...promptTokens, ...responseTokens].reduce((sum, count) => sum + count, progress.tokens);
    const stepInStage = progress.stepInStage + 1;
    return {
      progress: { ...progress, step, stepInStage, tokens, nextPhase: 'sample', draft: null, draws: 0 },
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

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

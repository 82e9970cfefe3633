/**
 * The trainer: a resumable state machine, split → (sample → rollout → score → advantage → update)*, each phase one
 * call of `advance`. State lives in `TrainerProgress` and the parameters; pausing between two phases loses nothing.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { createOptimizer, type Optimizer } from '../compute/optimizer.ts';
import { policyHash, type Policy } from '../model/policy.ts';
import type { RewardStage } from '../rewards/types.ts';
import { NOTHING_DROPPED } from './groupFilter.ts';
import { poolOf } from './promptOrder.ts';
import { advancePhase, type PhaseContext } from './stepPhases.ts';
import { PixelCache } from './pixelCache.ts';
import { splitChunk, splitIndices } from './splitPhase.ts';
import { relaxedPools, type StagePools } from './split.ts';
import { perceptionEnds } from './stagePlan.ts';
import type {
  AdvanceOptions,
  PhaseResult,
  TrainerParts,
  TrainerProgress,
  TrainerState,
  UnfinishedSplit,
} from './trainerState.ts';
import type { Phase, SplitRecord, StageChange, StepDraft, StepRecord, TrainConfig } from './types.ts';

export type {
  AdvanceOptions,
  PhaseResult,
  TrainerParts,
  TrainerProgress,
  TrainerState,
  UnfinishedSplit,
} from './trainerState.ts';

export class Trainer {
  readonly config: TrainConfig;
  readonly #parts: TrainerParts;
  readonly #pixels: PixelCache;
  readonly #trained: ReadonlyMap<string, tf.Variable>;
  #reference: Policy;
  #optimizer: Optimizer;
  #progress: TrainerProgress;
  #pools: StagePools | null = null;

  /** A new run from the parts' policy, or the continuation of `state`. `split` gives a ready split to train on. */
  constructor(
    parts: TrainerParts,
    config: TrainConfig,
    options: { state?: TrainerState; split?: SplitRecord } = {},
  ) {
    this.#parts = parts;
    this.config = config;
    this.#pixels = new PixelCache(parts.preprocessing);
    this.#trained = new Map(
      [...parts.policy.parameters].filter(
        ([name]) => config.trainVision || !name.startsWith('model.vision_model.'),
      ),
    );
    const { state } = options;
    if (state) {
      parts.policy.copyFrom(state.reference);
      this.#reference = parts.policy.clone();
      parts.policy.copyFrom(state.parameters);
      this.#optimizer = createOptimizer(this.#trained, parts.policy.flat, config.optimizer);
      this.#optimizer.importState(state.optimizer);
      this.#progress = state.progress;
    } else {
      this.#reference = parts.policy.clone();
      this.#optimizer = createOptimizer(this.#trained, parts.policy.flat, config.optimizer);
      this.#progress = this.#start(options.split ?? null);
    }
    this.#refreshPools();
  }

  /** Steps done. */
  get step(): number {
    return this.#progress.step;
  }
  /** Stage of the next step. */
  get stage(): RewardStage {
    return this.#progress.stage;
  }
  get stepInStage(): number {
    return this.#progress.stepInStage;
  }
  get nextPhase(): Phase {
    return this.#progress.nextPhase;
  }
  get split(): SplitRecord | null {
    return this.#progress.split;
  }
  /** Questions whose pass rate is still to be estimated. */
  get splitRemaining(): number {
    return this.#progress.splitRemaining.length;
  }
  /** What a cancelled estimate goes on from; null when none was begun or it is finished. */
  get unfinishedSplit(): UnfinishedSplit | null {
    const { split, splitRemaining: remaining } = this.#progress;
    return split && remaining.length > 0 ? { split, remaining } : null;
  }
  get draft(): StepDraft | null {
    return this.#progress.draft;
  }
  get stageChanges(): readonly StageChange[] {
    return this.#progress.stageChanges;
  }

  /** Runs the next phase. On an error nothing has moved: the same phase can be tried again. */
  async advance(options: AdvanceOptions = {}): Promise<PhaseResult> {
    const phase = this.#progress.nextPhase;
    if (phase === 'split') return this.#advanceSplit(options);
    const stageChange = await this.#firstStage();
    const outcome = await advancePhase(this.#context(), this.#progress, options);
    this.#progress = outcome.progress;
    const change = outcome.record ? await this.#changeAfter(outcome.record) : null;
    return {
      phase,
      draft: this.#progress.draft,
      record: outcome.record,
      split: this.#progress.split,
      stageChange: change ?? stageChange,
    };
  }

  /** Advances to the end of the step in progress and returns its record. */
  async runStep(options: AdvanceOptions = {}): Promise<StepRecord> {
    for (;;) {
      const { record } = await this.advance(options);
      if (record) return record;
    }
  }

  /** Switches by hand; a step in progress is dropped. The reference becomes the policy as it is now. */
  async switchStage(to: RewardStage): Promise<StageChange> {
    return this.#enter(to, 'manual');
  }

  /** Moves the pass-count limits of easy and medium; the pools follow. */
  setThresholds(easyFrom: number, mediumFrom: number): void {
    const { split } = this.#progress;
    if (!split) throw new Error('There is no split yet whose thresholds could move; estimate it first.');
    this.#progress = { ...this.#progress, split: { ...split, easyFrom, mediumFrom } };
    this.#refreshPools();
  }

  /**
   * Starts the split anew under the policy as it is now, or goes on with one that was left unfinished under that very
   * policy (the caller sees to it); the next phase becomes `split`.
   */
  reestimateSplit(unfinished: UnfinishedSplit | null = null): void {
    this.#progress = {
      ...this.#progress,
      split: unfinished?.split ?? null,
      splitRemaining: unfinished?.remaining ?? splitIndices(this.#parts.tasks, this.config),
      nextPhase: 'split',
      draft: null,
      draws: 0,
      dropped: NOTHING_DROPPED,
    };
    this.#pools = null;
  }

  /** Plain data that `new Trainer(parts, config, { state })` goes on from with the same numbers. */
  async exportState(): Promise<TrainerState> {
    return {
      progress: this.#progress,
      parameters: await this.#parts.policy.exportTensors(),
      reference: await this.#reference.exportTensors(),
      optimizer: await this.#optimizer.exportState(),
    };
  }

  /** Releases what the trainer made; the parts' policy stays. */
  dispose(): void {
    this.#reference.dispose();
    this.#optimizer.dispose();
  }

  #start(split: SplitRecord | null): TrainerProgress {
    const wantsSplit = split === null && this.config.stages === 'both';
    return {
      step: 0,
      stage: this.config.stages === 'reasoning' ? 'reasoning' : 'perception',
      stepInStage: 0,
      nextPhase: wantsSplit ? 'split' : 'sample',
      split,
      splitRemaining: wantsSplit ? splitIndices(this.#parts.tasks, this.config) : [],
      draft: null,
      draws: 0,
      dropped: NOTHING_DROPPED,
      drawnInStage: 0,
      stageChanges: [],
      tokens: 0,
      stepSeconds: 0,
      stageRewards: [],
    };
  }

  async #advanceSplit(options: AdvanceOptions): Promise<PhaseResult> {
    this.#progress = await splitChunk(this.#parts, this.#pixels, this.config, this.#progress, options);
    if (this.#progress.splitRemaining.length === 0) this.#refreshPools();
    return { phase: 'split', draft: null, record: null, split: this.#progress.split, stageChange: null };
  }

  #refreshPools(): void {
    const { split, splitRemaining } = this.#progress;
    if (!split || splitRemaining.length > 0) {
      this.#pools = null;
      return;
    }
    const { pools, relaxed } = relaxedPools(split, {
      needed: 2 * this.config.promptsPerStep,
      origin: this.#parts.tasks.origin,
    });
    this.#pools = pools;
    this.#progress = { ...this.#progress, split: { ...split, relaxed } };
  }

  #context(): PhaseContext {
    return {
      ...this.#parts,
      config: this.config,
      pixels: this.#pixels,
      reference: this.config.objective.klCoefficient > 0 ? this.#reference : null,
      trained: this.#trained,
      optimizer: this.#optimizer,
      pool: poolOf(this.#parts.tasks, this.#pools?.[this.#progress.stage] ?? null),
    };
  }

  /** Notes the start of the first stage once, with the hash of the policy it starts from. */
  async #firstStage(): Promise<StageChange | null> {
    if (this.#progress.stageChanges.length > 0) return null;
    const change: StageChange = {
      atStep: 0,
      from: 'warm-up',
      to: this.#progress.stage,
      reason: 'start',
      policyHash: policyHash(await this.#parts.policy.exportTensors()),
    };
    this.#progress = { ...this.#progress, stageChanges: [change] };
    return change;
  }

  async #changeAfter(record: StepRecord): Promise<StageChange | null> {
    const stageRewards = [...this.#progress.stageRewards, record.metrics.reward];
    this.#progress = { ...this.#progress, stageRewards };
    if (record.stage !== 'perception' || this.config.stages !== 'both') return null;
    const reason = perceptionEnds(this.config.stageSwitch, stageRewards);
    return reason ? this.#enter('reasoning', reason) : null;
  }

  async #enter(to: RewardStage, reason: StageChange['reason']): Promise<StageChange> {
    const parameters = await this.#parts.policy.exportTensors();
    const change: StageChange = {
      atStep: this.#progress.step,
      from: this.#progress.stage,
      to,
      reason,
      policyHash: policyHash(parameters),
    };
    this.#reference.copyFrom(parameters);
    this.#optimizer.dispose();
    this.#optimizer = createOptimizer(this.#trained, this.#parts.policy.flat, this.config.optimizer);
    this.#progress = {
      ...this.#progress,
      stage: to,
      stepInStage: 0,
      nextPhase: this.#progress.splitRemaining.length > 0 ? 'split' : 'sample',
      draft: null,
      draws: 0,
      dropped: NOTHING_DROPPED,
      drawnInStage: 0,
      stageChanges: [...this.#progress.stageChanges, change],
      stageRewards: [],
    };
    return change;
  }
}

/** A run as the worker holds it: trainer, what it was made from, and the last state it can go back to. */
import { loadRunParts, type RunParts } from '../engine/rl/runParts.ts';
import { Trainer, type PhaseResult, type TrainerState, type UnfinishedSplit } from '../engine/rl/trainer.ts';
import type { Phase, StageChange, TrainConfig } from '../engine/rl/types.ts';
import { policyHash } from '../engine/model/policy.ts';
import type { ImageTextScorer, RewardStage } from '../engine/rewards/types.ts';
import type { TaskSet } from '../engine/tasks/types.ts';
import type { FileReader } from './assets.ts';
import { messageOf } from './errors.ts';
import { KeptStates, type KeptPolicy, type KeptState, type KeptWhy } from './keptStates.ts';
import type { CancelledSplit, StartedInfo } from './protocol.ts';

/** Share of the time that snapshots at the ends of steps may take; other occasions make one in any case. */
const SNAPSHOT_SHARE = 0.05;

export interface RunRequest {
  /** The page's name for the run. */
  readonly runId: string;
  readonly config: TrainConfig;
  readonly checkpointName: string;
  readonly checkpoint: FileReader;
  /** It is none of the shipped ones: what the page does not keep of it is lost. */
  readonly isOwn?: boolean;
  readonly tasks: TaskSet;
  readonly scorer: ImageTextScorer;
}

/** What a run goes on from. */
export type RunBefore = Pick<RunHandle, 'snapshot' | 'kept'> & Partial<Pick<RunHandle, 'keepEvery'>>;

export class RunHandle {
  readonly request: RunRequest;
  readonly #parts: RunParts;
  #trainer: Trainer;
  /** What the run goes on from after the device was lost. */
  #snapshot: TrainerState;
  readonly #kept: KeptStates;
  /** Of the snapshots, the one that was kept last. */
  #keptSnapshot: TrainerState | null = null;
  #keepEvery: number;
  /** Before the split that is being estimated anew; null otherwise. */
  #beforeSplit: TrainerState | null = null;
  /** Before the last change of stage, where that was by hand, with what was kept there. */
  #beforeSwitch: { readonly state: TrainerState; readonly kept: KeptPolicy | undefined } | null = null;
  /** The estimate cancelled last, which can still go on. */
  #cancelled: UnfinishedSplit | null = null;
  /** When a snapshot at the end of a step is due. */
  #nextSnapshot = 0;
  /** Something has moved since the snapshot. */
  #isStale = false;
  #isDisposed = false;
  readonly #seconds: Record<Phase, number> = {
    split: 0,
    sample: 0,
    rollout: 0,
    score: 0,
    advantage: 0,
    update: 0,
  };

  private constructor(
    request: RunRequest,
    parts: RunParts,
    trainer: Trainer,
    { snapshot, kept, keepEvery = 0 }: RunBefore,
  ) {
    this.request = request;
    this.#parts = parts;
    this.#trainer = trainer;
    this.#snapshot = snapshot;
    this.#kept = new KeptStates(kept.values());
    this.#keepEvery = keepEvery;
  }

  /** Loads the checkpoint and stands at step 0, or where the snapshot of `before` stands. */
  static async load(request: RunRequest, before?: RunBefore): Promise<RunHandle> {
    const { checkpointName, checkpoint, tasks, scorer } = request;
    const parts = await loadRunParts(checkpoint, tasks, scorer).catch((error: unknown) => {
      throw new Error(`The checkpoint “${checkpointName}” does not load: ${messageOf(error)}`);
    });
    const trainer = new Trainer(parts, request.config, { state: before?.snapshot });
    if (before) return new RunHandle(request, parts, trainer, before);
    const snapshot = await trainer.exportState();
    const { parameters, progress } = snapshot;
    const start = { step: 0, stage: progress.stage, why: 'start', parameters } as const;
    return new RunHandle(request, parts, trainer, { snapshot, kept: new Map([[0, start]]) });
  }

  get trainer(): Trainer {
    return this.#trainer;
  }
  get tasks(): TaskSet {
    return this.request.tasks;
  }
  get scorer(): ImageTextScorer {
    return this.request.scorer;
  }
  get snapshot(): TrainerState {
    return this.#snapshot;
  }
  /** Policies that stay, by steps done. */
  get kept(): ReadonlyMap<number, KeptPolicy> {
    return this.#kept.policies;
  }
  /** The same without their weights; another array after every change. */
  get keptList(): readonly KeptState[] {
    return this.#kept.list;
  }
  /** The snapshot is one of those kept, and the last of them. */
  get isSnapshotKept(): boolean {
    return this.#snapshot === this.#keptSnapshot;
  }
  /** A state is kept after every so many steps; 0: none. */
  get keepEvery(): number {
    return this.#keepEvery;
  }
  set keepEvery(steps: number) {
    this.#keepEvery = steps;
  }
  /** Seconds spent in each phase. */
  get seconds(): Readonly<Record<Phase, number>> {
    return { ...this.#seconds };
  }
  /** Nothing of this run has been computed yet. */
  get isPristine(): boolean {
    return this.#trainer.step === 0 && this.#trainer.split === null && this.#trainer.draft === null;
  }

  async info(): Promise<StartedInfo> {
    const { runId, config, checkpointName, tasks, scorer } = this.request;
    const { checkpoint, card, policy } = this.#parts;
    const { image_size, patch_size } = checkpoint.config.vision;
    return {
      runId,
      config,
      card,
      checkpointName,
      parameterCount: [...policy.parameters.values()].reduce((sum, parameter) => sum + parameter.size, 0),
      tasks: {
        name: tasks.name,
        origin: tasks.origin,
        sizes: { train: tasks.size('train'), heldout: tasks.size('heldout') },
      },
      policyHash: await this.policyHash(),
      imageSize: image_size,
      patchSize: patch_size,
      tokenPixels: patch_size * checkpoint.config.scale_factor,
      scorer: scorer.id,
    };
  }

  async policyHash(): Promise<string> {
    return policyHash(await this.#parts.policy.exportTensors());
  }

  /** Runs the next phase, times it, and keeps a snapshot where one is due. */
  async advance(
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<PhaseResult> {
    const from = performance.now();
    const isNewSplit = this.#trainer.split === null;
    const result = await this.#trainer.advance({
      onProgress: ({ done, total }) => onProgress(done, total),
      signal,
    });
    this.#seconds[result.phase] += (performance.now() - from) / 1000;
    this.#isStale = true;
    if (result.phase === 'split') this.#afterSplitChunk(isNewSplit);
    const wasSplit = result.phase === 'split' && this.#trainer.splitRemaining === 0;
    const { step } = this.#trainer;
    const isKept = result.record !== null && this.#keepEvery > 0 && step % this.#keepEvery === 0;
    const due = result.record !== null && performance.now() >= this.#nextSnapshot;
    if (result.stageChange) this.#beforeSwitch = null;
    if (due || isKept || wasSplit || result.stageChange !== null)
      await this.#keepSnapshot(isKept ? 'interval' : null);
    return result;
  }

  /** Brings the snapshot up to where the run stands now, in the middle of a step too. */
  async refreshSnapshot(): Promise<void> {
    if (this.#isStale) await this.#keepSnapshot();
  }

  setThresholds(easyFrom: number, mediumFrom: number): void {
    this.#trainer.setThresholds(easyFrom, mediumFrom);
    this.#isStale = true;
  }

  async switchStage(to: RewardStage): Promise<StageChange> {
    const state = await this.#trainer.exportState();
    const change = await this.#trainer.switchStage(to);
    this.#beforeSwitch = { state, kept: this.kept.get(state.progress.step) };
    await this.#keepSnapshot();
    return change;
  }

  /** Goes back to before the last switch by hand, the step in progress included; steps since are no more. */
  async undoSwitch(): Promise<void> {
    const before = this.#beforeSwitch;
    if (!before) throw new Error('There is no switch by hand to take back since this run was started here.');
    this.#beforeSwitch = null;
    this.#trainer.dispose();
    this.#trainer = new Trainer(this.#parts, this.request.config, { state: before.state });
    const { step } = before.state.progress;
    const isReplaced = this.kept.get(step) !== before.kept;
    this.#kept.rewind(step, before.kept);
    await this.#keepSnapshot((isReplaced && before.kept?.why) || null);
  }

  /** Keeps the state as it is now, in the middle of a step too, where none is kept after as many steps. */
  async keepStep(): Promise<void> {
    if (!this.#kept.claim(this.#trainer.step)) await this.#keepSnapshot('reader');
  }

  dropKept(step: number): void {
    if (step === 0) return;
    this.#kept.drop(step);
    if (this.#keptSnapshot?.progress.step === step) this.#keptSnapshot = null;
  }

  /** `why`: what keeps a state where no stage begins; null: nothing. A switch before the first step leaves the start. */
  async #keepSnapshot(why: KeptWhy | null = null): Promise<void> {
    this.#isStale = false;
    const from = performance.now();
    const state = (this.#snapshot = await this.#trainer.exportState());
    this.#nextSnapshot = performance.now() + (performance.now() - from) / SNAPSHOT_SHARE;
    const { step, draft, stageChanges } = state.progress;
    const isStageStart =
      draft === null && stageChanges.at(-1)?.atStep === step && (step > 0 || stageChanges.length === 1);
    const reason = isStageStart ? (step === 0 ? 'start' : 'stage') : why;
    if (reason !== null && this.#kept.add(state, reason)) this.#keptSnapshot = state;
  }

  /** Borders that were moved stay where they are when the split is estimated anew. */
  #afterSplitChunk(isNewSplit: boolean): void {
    const before = this.#beforeSplit?.progress.split;
    if (isNewSplit && before) this.#trainer.setThresholds(before.easyFrom, before.mediumFrom);
    if (this.#trainer.splitRemaining > 0) return;
    this.#beforeSplit = null;
    this.#cancelled = null;
  }

  /**
   * Begins the split anew, or goes on with the estimate that was left off. Throws when the policy has changed since:
   * pass counts of two policies do not make one split.
   */
  async reestimateSplit(resume: boolean): Promise<void> {
    if (resume && this.#trainer.unfinishedSplit) return;
    const unfinished = resume ? this.#cancelled : null;
    if (unfinished) {
      const hash = await this.policyHash();
      if (hash !== unfinished.split.policyHash) {
        throw new Error(
          `The cancelled estimate is of policy ${unfinished.split.policyHash.slice(0, 12)}, the policy is now ` +
            `${hash.slice(0, 12)}; estimate anew with the current policy.`,
        );
      }
    }
    const isComplete = this.#trainer.split !== null && this.#trainer.splitRemaining === 0;
    if (isComplete) this.#beforeSplit = await this.#trainer.exportState();
    this.#trainer.reestimateSplit(unfinished);
    this.#cancelled = null;
    this.#isStale = true;
  }

  /** Gives the split before the re-estimation back and keeps what was estimated; false when there was none. */
  cancelSplit(): boolean {
    if (!this.#beforeSplit) return false;
    this.#cancelled = this.#trainer.unfinishedSplit;
    this.#trainer.dispose();
    this.#trainer = new Trainer(this.#parts, this.request.config, { state: this.#beforeSplit });
    this.#beforeSplit = null;
    this.#isStale = true;
    return true;
  }

  /** The estimate that can go on beside the split in use; null when there is none. */
  get cancelledSplit(): CancelledSplit | null {
    if (!this.#cancelled) return null;
    const { split, remaining } = this.#cancelled;
    const done = split.entries.length;
    return { done, total: done + remaining.length, policyHash: split.policyHash };
  }

  /** What a checkpoint of the policy as it is now is called. */
  get exportName(): string {
    return `${this.request.config.preset}-step-${this.#trainer.step}`;
  }
  get parts(): RunParts {
    return this.#parts;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#trainer.dispose();
    this.#parts.policy.dispose();
  }
}

/** A run as the worker holds it: trainer, what it was made from, and the last state it can go back to. */
import { loadRunParts, type RunParts } from '../engine/rl/runParts.ts';
import { Trainer, type PhaseResult, type TrainerState, type UnfinishedSplit } from '../engine/rl/trainer.ts';
import type { Phase, StageChange, TrainConfig } from '../engine/rl/types.ts';
import { policyHash } from '../engine/model/policy.ts';
import type { NamedTensors } from '../engine/model/types.ts';
import type { ImageTextScorer, RewardStage } from '../engine/rewards/types.ts';
import type { TaskSet } from '../engine/tasks/types.ts';
import type { FileReader } from './assets.ts';
import { messageOf } from './errors.ts';
import type { CancelledSplit, StartedInfo } from './protocol.ts';

/** Steps between two snapshots; the end of the split, a change of stage and coming to rest make one too. */
const SNAPSHOT_STEPS = 10;

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

export class RunHandle {
  readonly request: RunRequest;
  readonly #parts: RunParts;
  #trainer: Trainer;
  /** What the run goes on from after the device was lost. */
  #snapshot: TrainerState;
  /** Policies at the start and at every change of stage, by steps done. */
  readonly #kept: Map<number, NamedTensors>;
  /** Before the split that is being estimated anew; null otherwise. */
  #beforeSplit: TrainerState | null = null;
  /** Before the last change of stage, where that was by hand. */
  #beforeSwitch: TrainerState | null = null;
  /** The estimate cancelled last, which can still go on. */
  #cancelled: UnfinishedSplit | null = null;
  /** Something has moved since the snapshot. */
  #isStale = false;
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
    { snapshot, kept }: Pick<RunHandle, 'snapshot' | 'kept'>,
  ) {
    this.request = request;
    this.#parts = parts;
    this.#trainer = trainer;
    this.#snapshot = snapshot;
    this.#kept = new Map(kept);
  }

  /** Loads the checkpoint and stands at step 0, or where the snapshot of `before` stands. */
  static async load(request: RunRequest, before?: Pick<RunHandle, 'snapshot' | 'kept'>): Promise<RunHandle> {
    const { checkpointName, checkpoint, tasks, scorer } = request;
    const parts = await loadRunParts(checkpoint, tasks, scorer).catch((error: unknown) => {
      throw new Error(`The checkpoint “${checkpointName}” does not load: ${messageOf(error)}`);
    });
    const trainer = new Trainer(parts, request.config, { state: before?.snapshot });
    if (before) return new RunHandle(request, parts, trainer, before);
    const snapshot = await trainer.exportState();
    return new RunHandle(request, parts, trainer, { snapshot, kept: new Map([[0, snapshot.parameters]]) });
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
  get kept(): ReadonlyMap<number, NamedTensors> {
    return this.#kept;
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
    const due = result.record !== null && this.#trainer.step % SNAPSHOT_STEPS === 0;
    if (result.stageChange) this.#beforeSwitch = null;
    if (due || wasSplit || result.stageChange !== null) await this.#keepSnapshot();
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
    const before = await this.#trainer.exportState();
    const change = await this.#trainer.switchStage(to);
    this.#beforeSwitch = before;
    await this.#keepSnapshot();
    return change;
  }

  /** Goes back to before the last switch by hand, the step in progress included; steps since are no more. */
  async undoSwitch(): Promise<void> {
    const before = this.#beforeSwitch;
    if (!before) throw new Error('There is no switch by hand to take back since this run was started here.');
    this.#beforeSwitch = null;
    this.#trainer.dispose();
    this.#trainer = new Trainer(this.#parts, this.request.config, { state: before });
    const { step, stageChanges } = before.progress;
    for (const at of this.#kept.keys())
      if (at >= step && at > 0 && !stageChanges.some(({ atStep }) => atStep === at)) this.#kept.delete(at);
    await this.#keepSnapshot();
  }

  async #keepSnapshot(): Promise<void> {
    this.#isStale = false;
    const { progress, parameters } = (this.#snapshot = await this.#trainer.exportState());
    if (progress.stageChanges.at(-1)?.atStep === progress.step) this.#kept.set(progress.step, parameters);
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
  /** The policy in Hugging Face's layout, as it is now. */
  get parts(): RunParts {
    return this.#parts;
  }

  dispose(): void {
    this.#trainer.dispose();
    this.#parts.policy.dispose();
  }
}

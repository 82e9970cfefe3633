/** What a trainer keeps between two phases: plain data, enough to go on with the same numbers. */
import type { ImageTextScorer } from '../rewards/types.ts';
import type { Policy } from '../model/policy.ts';
import type { Tokenizer } from '../model/tokenizer.ts';
import type { ImagePreprocessing, NamedTensors } from '../model/types.ts';
import type { TaskSet } from '../tasks/types.ts';
import type { Phase, RewardStage, SplitRecord, StageChange, StepDraft, StepRecord } from './types.ts';

/** What a trainer works with; injected, so that worker, CLI and tests choose. */
export interface TrainerParts {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  readonly tasks: TaskSet;
  readonly scorer: ImageTextScorer;
  readonly preprocessing: ImagePreprocessing;
  readonly instruction: string;
}

/** Groups that were sampled, scored and not trained on. */
export interface Dropped {
  readonly groups: number;
  readonly rollouts: number;
  readonly promptTokens: number;
  readonly responseTokens: number;
}

export interface TrainerProgress {
  readonly step: number;
  readonly stage: RewardStage;
  readonly stepInStage: number;
  readonly nextPhase: Phase;
  readonly split: SplitRecord | null;
  /** Train-part indices whose pass rate is not estimated yet; empty when the split is complete or not wanted. */
  readonly splitRemaining: readonly number[];
  readonly draft: StepDraft | null;
  /** Batches drawn for this step and filtered already; 0 without a filter. */
  readonly draws: number;
  /** Of this step so far. */
  readonly dropped: Dropped;
  /** Questions drawn in this stage, dropped ones included: where the next batch begins in the stage's order. */
  readonly drawnInStage: number;
  readonly stageChanges: readonly StageChange[];
  /** Prompt and response tokens of all rollouts of the run. */
  readonly tokens: number;
  /** Computing time of the step in progress so far. */
  readonly stepSeconds: number;
  /** Mean reward of each step of this stage, for the plateau rule. */
  readonly stageRewards: readonly number[];
}

export interface TrainerState {
  readonly progress: TrainerProgress;
  readonly parameters: NamedTensors;
  /** The policy this stage started from. */
  readonly reference: NamedTensors;
  readonly optimizer: NamedTensors;
}

/** An estimate of the split that was left off between two chunks of questions. */
export interface UnfinishedSplit {
  readonly split: SplitRecord;
  /** Train-part indices still to be asked, at least one. */
  readonly remaining: readonly number[];
}

export interface PhaseResult {
  readonly phase: Phase;
  readonly draft: StepDraft | null;
  readonly record: StepRecord | null;
  readonly split: SplitRecord | null;
  readonly stageChange: StageChange | null;
}

export interface AdvanceOptions {
  readonly onProgress?: (progress: { phase: Phase; done: number; total: number }) => void;
  readonly signal?: AbortSignal;
}

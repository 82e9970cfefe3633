/**
 * What the page and the worker say to each other: two discriminated unions and nothing else. The page sends
 * `ToWorker` messages one by one; the worker answers in batches, at most one each BATCH_MS, and hands arrays
 * over as transferables. Neither side waits for an answer: answers carry what they answer.
 */
import type { BackendName, BackendReport } from '../engine/compute/backend.ts';
import type { EvalComparison } from '../engine/eval/compare.ts';
import type { HackId } from '../engine/rewards/gaming.ts';
import type { RewardStage } from '../engine/rewards/types.ts';
import type { TextReward } from '../engine/rl/hackReward.ts';
import type {
  CheckpointCard,
  Phase,
  SplitRecord,
  StageChange,
  StepDraft,
  StepRecord,
  TrainConfig,
} from '../engine/rl/types.ts';
import type { Part, RasterImage } from '../engine/tasks/types.ts';
import type { AttentionAnswer, AttentionRequest } from './attention.ts';
import type { BenchmarkProgress, BenchmarkReport, BenchmarkRequest } from './benchmarks.ts';
import type { EvaluatedPolicy, EvaluationRequest, PolicyAt } from './evaluations.ts';
import type { ImportEntry, ImportReport } from './imports.ts';
import type { ResumedRun, SavedState, Snapshot } from './snapshots.ts';
import type { WarmedUp, WarmupProgress, WarmupRequest } from './warmups.ts';

export type { BackendName, BackendReport, ImportEntry, ImportReport, ResumedRun, Snapshot };
export type { BenchmarkProgress, BenchmarkReport, BenchmarkRequest, EvaluatedPolicy, EvaluationRequest };
export type { KeptState, KeptWhy } from './keptStates.ts';
export type { PolicyAt, SavedState, WarmedUp, WarmupProgress };
/** The configs a page may ask for by name. */
export { PRESET_NAMES, presetByName } from '../engine/rl/presets.ts';
export {
  SHIPPED_CHECKPOINTS,
  checkpointsFor,
  defaultCheckpoint,
  misfitOf,
  readersOf,
  type Misfit,
} from '../engine/rl/shipped.ts';
export { WARMUP_DEFAULTS } from '../engine/rl/warmupRound.ts';

/** Hacks that can be shown and runs that learn one, by their ids. */
export { HACKS } from '../engine/rewards/gaming.ts';
export { HACK_PRESETS, hackPresetById, NOT_LEARNED } from '../engine/rl/hackPresets.ts';

export const PROTOCOL_VERSION = 1;
/** `where` of an error that met a request for a hack's texts or for a text's reward. */
export const REWARD_JOB = 'reward of a text';
/** `where` of an error that met a request for attention. */
export const ATTENTION_JOB = 'attention';
/** `where` of an error that met an evaluation. */
export const EVALUATION_JOB = 'evaluation';
/** `where` of an error that met a warm-up. */
export const WARMUP_JOB = 'warm-up';
/** `where` of an error that met a benchmark. */
export const BENCHMARK_JOB = 'benchmark';
/** Least time between two batches of the worker, in milliseconds. */
export const BATCH_MS = 100;

/** Where a run's questions come from. */
export type TaskChoice =
  | { readonly from: 'built-in'; readonly name: string }
  /** The set imported last; `revision` tells two imports under one name apart. */
  | { readonly from: 'imported'; readonly name: string; readonly revision: number };

export interface TaskInfo {
  readonly name: string;
  readonly origin: 'built-in' | 'imported';
  readonly sizes: Readonly<Record<Part, number>>;
}

/** A sample as text; its picture is asked for by qid. */
export interface SampleSummary {
  readonly qid: string;
  readonly part: Part;
  /** Position in its part; null when it was asked for by qid. */
  readonly index: number | null;
  readonly problem: string;
  readonly answer: string;
  readonly key_words: readonly string[];
  readonly kind: string;
}

export type WorkerStatus = 'booting' | 'idle' | 'running' | 'paused' | 'stepping' | 'lost' | 'failed';

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** A re-estimate of the split that was cancelled, the split before it being back in use; it can go on. */
export interface CancelledSplit extends Progress {
  /** The policy it asked. */
  readonly policyHash: string;
}

export interface MemoryReport {
  readonly tensors: number;
  /** Bytes held by live tensors. */
  readonly bytes: number;
  /** Bytes the GPU pool holds, free buffers included; null when the backend does not say. */
  readonly poolBytes: number | null;
  /** Bytes of the GPU buffers beside the pool: parameters, moments, what plans compute in; null: there are none. */
  readonly bufferBytes: number | null;
}

export interface WorkerError {
  /** The phase or action that failed. */
  readonly where: string;
  readonly message: string;
  readonly suggestion: string;
  /** The run cannot go on from here. */
  readonly fatal: boolean;
}

export interface StartedInfo {
  /** As given by the page. */
  readonly runId: string;
  readonly config: TrainConfig;
  readonly card: CheckpointCard | null;
  readonly checkpointName: string;
  readonly parameterCount: number;
  readonly tasks: TaskInfo;
  /** Hash of the weights it starts with: a reset gives the same one. */
  readonly policyHash: string;
  /** Side of the policy's input image and of one image token, in pixels. */
  readonly imageSize: number;
  readonly patchSize: number;
  readonly tokenPixels: number;
  readonly scorer: string;
}

export type ToWorker =
  | {
      readonly type: 'boot';
      readonly version: number;
      readonly forcedBackend: BackendName | null;
      /** Absolute URL, ending in a slash, that `models/…` is relative to. */
      readonly assetBase: string;
    }
  /** A new run from the checkpoint's weights, with the same config a reset; or a saved run from where it stood. */
  | {
      readonly type: 'start';
      readonly runId: string;
      readonly resume: ResumedRun | null;
      readonly config: TrainConfig;
      readonly checkpointName: string;
      /** The checkpoint's files where the page has them, a warmed-up policy's; null: those shipped under its name. */
      readonly files: ResumedRun['files'] | null;
      readonly tasks: TaskChoice;
      /** Begin to play at once. */
      readonly play: boolean;
    }
  | { readonly type: 'play' }
  | { readonly type: 'pause' }
  /** Run to the end of the current step. */
  | { readonly type: 'step' }
  /** Run the next phase only. */
  | { readonly type: 'subStep' }
  | { readonly type: 'setSpeed'; readonly delayMs: number }
  | { readonly type: 'switchStage'; readonly to: RewardStage }
  /** Back to before the last switch; answered by `rewound`. */
  | { readonly type: 'undoSwitch' }
  /** `resume`: go on with the estimate that was cancelled or paused, if its policy is still the present one. */
  | { readonly type: 'estimateSplit'; readonly resume: boolean }
  | { readonly type: 'cancelSplit' }
  | { readonly type: 'setThresholds'; readonly easyFrom: number; readonly mediumFrom: number }
  | { readonly type: 'importFiles'; readonly entries: readonly ImportEntry[]; readonly skipBad: boolean }
  | { readonly type: 'requestImages'; readonly qids: readonly string[] }
  | { readonly type: 'requestSamples'; readonly part: Part; readonly offset: number; readonly count: number }
  | { readonly type: 'requestSamplesOf'; readonly qids: readonly string[] }
  /** Similarity of a sample's image with a text; served between phases. */
  | { readonly type: 'requestSimilarity'; readonly qid: string; readonly text: string }
  /** Where the policy looked while it wrote a response; computed again between phases. */
  | ({ readonly type: 'requestAttention' } & AttentionRequest)
  /** The texts of a hack for a sample. */
  | { readonly type: 'requestExploit'; readonly qid: string; readonly hack: HackId }
  /** What the stage's published recipe gives a response to a sample; both served between phases. */
  | {
      readonly type: 'requestReward';
      readonly qid: string;
      readonly stage: RewardStage;
      readonly response: string;
    }
  /** Measures policies of the run between two phases; takes the place of an evaluation under way. */
  | ({ readonly type: 'evaluate' } & EvaluationRequest)
  | { readonly type: 'cancelEvaluation' }
  /** Warms up the policy that the run started from; the run and its policies stay as they are. */
  | ({ readonly type: 'warmUp' } & WarmupRequest)
  | { readonly type: 'cancelWarmup' }
  /** Times the work of a step with policies of its own, between two phases. */
  | ({ readonly type: 'benchmark' } & BenchmarkRequest)
  | { readonly type: 'cancelBenchmark' }
  | { readonly type: 'exportCheckpoint' }
  /** A state stays after every so many steps, older ones thinned; 0: none. Holds for the run under way. */
  | { readonly type: 'keepEvery'; readonly steps: number }
  /** The state as it is now stays. */
  | { readonly type: 'keepStep' }
  /** The state kept after so many steps, at least one, need not stay. */
  | { readonly type: 'dropKept'; readonly step: number }
  /** Answered by a snapshot of the run as it is now, unless nothing of it is the page's to keep. */
  | { readonly type: 'requestSnapshot' }
  /** Go on from the last snapshot after the device was lost. */
  | { readonly type: 'recover' };

export type FromWorker =
  | { readonly type: 'booted'; readonly version: number; readonly report: BackendReport }
  | { readonly type: 'started'; readonly info: StartedInfo }
  | {
      readonly type: 'status';
      readonly status: WorkerStatus;
      /** The phase under way, or the next one when nothing runs. */
      readonly phase: Phase;
      /** Steps done. */
      readonly step: number;
      /** Stage of the next step. */
      readonly stage: RewardStage;
      /** Steps done in that stage. */
      readonly stepInStage: number;
      readonly progress: Progress | null;
      readonly delayMs: number;
    }
  | {
      readonly type: 'splitProgress';
      /** Partial while `remaining` is above 0. */
      readonly split: SplitRecord | null;
      /** Questions still to be asked. */
      readonly remaining: number;
      readonly cancelled: CancelledSplit | null;
    }
  | { readonly type: 'draft'; readonly draft: StepDraft }
  | { readonly type: 'record'; readonly record: StepRecord }
  /** Hash of the weights after that many steps; sent whenever the run comes to rest. */
  | { readonly type: 'policyHash'; readonly step: number; readonly hash: string }
  | { readonly type: 'stageChange'; readonly change: StageChange }
  /** The run went back: records after `step` no longer hold, and these are all changes of stage. */
  | { readonly type: 'rewound'; readonly step: number; readonly stageChanges: readonly StageChange[] }
  | ({ readonly type: 'snapshot' } & Snapshot)
  | { readonly type: 'importReport'; readonly report: ImportReport }
  | {
      readonly type: 'images';
      readonly images: readonly { readonly qid: string; readonly image: RasterImage | null }[];
    }
  | { readonly type: 'samples'; readonly samples: readonly SampleSummary[] }
  | {
      readonly type: 'similarity';
      readonly qid: string;
      readonly text: string;
      readonly similarity: number;
      /** Row-major [side × side]; null when the scorer has no patch scores. */
      readonly patches: Float32Array | null;
      /** Share of the suite's held-out objects that the scorer's best patch finds; null: not measured. */
      readonly patchHitRate: number | null;
    }
  | ({ readonly type: 'attention' } & AttentionAnswer)
  | {
      readonly type: 'exploit';
      readonly qid: string;
      readonly hack: HackId;
      readonly honest: string;
      readonly hacked: string;
    }
  | {
      readonly type: 'reward';
      readonly qid: string;
      readonly stage: RewardStage;
      readonly response: string;
      readonly reward: TextReward;
    }
  /** Samples measured so far, over all policies; null: none is being evaluated any more. */
  | { readonly type: 'evaluationProgress'; readonly progress: Progress | null }
  | {
      readonly type: 'evaluation';
      readonly request: EvaluationRequest;
      /** As requested. */
      readonly policies: readonly EvaluatedPolicy[];
      /** The second policy against the first; null unless two were asked for. */
      readonly comparison: EvalComparison | null;
    }
  /** null: no warm-up is under way any more. */
  | { readonly type: 'warmupProgress'; readonly progress: WarmupProgress | null }
  | ({ readonly type: 'warmedUp' } & WarmedUp)
  | { readonly type: 'benchmarkProgress'; readonly progress: BenchmarkProgress | null }
  | ({ readonly type: 'benchmark' } & BenchmarkReport)
  | {
      readonly type: 'checkpoint';
      readonly name: string;
      readonly files: Readonly<Record<string, Uint8Array>>;
    }
  | { readonly type: 'memory'; readonly memory: MemoryReport }
  | { readonly type: 'timing'; readonly seconds: Readonly<Record<Phase, number>> }
  | { readonly type: 'log'; readonly text: string }
  | { readonly type: 'error'; readonly error: WorkerError };

/** One postMessage of the worker. */
export interface Batch {
  readonly messages: readonly FromWorker[];
}

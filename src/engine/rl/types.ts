import type { Recipe, RewardStage, TermName, TermScore } from '../rewards/types.ts';
import type { TeacherFaults } from '../tasks/types.ts';

/** Policy-gradient losses; PeBR's is `pebr`, the others are TRL's loss types. */
export const LOSS_TYPES = [
  'pebr',
  'grpo',
  'dr_grpo',
  'dapo',
  'bnpo',
  'cispo',
  'sapo',
  'luspo',
  'vespo',
] as const;
export type LossType = (typeof LOSS_TYPES)[number];

/** How per-token losses become one number; `row_sum`: the sum over a response's tokens, averaged over responses. */
export type Aggregation = 'token_mean' | 'row_mean' | 'constant' | 'row_sum';

export interface ObjectiveConfig {
  readonly lossType: LossType;
  /** A ratio a token, or one a response: the geometric mean of its tokens' (GSPO). */
  readonly importanceSampling: 'token' | 'sequence';
  /** `default`: the loss type's own. */
  readonly aggregation: 'default' | Aggregation;
  /** Ratio is clipped to [1 − clipLow, 1 + clipHigh]. TRL's cispo is clipLow 1 and a cap of 1 + clipHigh. */
  readonly clipLow: number;
  readonly clipHigh: number;
  /** Dual clip C for negative advantages (TRL's `delta` caps both signs); null: off. */
  readonly dualClip: number | null;
  /** How steep sapo's soft gate is, by the sign of the advantage. */
  readonly sapo: { readonly temperaturePositive: number; readonly temperatureNegative: number };
  /** vespo weighs a response by w^k · exp(λ(1 − w)), w its ratio; k and λ by the sign of the advantage. */
  readonly vespo: {
    readonly kPositive: number;
    readonly lambdaPositive: number;
    readonly kNegative: number;
    readonly lambdaNegative: number;
  };
  /** KL coefficient (TRL's beta). */
  readonly klCoefficient: number;
  /** With d = reference − current log-prob: k1 = −d, k2 = d²/2, k3 = e^d − d − 1. */
  readonly klEstimator: 'k1' | 'k2' | 'k3';
  /** PeBR: d is held within ±20 and the estimate within ±10. TRL has no such limits. */
  readonly clampKl: boolean;
  /** TRL ≥ 1.13: the estimate times the differentiable ratio. */
  readonly biasCorrectedKl: boolean;
  /** `group_mean`: reward − group mean, divided by the scale. For `rloo` and `gdpo` see advantage.ts. */
  readonly advantageEstimator: 'group_mean' | 'rloo' | 'gdpo';
  readonly advantageScale: 'group' | 'batch' | 'none';
  /** Added to the standard deviation: 1e-6 PeBR, 1e-4 TRL. */
  readonly advantageEpsilon: number;
}

export interface SamplingConfig {
  readonly temperature: number;
  /** 1: off. */
  readonly topP: number;
  /** 0: off. */
  readonly topK: number;
  readonly maxNewTokens: number;
}

export interface OptimizerConfig {
  readonly learningRate: number;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Global gradient norm is clipped at this. */
  readonly maxGradNorm: number;
}

/** When perception hands over to reasoning. */
export type StageSwitch =
  | { readonly when: 'manual' }
  | { readonly when: 'steps'; readonly perceptionSteps: number }
  | {
      readonly when: 'plateau';
      readonly window: number;
      readonly minimumGain: number;
      readonly perceptionStepsMax: number;
    };

export interface SplitConfig {
  /** Train questions to sample; the whole part when larger than it. */
  readonly questions: number;
  readonly n: number;
  readonly temperature: number;
  readonly topP: number;
  /** Pass counts: ≥ easyFrom → easy; 1 … easyFrom − 1 → medium … see `classify`. Defaults n and 1. */
  readonly easyFrom: number;
  readonly mediumFrom: number;
  /** Keep, at every step, only groups whose mean accuracy fits the stage (METHOD: online variant). */
  readonly online: boolean;
}

export interface TrainConfig {
  readonly preset: string;
  readonly tasks: string;
  readonly seed: number;
  readonly promptsPerStep: number;
  /** G, rollouts a group. */
  readonly groupSize: number;
  /** Prompts a mini-batch: one optimiser update each. */
  readonly promptsPerMiniBatch: number;
  /** Rollouts a forward-backward pass; gradients add up over the mini-batch. */
  readonly rolloutsPerMicroBatch: number;
  readonly sampling: SamplingConfig;
  /**
   * DAPO's dynamic sampling: groups whose rewards tie are dropped and batches drawn until the step is full, at most
   * this many; null: off.
   */
  readonly dynamicSampling: number | null;
  readonly objective: ObjectiveConfig;
  readonly optimizer: OptimizerConfig;
  readonly recipes: Readonly<Record<RewardStage, Recipe>>;
  readonly split: SplitConfig;
  readonly stageSwitch: StageSwitch;
  /** The only stage to train, or the full plan split → perception → reasoning. */
  readonly stages: 'both' | RewardStage;
  /** Train the vision tower too (METHOD: yes in RL). */
  readonly trainVision: boolean;
  /** On WebGPU: keep the inputs of the language model's layers alone and compute the rest again. Changes no number. */
  readonly recomputeActivations: boolean;
}

export type Signal = 'mixed' | 'all_correct' | 'all_wrong' | 'tied_other';
export type StopReason = 'eos' | 'length';

/** One response with every number that trained it. Arrays run over response tokens, the end token included. */
export interface RolloutRecord {
  readonly response: string;
  readonly tokenIds: readonly number[];
  /** Text of each token, so that the page needs no tokenizer. */
  readonly tokenTexts: readonly string[];
  readonly stopReason: StopReason;
  /** log-prob at logits/temperature, nats: of the decode, of the training forward before the first update, of the reference. */
  readonly decodeLogProbs: readonly number[];
  readonly oldLogProbs: readonly number[];
  readonly referenceLogProbs: readonly number[];
  /** Of the training forward in the update that used this rollout. */
  readonly logProbs: readonly number[];
  readonly entropies: readonly number[];
  readonly reward: number;
  readonly terms: readonly TermScore[];
  readonly accuracy: 0 | 1;
  /** null where no truth is known. A measure, never a reward. */
  readonly descriptionF1: number | null;
  readonly advantage: number;
}

export interface GroupRecord {
  readonly qid: string;
  readonly kind: string;
  readonly problem: string;
  readonly answer: string;
  readonly key_words: readonly string[];
  readonly rewardMean: number;
  /** Over n − 1, of this group: the one the advantage divides by (TRL's `reward_std` is over the batch). */
  readonly rewardStd: number;
  readonly signal: Signal;
  readonly rollouts: readonly RolloutRecord[];
}

/** Everything kept of a step. */
export interface StepRecord {
  readonly step: number;
  readonly stage: RewardStage;
  readonly metrics: Readonly<Record<string, number>>;
  readonly groups: readonly GroupRecord[];
}

export type Difficulty = 'easy' | 'medium' | 'hard';

export interface SplitEntry {
  readonly qid: string;
  readonly correct: number;
  readonly n: number;
}
/** The split of a task set under a policy, with what made it. */
export interface SplitRecord {
  readonly tasks: string;
  readonly policyHash: string;
  readonly temperature: number;
  readonly topP: number;
  readonly n: number;
  readonly seed: number;
  readonly easyFrom: number;
  readonly mediumFrom: number;
  readonly entries: readonly SplitEntry[];
  /** Stages whose pool was too small, and what was taken instead; empty when none was. */
  readonly relaxed: readonly {
    readonly stage: RewardStage;
    readonly pool: number;
    readonly needed: number;
    readonly took: string;
  }[];
}

export type Phase = 'split' | 'sample' | 'rollout' | 'score' | 'advantage' | 'update';

/** A named fault of a checkpoint's teacher, as its card and the page show it. */
export interface CheckpointCard {
  readonly name: string;
  readonly parameters: number;
  readonly faults: TeacherFaults | null;
  readonly measured: Readonly<Record<string, number>>;
}

export type { Recipe, RewardStage, TermName, TermScore };

/** A rollout as far as the step in progress has come: what is not computed yet is absent. */
export type DraftRollout = Pick<
  RolloutRecord,
  'response' | 'tokenIds' | 'tokenTexts' | 'stopReason' | 'decodeLogProbs'
> &
  Partial<RolloutRecord>;
export type DraftGroup = Omit<GroupRecord, 'rollouts' | 'rewardMean' | 'rewardStd' | 'signal'> &
  Partial<Pick<GroupRecord, 'rewardMean' | 'rewardStd' | 'signal'>> & {
    readonly rollouts: readonly DraftRollout[];
  };
/** The step in progress after some of its phases, for the page and for resuming. */
export interface StepDraft {
  readonly step: number;
  readonly stage: RewardStage;
  /** The last phase done; the next one follows PHASES. */
  readonly done: Exclude<Phase, 'split' | 'update'>;
  readonly groups: readonly DraftGroup[];
}

/** A change of stage, with the name of the checkpoint taken at it. */
export interface StageChange {
  readonly atStep: number;
  readonly from: RewardStage | 'warm-up';
  readonly to: RewardStage;
  readonly reason: 'plan' | 'manual' | 'plateau' | 'start';
  readonly policyHash: string;
}

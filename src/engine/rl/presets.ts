/** Named configs. Numbers from METHOD (preset `pebr`) and from the presets table of the architecture. */
import { PEBR_RECIPES } from '../rewards/recipes.ts';
import type { ObjectiveConfig, OptimizerConfig, SplitConfig, TrainConfig } from './types.ts';

export const PRESET_NAMES = ['nano', 'tiny', 'small', 'pebr'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** PeBR-R1's objective, as executed. */
export const PEBR_OBJECTIVE: ObjectiveConfig = {
  lossType: 'pebr',
  importanceSampling: 'token',
  aggregation: 'default',
  clipLow: 0.2,
  clipHigh: 0.3,
  dualClip: 3,
  sapo: { temperaturePositive: 1, temperatureNegative: 1.05 },
  vespo: { kPositive: 2, lambdaPositive: 3, kNegative: 3, lambdaNegative: 2 },
  klCoefficient: 0.01,
  klEstimator: 'k3',
  clampKl: true,
  biasCorrectedKl: false,
  advantageEstimator: 'group_mean',
  advantageScale: 'group',
  advantageEpsilon: 1e-6,
};

const ADAMW: Omit<OptimizerConfig, 'learningRate'> = {
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  weightDecay: 0.01,
  maxGradNorm: 1,
};

const SPLIT: SplitConfig = {
  questions: 512,
  n: 8,
  temperature: 1.2,
  topP: 0.99,
  easyFrom: 8,
  mediumFrom: 1,
  online: false,
};

const SHARED = {
  seed: 1,
  dynamicSampling: null,
  objective: PEBR_OBJECTIVE,
  recipes: PEBR_RECIPES,
  stages: 'both',
  trainVision: true,
  recomputeActivations: false,
} as const;

export const PRESETS: Readonly<Record<PresetName, TrainConfig>> = {
  nano: {
    ...SHARED,
    preset: 'nano',
    tasks: 'scenes-nano',
    promptsPerStep: 4,
    groupSize: 4,
    promptsPerMiniBatch: 4,
    rolloutsPerMicroBatch: 16,
    sampling: { temperature: 1, topP: 1, topK: 0, maxNewTokens: 48 },
    optimizer: { ...ADAMW, learningRate: 3e-4 },
    split: { ...SPLIT, questions: 32 },
    stageSwitch: { when: 'steps', perceptionSteps: 2 },
  },
  tiny: {
    ...SHARED,
    preset: 'tiny',
    tasks: 'scenes',
    promptsPerStep: 16,
    groupSize: 8,
    promptsPerMiniBatch: 16,
    rolloutsPerMicroBatch: 32,
    sampling: { temperature: 1, topP: 1, topK: 0, maxNewTokens: 112 },
    optimizer: { ...ADAMW, learningRate: 1e-4 },
    split: { ...SPLIT, questions: 512 },
    stageSwitch: { when: 'steps', perceptionSteps: 50 },
  },
  small: {
    ...SHARED,
    preset: 'small',
    tasks: 'scenes',
    promptsPerStep: 16,
    groupSize: 8,
    promptsPerMiniBatch: 16,
    rolloutsPerMicroBatch: 16,
    sampling: { temperature: 1, topP: 1, topK: 0, maxNewTokens: 160 },
    optimizer: { ...ADAMW, learningRate: 3e-5 },
    split: { ...SPLIT, questions: 512 },
    stageSwitch: { when: 'steps', perceptionSteps: 50 },
  },
  pebr: {
    ...SHARED,
    preset: 'pebr',
    tasks: 'scenes',
    promptsPerStep: 560,
    groupSize: 8,
    promptsPerMiniBatch: 112,
    rolloutsPerMicroBatch: 8,
    sampling: { temperature: 1.2, topP: 0.99, topK: 0, maxNewTokens: 2048 },
    optimizer: { ...ADAMW, learningRate: 1e-6 },
    split: { ...SPLIT, questions: Number.MAX_SAFE_INTEGER },
    stageSwitch: { when: 'manual' },
  },
};

/** The preset of that name; throws naming the known ones. */
export function presetByName(name: string): TrainConfig {
  const preset = PRESETS[name as PresetName];
  if (!preset) throw new Error(`Unknown preset "${name}". Known presets: ${PRESET_NAMES.join(', ')}.`);
  return preset;
}

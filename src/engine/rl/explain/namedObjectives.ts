/**
 * Objectives people compare, each with the settings it is published with: PeBR's as executed, the others as TRL 1.13
 * sets them or as TRL's paper index says to reproduce the paper. All advantages are against the group's mean.
 */
import { PEBR_OBJECTIVE } from '../presets.ts';
import type { ObjectiveConfig } from '../types.ts';

/** TRL's defaults: clip 0.2 on both sides, no KL, no dual clip, k3 without clamps but times the ratio. */
const TRL: Omit<ObjectiveConfig, 'lossType'> = {
  ...PEBR_OBJECTIVE,
  clipHigh: 0.2,
  dualClip: null,
  klCoefficient: 0,
  clampKl: false,
  biasCorrectedKl: true,
  advantageEpsilon: 1e-4,
};

export interface NamedObjective {
  readonly name: string;
  /** What sets it apart, in a few words. */
  readonly point: string;
  readonly objective: ObjectiveConfig;
}

export const NAMED_OBJECTIVES = {
  pebr: { name: 'PeBR-R1', point: 'dual clip, KL within clamps', objective: PEBR_OBJECTIVE },
  grpo: {
    name: 'GRPO (TRL)',
    point: 'mean of each response’s token mean',
    objective: { ...TRL, lossType: 'grpo' },
  },
  dr_grpo: {
    name: 'Dr. GRPO',
    point: 'no division by the std, nor by the length',
    objective: { ...TRL, lossType: 'dr_grpo', advantageScale: 'none' },
  },
  dapo: {
    name: 'DAPO',
    point: 'more room above the ratio, mean over tokens',
    objective: { ...TRL, lossType: 'dapo', clipHigh: 0.28 },
  },
  bnpo: { name: 'BNPO', point: 'mean over the mini-batch’s tokens', objective: { ...TRL, lossType: 'bnpo' } },
  gspo: {
    name: 'GSPO',
    point: 'one ratio a response, clipped very close to 1',
    objective: {
      ...TRL,
      lossType: 'grpo',
      importanceSampling: 'sequence',
      clipLow: 3e-4,
      clipHigh: 4e-4,
    },
  },
  luspo: {
    name: 'LUSPO',
    point: 'GSPO’s ratio, response sums instead of means',
    objective: {
      ...TRL,
      lossType: 'luspo',
      importanceSampling: 'sequence',
      clipLow: 2e-3,
      clipHigh: 2.5e-3,
    },
  },
  // TRL states the cap itself, 5, and has no lower limit.
  cispo: {
    name: 'CISPO',
    point: 'the clipped ratio is a weight: clipped tokens go on learning',
    objective: { ...TRL, lossType: 'cispo', clipLow: 1, clipHigh: 4 },
  },
  sapo: { name: 'SAPO', point: 'a soft gate instead of a clip', objective: { ...TRL, lossType: 'sapo' } },
  vespo: {
    name: 'VESPO',
    point: 'responses weighted by their ratio',
    objective: { ...TRL, lossType: 'vespo' },
  },
} satisfies Record<string, NamedObjective>;

export type ObjectiveName = keyof typeof NAMED_OBJECTIVES;

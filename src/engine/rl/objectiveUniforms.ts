/** Objectives as the numbers that the WebGPU kernel reads (compute/webgpu/objective.ts). */
import { NO_LIMIT, type ObjectiveUniforms } from '../compute/webgpu/objective.ts';
import { KL_ESTIMATORS, POLICY_TERMS } from '../compute/webgpu/objectiveCode.ts';
import type { Normaliser } from './aggregation.ts';
import {
  KL_CAP,
  klDifferenceBound,
  logRatioBound,
  policyTermKind,
  VESPO_LOG_RATIO_BOUND,
} from './objectiveTerms.ts';
import { PEBR_OBJECTIVE } from './presets.ts';
import type { ObjectiveConfig } from './types.ts';

/** What a token counts for; where a row's tokens divide it, the kernel does. */
function weightOf({ aggregation, tokens, rows, maxCompletionLength }: Normaliser): number {
  switch (aggregation) {
    case 'token_mean':
      return 1 / Math.max(1, tokens);
    case 'row_mean':
    case 'row_sum':
      return 1 / rows;
    case 'constant':
      return 1 / (rows * maxCompletionLength);
    default:
      return aggregation satisfies never;
  }
}

/** An objective over a mini-batch of these sizes: the numbers of `policyLoss`. */
export function objectiveUniforms(config: ObjectiveConfig, normaliser: Normaliser): ObjectiveUniforms {
  const { lossType, dualClip, sapo, vespo } = config;
  const limit = dualClip ?? NO_LIMIT;
  return {
    term: POLICY_TERMS[policyTermKind(lossType)],
    bySequence: Number(config.importanceSampling === 'sequence'),
    weight: weightOf(normaliser),
    byRow: Number(normaliser.aggregation === 'row_mean'),
    clipLow: 1 - config.clipLow,
    clipHigh: 1 + config.clipHigh,
    ratioCap: lossType === 'pebr' ? NO_LIMIT : limit,
    dualClip: lossType === 'pebr' ? limit : NO_LIMIT,
    logRatioBound: logRatioBound(lossType),
    temperaturePositive: sapo.temperaturePositive,
    temperatureNegative: sapo.temperatureNegative,
    kPositive: vespo.kPositive,
    lambdaPositive: vespo.lambdaPositive,
    kNegative: vespo.kNegative,
    lambdaNegative: vespo.lambdaNegative,
    vespoBound: VESPO_LOG_RATIO_BOUND,
    klCoefficient: config.klCoefficient,
    klEstimator: KL_ESTIMATORS[config.klEstimator],
    klDifferenceBound: klDifferenceBound(config),
    klCap: config.clampKl ? KL_CAP : NO_LIMIT,
    biasCorrectedKl: Number(config.biasCorrectedKl),
  };
}

/** Supervised training (warmup.ts): the mean cross-entropy over `tokens` response tokens of the whole batch. */
export function crossEntropyUniforms(tokens: number): ObjectiveUniforms {
  const normaliser: Normaliser = { aggregation: 'token_mean', tokens, rows: 1, maxCompletionLength: 1 };
  const config: ObjectiveConfig = { ...PEBR_OBJECTIVE, klCoefficient: 0 };
  return { ...objectiveUniforms(config, normaliser), term: POLICY_TERMS.crossEntropy };
}

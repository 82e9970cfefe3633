/** The objective's kernel on tfjs's tensors, held against the float64 reference; for the tests of this folder. */
import * as tf from '@tensorflow/tfjs-core';
import { runOperation } from '../compute/webgpu/eager.ts';
import { POLICY_OBJECTIVE, type ObjectiveUniforms } from '../compute/webgpu/objective.ts';
import { lossNormaliser } from './aggregation.ts';
import { sizesOf } from './goldenLogProbs.ts';
import { referencePolicyLoss, type ObjectiveInput } from './objectiveReference.ts';
import { objectiveUniforms } from './objectiveUniforms.ts';
import type { ObjectiveConfig } from './types.ts';

export const matrix = (rows: readonly ArrayLike<number>[]) => tf.tensor2d(rows.map((row) => Array.from(row)));

interface Output {
  readonly coefficients: Float32Array;
  readonly sums: Float32Array;
}

/** The kernel, once for every objective; `old` and the reference are left out where the input's are null. */
export async function onGpu(
  input: Omit<ObjectiveInput, 'oldLogProbs'> & Partial<ObjectiveInput>,
  objectives: readonly ObjectiveUniforms[],
): Promise<Output[]> {
  const [rows, width] = [input.mask.length, input.mask[0].length];
  const logProbs = matrix(input.logProbs);
  // The kernel reads its parts of larger buffers.
  const old = input.oldLogProbs && tf.concat([tf.fill([1, width], NaN), matrix(input.oldLogProbs)]);
  const reference = input.referenceLogProbs && matrix(input.referenceLogProbs);
  const inputs = [logProbs, old ?? logProbs, reference ?? logProbs];
  inputs.push(tf.tensor1d(Array.from(input.advantages)), matrix(input.mask));
  const runs = objectives.map((objective) => {
    const offsets = { logProbs: 0, oldLogProbs: old ? width : null, referenceLogProbs: reference ? 0 : null };
    const call = { rows, width, ...offsets, objective };
    return runOperation(POLICY_OBJECTIVE, call, inputs, [{ shape: [rows, width] }, { shape: [rows, 2] }]);
  });
  const coefficients = await tf.stack(runs.map((run) => run[0])).data<'float32'>();
  const sums = await tf.stack(runs.map((run) => run[1])).data<'float32'>();
  return runs.map((_, i) => ({
    coefficients: coefficients.slice(i * rows * width, (i + 1) * rows * width),
    sums: sums.slice(i * rows * 2, (i + 1) * rows * 2),
  }));
}

/**
 * WGSL's exp of x may be off by (3 + 2 |x|) units in the last place, 1e-5 at 40; what cancels inside a row leaves
 * an error of the size of a token's weight.
 */
export function near(actual: number, expected: number, weight: number, what: () => string) {
  const tolerance = 2e-5 * Math.abs(expected) + 2e-6 * weight;
  if (Math.abs(actual - expected) <= tolerance) return;
  throw new Error(`${what()}: ${actual}, not ${expected}`);
}

export const nameOf = ({ lossType, importanceSampling, aggregation, ...config }: ObjectiveConfig) =>
  [
    ...[lossType, importanceSampling, aggregation, config.klEstimator],
    ...[config.clampKl && 'clamped', config.biasCorrectedKl && '· ratio', config.klCoefficient],
  ].join(' ');

/** The rows' sums as the page adds them up. */
export const lossOf = (sums: Float32Array, { klCoefficient }: ObjectiveConfig) =>
  sums.reduce((sum, x, i) => sum + (i % 2 === 0 ? x : klCoefficient * x), 0);

/** Coefficients and each row's sums against the float64 reference. */
export function agrees(
  { coefficients, sums }: Output,
  input: ObjectiveInput,
  config: ObjectiveConfig,
  maxLength: number,
) {
  const normaliser = lossNormaliser(config, sizesOf(input, maxLength));
  const { weight } = objectiveUniforms(config, normaliser);
  const width = input.mask[0].length;
  input.mask.forEach((mask, b) => {
    const row: ObjectiveInput = {
      logProbs: [input.logProbs[b]],
      oldLogProbs: [input.oldLogProbs[b]],
      referenceLogProbs: input.referenceLogProbs && [input.referenceLogProbs[b]],
      advantages: [input.advantages[b]],
      mask: [mask],
    };
    const { policyLoss, kl, gradient } = referencePolicyLoss(row, config, normaliser);
    gradient[0].forEach((g, t) =>
      near(coefficients[b * width + t], g, weight, () => `${nameOf(config)}, row ${b}, token ${t}`),
    );
    near(sums[2 * b], policyLoss, weight, () => `${nameOf(config)}, row ${b}, policy loss`);
    near(
      sums[2 * b + 1],
      config.klCoefficient === 0 ? 0 : kl,
      weight,
      () => `${nameOf(config)}, row ${b}, KL`,
    );
  });
}

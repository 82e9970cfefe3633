import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { onGpuError } from '../compute/gpu.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { RandomStream } from '../random.ts';
import { lossNormaliser } from './aggregation.ts';
import { sizesOf } from './goldenLogProbs.ts';
import { policyLoss } from './objective.ts';
import { agrees, lossOf, matrix, nameOf, near, onGpu } from './objectiveKernelCheck.ts';
import type { ObjectiveInput } from './objectiveReference.ts';
import { crossEntropyUniforms, objectiveUniforms } from './objectiveUniforms.ts';
import { PEBR_OBJECTIVE as pebr } from './presets.ts';
import { LOSS_TYPES, type ObjectiveConfig } from './types.ts';

const errors: string[] = [];
beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
});

const WIDTH = 6;
const random = new RandomStream(17);
const draws = (spread: number, shift = 0) =>
  Array.from({ length: WIDTH }, () => Math.fround(shift - spread * random.next()));
const equals = draws(3);
/** Rows whose differences are exact in float32, so that ties are ties on every backend. */
const ROWS = [
  { current: draws(2), old: draws(2), reference: draws(2), advantage: 0.7, mask: [1, 1, 1, 1, 1, 1] },
  { current: draws(2), old: draws(2), reference: draws(2), advantage: -1.3, mask: [0, 1, 1, 0, 1, 1] },
  // Nothing to train on, and what stands there is far out.
  { current: draws(90), old: draws(90), reference: draws(90), advantage: 1, mask: [0, 0, 0, 0, 0, 0] },
  // Ratio 1 and no distance to the reference.
  { current: equals, old: equals, reference: equals, advantage: 0.5, mask: [1, 1, 1, 0, 0, 0] },
  { current: equals, old: equals, reference: equals, advantage: -0.5, mask: [0, 0, 0, 0, 0, 1] },
  // At the bounds of log-ratio and estimate, and past them.
  ...[1.5, -0.25, 0].map((advantage) => ({
    current: [-20, -0.5, -40, -41, -1, -10],
    old: [-0, -20.5, -0, -0, -42, -0],
    reference: [-10, -10.5, -0, -31, -41, -30],
    advantage,
    mask: [1, 1, 1, 1, 1, 1],
  })),
  {
    current: [-500, -0, -300, 0, 0, 0],
    old: [-0, -500, -300, 0, 0, 0],
    reference: [-0, -500, -1, 0, 0, 0],
    advantage: -2,
    mask: [1, 1, 1, 0, 0, 0],
  },
  // Near the reference, where an estimate has few digits.
  {
    current: draws(1e-2, -1),
    old: draws(1e-2, -1),
    reference: draws(1e-2, -1),
    advantage: 1,
    mask: [1, 1, 0, 1, 1, 1],
  },
];
const INPUT: ObjectiveInput & { referenceLogProbs: number[][] } = {
  logProbs: ROWS.map((row) => row.current),
  oldLogProbs: ROWS.map((row) => row.old),
  referenceLogProbs: ROWS.map((row) => row.reference),
  advantages: ROWS.map((row) => row.advantage),
  mask: ROWS.map((row) => row.mask),
};

/** Loss and gradient of the tensor version on cpu. */
function composite(input: ObjectiveInput, config: ObjectiveConfig) {
  const normaliser = lossNormaliser(config, sizesOf(input, 9));
  return tf.tidy(() => {
    const tensors = {
      oldLogProbs: matrix(input.oldLogProbs),
      referenceLogProbs: input.referenceLogProbs && matrix(input.referenceLogProbs),
      advantages: tf.tensor1d(Array.from(input.advantages)),
      mask: matrix(input.mask),
    };
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => {
      const logProbs = x as tf.Tensor2D;
      return policyLoss({ ...tensors, logProbs }, config, normaliser).loss;
    })(matrix(input.logProbs));
    return { loss: value.dataSync()[0], gradient: grad.dataSync() };
  });
}

const KL = [
  { klCoefficient: 0 },
  ...(['k1', 'k2', 'k3'] as const).flatMap((klEstimator) =>
    [false, true].flatMap((clampKl) =>
      [false, true].map((biasCorrectedKl) => ({ klEstimator, clampKl, biasCorrectedKl, klCoefficient: 0.3 })),
    ),
  ),
];
const AGGREGATIONS = ['default', 'token_mean', 'row_mean', 'constant', 'row_sum'] as const;
const everyConfig = (lossType: (typeof LOSS_TYPES)[number]): ObjectiveConfig[] =>
  (['token', 'sequence'] as const).flatMap((importanceSampling) =>
    AGGREGATIONS.flatMap((aggregation) =>
      KL.map((kl) => ({ ...pebr, lossType, importanceSampling, aggregation, ...kl })),
    ),
  );
const numbers = (config: ObjectiveConfig) =>
  objectiveUniforms(config, lossNormaliser(config, sizesOf(INPUT, 9)));

describe.each(LOSS_TYPES)('the kernel, %s', (lossType) => {
  it('agrees with the float64 reference for every ratio, aggregation and KL, same bits twice', async () => {
    const configs = everyConfig(lossType);
    const objectives = configs.map((config) => numbers(config));
    const outputs = await onGpu(INPUT, objectives);
    configs.forEach((config, i) => agrees(outputs[i], INPUT, config, 9));
    expect(await onGpu(INPUT, objectives.slice(0, 20))).toEqual(outputs.slice(0, 20));
    expect(errors).toEqual([]);
  });

  it('agrees with the tensors on cpu and their gradient', async () => {
    const configs = everyConfig(lossType).filter((_, i) => i % 4 === LOSS_TYPES.indexOf(lossType) % 4);
    const outputs = await onGpu(
      INPUT,
      configs.map((config) => numbers(config)),
    );
    await selectBackend({ forced: 'cpu' });
    configs.forEach((config, i) => {
      const { loss, gradient } = composite(INPUT, config);
      const { coefficients, sums } = outputs[i];
      const { weight } = numbers(config);
      gradient.forEach((g, j) => near(coefficients[j], g, weight, () => `${nameOf(config)}, element ${j}`));
      // Terms of the rows far out cancel.
      const size = sums.reduce((sum, x) => sum + Math.abs(x), 1);
      near(lossOf(sums, config), loss, size, () => nameOf(config));
    });
    await selectBackend({ forced: 'webgpu' });
  });

  it('takes the same branch at ties', async () => {
    const input = { ...INPUT, logProbs: INPUT.oldLogProbs };
    const configs = [
      { clipLow: 0, clipHigh: 0, dualClip: 1 },
      { clipLow: 0, clipHigh: 0.2, dualClip: null },
      { clipLow: 0.2, clipHigh: 0, dualClip: null },
      { clipLow: 0.2, clipHigh: 0.2, dualClip: 1 },
      { clipLow: 0.2, clipHigh: 0.2, dualClip: 0.5 },
    ].map((clip) => ({ ...pebr, lossType, ...clip }));
    const outputs = await onGpu(
      input,
      configs.map((config) => numbers(config)),
    );
    configs.forEach((config, i) => agrees(outputs[i], input, config, 9));
  });

  it('without old log-probs takes the current ones, and without a reference no KL', async () => {
    const config = { ...pebr, lossType };
    const { oldLogProbs, referenceLogProbs, ...rest } = INPUT;
    const [withKl] = await onGpu({ ...rest, referenceLogProbs }, [numbers(config)]);
    agrees(withKl, { ...INPUT, oldLogProbs: INPUT.logProbs }, config, 9);
    const [alone] = await onGpu({ ...rest, oldLogProbs, referenceLogProbs: null }, [numbers(config)]);
    agrees(alone, { ...INPUT, referenceLogProbs: null }, config, 9);
  });
});

describe('the kernel', () => {
  it('reads nothing under the mask', async () => {
    const hidden = (rows: readonly ArrayLike<number>[]) =>
      rows.map((row, b) => Array.from(row).map((x, t) => (INPUT.mask[b][t] === 1 ? x : NaN)));
    const garbage = {
      ...INPUT,
      logProbs: hidden(INPUT.logProbs),
      oldLogProbs: hidden(INPUT.oldLogProbs),
      referenceLogProbs: hidden(INPUT.referenceLogProbs),
    };
    for (const importanceSampling of ['token', 'sequence'] as const) {
      const objectives = [numbers({ ...pebr, importanceSampling })];
      expect(await onGpu(garbage, objectives)).toEqual(await onGpu(INPUT, objectives));
    }
  });

  it('has the cross-entropy of supervised training', async () => {
    const { tokens } = sizesOf(INPUT, 9);
    const [{ coefficients, sums }] = await onGpu(
      { logProbs: INPUT.logProbs, advantages: INPUT.advantages, mask: INPUT.mask, referenceLogProbs: null },
      [crossEntropyUniforms(tokens)],
    );
    INPUT.mask.forEach((mask, b) => {
      const sum = Array.from(mask).reduce((total, m, t) => total - (m * INPUT.logProbs[b][t]) / tokens, 0);
      near(sums[2 * b], sum, 1 / tokens, () => `row ${b}`);
      Array.from(mask).forEach((m, t) => {
        near(coefficients[b * WIDTH + t], m === 1 ? -1 / tokens : 0, 0, () => `row ${b}, token ${t}`);
      });
    });
  });
});

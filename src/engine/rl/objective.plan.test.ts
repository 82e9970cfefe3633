import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { onGpuError } from '../compute/gpu.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { tokenLogProbs } from '../compute/ops/logProb.ts';
import { bufferView, flushTfjs, gpuDevice } from '../compute/webgpu/eager.ts';
import { POLICY_OBJECTIVE } from '../compute/webgpu/objective.ts';
import { Plan } from '../compute/webgpu/plan.ts';
import { LOGITS_GRADIENT, statisticsSections, tokenStatistics } from '../compute/webgpu/tokenStatistics.ts';
import { RandomStream } from '../random.ts';
import { lossNormaliser } from './aggregation.ts';
import { policyLoss } from './objective.ts';
import { objectiveUniforms } from './objectiveUniforms.ts';
import { PEBR_OBJECTIVE } from './presets.ts';

const [ROWS, WIDTH, VOCABULARY, STRIDE] = [3, 5, 23, 24];
const TOKENS = ROWS * WIDTH;
const TEMPERATURE = 1.2;
const config = { ...PEBR_OBJECTIVE, klCoefficient: 0.2 };
const random = new RandomStream(5);
const normals = (count: number, spread: number, shift = 0) =>
  Float32Array.from({ length: count }, () => shift + spread * random.normal());
const data = {
  logits: normals(TOKENS * STRIDE, 2),
  targets: Int32Array.from({ length: TOKENS }, () => random.integer(VOCABULARY)),
  old: normals(TOKENS, 0.5, -3),
  reference: normals(TOKENS, 0.5, -3),
  advantages: Float32Array.of(1, -0.5, 0.3),
  mask: Float32Array.of(1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0),
};
const normaliser = lossNormaliser(config, { tokens: 6, rows: ROWS, maxCompletionLength: WIDTH });

/** The tensors' loss and its gradient for the logits, on cpu. */
async function composite() {
  await selectBackend({ forced: 'cpu' });
  return tf.tidy(() => {
    const square = (values: Float32Array) => tf.tensor2d(values, [ROWS, WIDTH]);
    const ids = tf.tensor1d(data.targets, 'int32');
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => {
      const logits = tf.slice(x as tf.Tensor2D, [0, 0], [TOKENS, VOCABULARY]);
      const logProbs = tf.reshape(tokenLogProbs(logits, ids, TEMPERATURE).logProbs, [ROWS, WIDTH]);
      const tensors = {
        logProbs: logProbs as tf.Tensor2D,
        oldLogProbs: square(data.old),
        referenceLogProbs: square(data.reference),
        advantages: tf.tensor1d(data.advantages),
        mask: square(data.mask),
      };
      return policyLoss(tensors, config, normaliser).loss;
    })(tf.tensor2d(data.logits, [TOKENS, STRIDE]));
    return { loss: value.dataSync()[0], gradient: grad.dataSync() };
  });
}

function storage(contents: Float32Array | Int32Array | number): GPUBuffer {
  const size = typeof contents === 'number' ? 4 * contents : contents.byteLength;
  const buffer = gpuDevice().createBuffer({
    size,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
  });
  if (typeof contents !== 'number') gpuDevice().queue.writeBuffer(buffer, 0, contents);
  return buffer;
}
const read = (buffer: GPUBuffer, size: number) => tf.add(bufferView(buffer, 0, [size]), 0).data<'float32'>();

const errors: string[] = [];
beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
});

describe('logits → log-probs → objective → gradient of the logits', () => {
  it.each([1, 64] as const)('as a static plan with %i lanes', async (lanes) => {
    const expected = await composite();
    await selectBackend({ forced: 'webgpu' });
    const logits = storage(data.logits);
    const targets = storage(data.targets);
    const [statistics, coefficients, sums] = [storage(3 * TOKENS), storage(TOKENS), storage(2 * ROWS)];
    const plan = new Plan<null>(gpuDevice(), 'loss');
    const head = {
      rows: TOKENS,
      stride: STRIDE,
      vocabulary: VOCABULARY,
      temperature: TEMPERATURE,
      ...statisticsSections(TOKENS),
    };
    plan.add(tokenStatistics(lanes), { logits, targets, statistics }, () => head);
    plan.add(
      POLICY_OBJECTIVE,
      {
        logProbs: statistics,
        oldLogProbs: storage(data.old),
        referenceLogProbs: storage(data.reference),
        advantages: storage(data.advantages),
        mask: storage(data.mask),
        coefficients,
        sums,
      },
      () => ({
        rows: ROWS,
        width: WIDTH,
        logProbs: head.logProbs,
        oldLogProbs: 0,
        referenceLogProbs: 0,
        objective: objectiveUniforms(config, normaliser),
      }),
    );
    plan.add(LOGITS_GRADIENT, { targets, statistics, coefficients, logits }, () => head);
    plan.prepare(null);
    flushTfjs();
    const encoder = gpuDevice().createCommandEncoder();
    const pass = encoder.beginComputePass();
    plan.record(pass);
    pass.end();
    gpuDevice().queue.submit([encoder.finish()]);

    const parts = await read(sums, 2 * ROWS);
    const loss = parts.reduce((sum, x, i) => sum + (i % 2 === 0 ? x : config.klCoefficient * x), 0);
    expect(loss).toBeCloseTo(expected.loss, 5);
    const gradient = await read(logits, TOKENS * STRIDE);
    expected.gradient.forEach((g, i) => {
      expect(Math.abs(gradient[i] - g)).toBeLessThanOrEqual(1e-5 * Math.abs(g) + 1e-7);
    });
    expect(errors).toEqual([]);
    plan.dispose();
  });
});

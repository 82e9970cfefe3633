import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { selectBackend } from '../backend.ts';
import type { BackendName } from '../backend.ts';
import { prepareNodeBackends } from '../nodeBackend.ts';
import { geluTanh, swiglu } from './activation.ts';
import { attention } from './attention.ts';
import { embed } from './embed.ts';
import { linear } from './linear.ts';
import { tokenLogProbs } from './logProb.ts';
import { layerNorm, rmsNorm } from './norm.ts';
import { rope, rotaryTable } from './rope.ts';

/** Sizes that leave a remainder in every SIMD loop and block. */
const draws = (key: number, ...shape: number[]): tf.Tensor => {
  const random = new RandomStream(key);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  );
};
const ids = (shape: [number, number], values: number[]): tf.Tensor2D => tf.tensor2d(values, shape, 'int32');

interface Case {
  readonly inputs: () => tf.Tensor[];
  readonly op: (...inputs: never[]) => tf.Tensor;
}
const attend = (heads: number, keyValueHeads: number, headDim: number, causal: boolean): Case => ({
  inputs: () => [
    draws(1, 14, heads * headDim),
    draws(2, 14, keyValueHeads * headDim),
    draws(3, 14, keyValueHeads * headDim),
  ],
  op: (q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D) =>
    attention(q, k, v, { batch: 2, length: 7, heads, keyValueHeads, headDim, causal }),
});

const CASES: Readonly<Record<string, Case>> = {
  linear: {
    inputs: () => [draws(1, 131, 13), draws(2, 11, 13), draws(3, 11)],
    op: (x: tf.Tensor2D, w: tf.Tensor2D, b: tf.Tensor1D) => linear(x, w, b),
  },
  'linear over more rows than a block is deep': {
    inputs: () => [draws(1, 1030, 3), draws(2, 9, 3)],
    op: (x: tf.Tensor2D, w: tf.Tensor2D) => linear(x, w),
  },
  'linear in fours': {
    inputs: () => [draws(1, 131, 12), draws(2, 20, 12), draws(3, 20)],
    op: (x: tf.Tensor2D, w: tf.Tensor2D, b: tf.Tensor1D) => linear(x, w, b),
  },
  'linear in fours, without a bias': {
    inputs: () => [draws(1, 1030, 8), draws(2, 12, 8)],
    op: (x: tf.Tensor2D, w: tf.Tensor2D) => linear(x, w),
  },
  rmsNorm: {
    inputs: () => [draws(1, 5, 7), draws(2, 7)],
    op: (x: tf.Tensor2D, w: tf.Tensor1D) => rmsNorm(x, w, 1e-5),
  },
  layerNorm: {
    inputs: () => [draws(1, 5, 7), draws(2, 7), draws(3, 7)],
    op: (x: tf.Tensor2D, w: tf.Tensor1D, b: tf.Tensor1D) => layerNorm(x, w, b, 1e-6),
  },
  swiglu: {
    inputs: () => [draws(1, 3, 7), draws(2, 3, 7)],
    op: (g: tf.Tensor2D, u: tf.Tensor2D) => swiglu(tf.mul(g, 20), u),
  },
  geluTanh: { inputs: () => [draws(1, 3, 7)], op: (x: tf.Tensor2D) => geluTanh(tf.mul(x, 4)) },
  rope: {
    inputs: () => [draws(1, 10, 12)],
    op: (x: tf.Tensor2D) => rope(x, rotaryTable([0, 1, 2, 3, 200], 6, 10000), 6),
  },
  embed: {
    inputs: () => [draws(1, 9, 5), draws(2, 2, 3, 5)],
    op: (table: tf.Tensor2D, features: tf.Tensor3D) =>
      embed(table, features, ids([2, 6], [1, 3, 3, 3, 8, 8, 3, 3, 0, 3, 3, 8]), 3),
  },
  'attention, causal, grouped': attend(4, 2, 8, true),
  'attention, full': attend(3, 3, 12, false),
  'attention, head size without a kernel': attend(2, 1, 6, true),
  tokenLogProbs: {
    inputs: () => [draws(1, 5, 11)],
    op: (x: tf.Tensor2D) =>
      tokenLogProbs(tf.mul(x, 30), tf.tensor1d([0, 10, 4, 4, 7], 'int32'), 1.2).logProbs,
  },
  'tokenLogProbs of long rows': {
    inputs: () => [draws(1, 3, 1030)],
    op: (x: tf.Tensor2D) => tokenLogProbs(x, tf.tensor1d([0, 1029, 64], 'int32'), 0.7).logProbs,
  },
};

/** The op's value, then the gradient of a weighted sum of it for every input. */
async function evaluate({ inputs, op }: Case): Promise<Float32Array[]> {
  const tensors = tf.tidy(() => {
    const xs = inputs();
    const run = op as (...inputs: tf.Tensor[]) => tf.Tensor;
    const value = run(...xs);
    const weights = draws(9, ...value.shape);
    return [value, ...tf.grads((...xs) => tf.sum(tf.mul(run(...xs), weights)))(xs)];
  });
  const values = await Promise.all(tensors.map(async (tensor) => (await tensor.data<'float32'>()).slice()));
  tf.dispose(tensors);
  return values;
}

const expected = new Map<string, Float32Array[]>();

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'cpu' });
  for (const [name, test] of Object.entries(CASES)) expected.set(name, await evaluate(test));
}, 120_000);

describe.each<BackendName>(['wasm', 'webgpu'])('%s agrees with the composites on cpu', (backend) => {
  beforeAll(async () => {
    await selectBackend({ forced: backend });
  }, 120_000);

  it.each(Object.keys(CASES))(
    '%s',
    async (name) => {
      const before = tf.memory().numTensors;
      const actual = await evaluate(CASES[name]);
      actual.forEach((values, i) => {
        const golden = expected.get(name)![i];
        const largest = golden.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
        expect(values).toHaveLength(golden.length);
        const worst = values.reduce((a, x, j) => Math.max(a, Math.abs(x - golden[j])), 0);
        expect(worst, `${name}, output ${i}`).toBeLessThan(2e-5 * largest);
      });
      expect(tf.memory().numTensors).toBe(before);
    },
    120_000,
  );
});

describe('on the CPU backends', () => {
  afterAll(async () => {
    await selectBackend({ forced: 'cpu' });
  });

  it.each<BackendName>(['cpu', 'wasm'])('gradients on %s match finite differences', async (backend) => {
    await selectBackend({ forced: backend });
    const op = (x: tf.Tensor2D) =>
      attention(x, x, x, { batch: 1, length: 5, heads: 1, keyValueHeads: 1, headDim: 4, causal: true });
    const x = (await draws(4, 5, 4).data<'float32'>()).slice();
    const at = (values: Float32Array) =>
      tf.tidy(() => tf.sum(tf.square(op(tf.tensor2d(values, [5, 4])))).dataSync()[0]);
    const gradient = tf.tidy(() =>
      tf
        .grad((t) => tf.sum(tf.square(op(t as tf.Tensor2D))))(tf.tensor2d(x, [5, 4]))
        .dataSync(),
    );
    for (const i of [0, 6, 13, 19]) {
      const [up, down] = [x.slice(), x.slice()];
      up[i] += 1e-2;
      down[i] -= 1e-2;
      expect(gradient[i]).toBeCloseTo((at(up) - at(down)) / 2e-2, 2);
    }
  });

  it.each<BackendName>(['cpu', 'wasm'])(
    'tokenLogProbs on %s is exact far out and uniform at zero',
    async (backend) => {
      await selectBackend({ forced: backend });
      const logits = tf.tensor2d([
        [0, 0, 0, 0, 0],
        [500, -500, 0, 0, 0],
      ]);
      const { logProbs, entropies } = tokenLogProbs(logits, tf.tensor1d([2, 1], 'int32'), 1);
      expect((await logProbs.data())[0]).toBeCloseTo(-Math.log(5), 6);
      expect((await logProbs.data())[1]).toBeCloseTo(-1000, 3);
      expect((await entropies.data())[0]).toBeCloseTo(Math.log(5), 6);
      expect((await entropies.data())[1]).toBeCloseTo(0, 6);
    },
  );

  it('a NaN reaches the result on wasm, it is not clamped away', async () => {
    await selectBackend({ forced: 'wasm' });
    const out = swiglu(tf.tensor2d([[NaN, 1, 1, 1]]), tf.tensor2d([[1, 1, 1, 1]]));
    expect((await out.data())[0]).toBeNaN();
  });
});

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { AdamW } from './adamw.ts';
import { selectBackend } from './backend.ts';
import { prepareNodeBackends } from './nodeBackend.ts';
import { NonFiniteError } from './nonFinite.ts';

const CONFIG = {
  learningRate: 0,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  weightDecay: 0.1,
  maxGradNorm: 1,
} as const;
const RATES = [0.01, 0.02, 0.005];
const GRADIENTS = [
  { a: [0.1, -0.2, 3, 0, 1e-4], b: [0.5, 0.5, -1, 2] },
  { a: [-0.3, 0.2, 0.1, 0.4, 0], b: [0.01, -0.02, 0.03, 0] },
  { a: [1, 1, -2, 0.5, 0.25], b: [0, 0.1, -0.1, 0.2] },
];
/** torch 2.13: clip_grad_norm_(1.0), then AdamW(betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1). */
const TORCH = {
  norms: [3.814446210861206, 0.5489990711212158, 2.524380922317505],
  a: [0.5009840726852417, -1.001338005065918, 1.9680534601211548, 0.23025551438331604, -0.15111613273620605],
  b: [0.9692395925521851, -2.01693058013916, 0.5225378274917603, -0.026407815515995026],
};

function parameters(): Map<string, tf.Variable> {
  return new Map<string, tf.Variable>([
    ['a', tf.variable(tf.tensor1d([0.5, -1, 2, 0.25, -0.125]))],
    ['b', tf.variable(tf.tensor2d([1, -2, 0.5, 0], [2, 2]))],
  ]);
}

async function step(optimizer: AdamW, index: number): Promise<number> {
  const { a, b } = GRADIENTS[index];
  const gradients = new Map<string, tf.Tensor>([
    ['a', tf.tensor1d(a)],
    ['b', tf.tensor2d(b, [2, 2])],
  ]);
  const { gradNorm } = await optimizer.step(gradients, RATES[index]);
  tf.dispose([...gradients.values()]);
  return gradNorm;
}

describe.each(['cpu', 'wasm', 'webgpu'] as const)('AdamW on %s', (backend) => {
  beforeAll(async () => {
    await prepareNodeBackends();
    await selectBackend({ forced: backend });
  }, 120_000);

  it('steps as torch does', async () => {
    const values = parameters();
    const optimizer = new AdamW(values, CONFIG);
    for (const index of [0, 1, 2]) expect(await step(optimizer, index)).toBeCloseTo(TORCH.norms[index], 5);
    for (const name of ['a', 'b'] as const) {
      const data = await values.get(name)!.data();
      data.forEach((value, i) => expect(value).toBeCloseTo(TORCH[name][i], 6));
    }
  });

  it('goes on from its exported state as if never interrupted', async () => {
    const [straight, resumed] = [parameters(), parameters()];
    const optimizer = new AdamW(straight, CONFIG);
    for (const index of [0, 1, 2]) await step(optimizer, index);
    const first = new AdamW(resumed, CONFIG);
    await step(first, 0);
    const state = await first.exportState();
    first.dispose();
    const second = new AdamW(resumed, CONFIG);
    second.importState(state);
    for (const index of [1, 2]) await step(second, index);
    expect(second.steps).toBe(3);
    expect(await resumed.get('a')!.data()).toEqual(await straight.get('a')!.data());
    expect(await resumed.get('b')!.data()).toEqual(await straight.get('b')!.data());
  });

  it('leaves a parameter without a gradient alone, weight decay included', async () => {
    const values = parameters();
    await new AdamW(values, CONFIG).step(new Map([['b', tf.ones([2, 2])]]), 0.1);
    expect([...(await values.get('a')!.data())]).toEqual([0.5, -1, 2, 0.25, -0.125]);
  });

  it.each([NaN, Infinity])('refuses a gradient of %s and changes nothing', async (bad) => {
    const values = parameters();
    const optimizer = new AdamW(values, CONFIG);
    await step(optimizer, 0);
    const before = await values.get('b')!.data();
    const gradients = new Map([['b', tf.tensor2d([bad, 0, 0, 0], [2, 2])]]);
    await expect(optimizer.step(gradients, 0.1)).rejects.toThrow(NonFiniteError);
    expect(await values.get('b')!.data()).toEqual(before);
    expect(optimizer.steps).toBe(1);
  });

  it('keeps the number of tensors constant', async () => {
    const optimizer = new AdamW(parameters(), CONFIG);
    await step(optimizer, 0);
    const before = tf.memory().numTensors;
    await step(optimizer, 1);
    expect(tf.memory().numTensors).toBe(before);
    optimizer.dispose();
    expect(tf.memory().numTensors).toBe(before - 4);
  });
});

describe('AdamW state', () => {
  it('names a tensor that fits no parameter', () => {
    const optimizer = new AdamW(parameters(), CONFIG);
    const state = new Map([
      ['steps', { shape: [1], data: Float32Array.of(2) }],
      ['a.first', { shape: [2], data: Float32Array.of(1, 2) }],
    ]);
    expect(() => optimizer.importState(state)).toThrow(/"a\.first" with 2 values/);
    expect(() => optimizer.importState(new Map())).toThrow(/"steps" is missing/);
  });
});

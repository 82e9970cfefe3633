import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { AdamW } from '../adamw.ts';
import { selectBackend } from '../backend.ts';
import { onGpuError } from '../gpu.ts';
import { prepareNodeBackends } from '../nodeBackend.ts';
import { NonFiniteError } from '../nonFinite.ts';
import { gpuDevice } from './eager.ts';
import { FlatAdamW } from './flatAdamW.ts';
import { FlatBuffer, flatLayout } from './flatBuffer.ts';

const CONFIG = {
  learningRate: 0,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  weightDecay: 0.1,
  maxGradNorm: 1,
} as const;
const SHAPES: readonly [string, number[]][] = [
  ['a', [5]],
  ['frozen', [3, 3]],
  ['b', [2, 50]],
  ['c', [7]],
];
const TRAINED = ['a', 'b', 'c'];
const errors: string[] = [];

const values = (key: number) =>
  SHAPES.map(([name, shape], i): [string, { shape: number[]; data: Float32Array<ArrayBuffer> }] => {
    const random = new RandomStream(key, i);
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
    return [name, { shape, data }];
  });
const gradients = (key: number) =>
  new Map<string, tf.Tensor>(
    values(key)
      .filter(([name]) => TRAINED.includes(name))
      .map(([name, { shape, data }]) => [name, tf.tensor(data, shape)]),
  );

function start(): { flat: FlatBuffer; optimizer: FlatAdamW } {
  const flat = new FlatBuffer(gpuDevice(), flatLayout(SHAPES), 'parameters');
  flat.write(values(1));
  return { flat, optimizer: new FlatAdamW(flat, TRAINED, CONFIG) };
}

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
}, 60_000);

describe('AdamW over flat buffers', () => {
  it('changes parameters as AdamW over tensors does, and frozen ones not at all', async () => {
    const { flat, optimizer } = start();
    const separate = new Map(
      values(1).map(([name, { shape, data }]) => [name, tf.variable(tf.tensor(data, shape))]),
    );
    const golden = new AdamW(separate, CONFIG);
    for (const [i, rate] of [0.01, 0.02, 0.005].entries()) {
      const expected = await golden.step(gradients(10 + i), rate);
      const { gradNorm } = await optimizer.step(gradients(10 + i), rate);
      expect(gradNorm / expected.gradNorm).toBeCloseTo(1, 5);
    }
    const result = await flat.read();
    for (const [name, variable] of separate) {
      const expected = await variable.data();
      result.get(name)!.data.forEach((value, i) => expect(value, name).toBeCloseTo(expected[i], 6));
    }
    expect(result.get('frozen')!.data).toEqual(values(1)[1][1].data);
    expect(errors).toEqual([]);
  });

  it('goes on from its exported state as if never interrupted', async () => {
    const [straight, resumed] = [start(), start()];
    for (const key of [2, 3, 4]) await straight.optimizer.step(gradients(key), 0.1);
    await resumed.optimizer.step(gradients(2), 0.1);
    const state = await resumed.optimizer.exportState();
    expect([...state.keys()]).toEqual([
      'steps',
      'a.first',
      'a.second',
      'b.first',
      'b.second',
      'c.first',
      'c.second',
    ]);
    resumed.optimizer.dispose();
    const second = new FlatAdamW(resumed.flat, TRAINED, CONFIG);
    second.importState(state);
    for (const key of [3, 4]) await second.step(gradients(key), 0.1);
    expect(second.steps).toBe(3);
    expect(await resumed.flat.read()).toEqual(await straight.flat.read());
  });

  it.each([NaN, Infinity])('refuses a gradient of %s and changes nothing', async (bad) => {
    const { flat, optimizer } = start();
    await optimizer.step(gradients(2), 0.1);
    const before = [await flat.read(), await optimizer.exportState()];
    const broken = gradients(3).set('c', tf.tensor1d([bad, 0, 0, 0, 0, 0, 0]));
    await expect(optimizer.step(broken, 0.1)).rejects.toThrow(NonFiniteError);
    expect([await flat.read(), await optimizer.exportState()]).toEqual(before);
    expect(optimizer.steps).toBe(1);
  });

  it('names a trained parameter without a gradient, and a tensor that fits none', async () => {
    const { optimizer } = start();
    await expect(optimizer.step(new Map(), 0.1)).rejects.toThrow('"a"');
    const state = new Map([
      ['steps', { shape: [1], data: Float32Array.of(2) }],
      ['a.first', { shape: [2], data: Float32Array.of(1, 2) }],
    ]);
    expect(() => optimizer.importState(state)).toThrow(/"a\.first" with 2 values/);
    expect(() => optimizer.importState(new Map())).toThrow(/"steps" is missing/);
  });
});

describe('variables on a flat buffer', () => {
  it('are read by tfjs ops and read back, each its own part', async () => {
    const { flat } = start();
    const variables = flat.variables();
    for (const [name, { data }] of values(1)) {
      const variable = variables.get(name)!;
      expect(await variable.data(), name).toEqual(data);
      expect(await tf.add(variable, 1).data(), name).toEqual(data.map((value) => value + 1));
    }
    expect(errors).toEqual([]);
  });
});

import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { selectBackend } from '../backend.ts';
import { onGpuError } from '../gpu.ts';
import { prepareNodeBackends } from '../nodeBackend.ts';
import { attention, type AttentionShape } from '../ops/attention.ts';
import { attentionForward, attentionKeyGradient, attentionQueryGradient } from './attention.ts';
import { qkvColumns } from './attentionShader.ts';
import { runOperation } from './eager.ts';

const draws = (key: number, size: number): Float32Array => {
  const random = new RandomStream(key);
  return Float32Array.from({ length: size }, () => random.normal());
};

interface Case extends AttentionShape {
  readonly rows: number;
  /** The gradient is 0 from this position on, as it is for padding. */
  readonly padded: number;
}
const CASES: Readonly<Record<string, Case>> = {
  'causal, grouped, padded': {
    ...{ batch: 2, length: 19, heads: 4, keyValueHeads: 2, headDim: 8, causal: true },
    ...{ rows: 4, padded: 11 },
  },
  'a query at a time': {
    ...{ batch: 2, length: 7, heads: 6, keyValueHeads: 2, headDim: 4, causal: true },
    ...{ rows: 1, padded: 7 },
  },
  full: {
    ...{ batch: 1, length: 13, heads: 2, keyValueHeads: 2, headDim: 20, causal: false },
    ...{ rows: 3, padded: 13 },
  },
  'one position': {
    ...{ batch: 3, length: 1, heads: 2, keyValueHeads: 1, headDim: 12, causal: true },
    ...{ rows: 2, padded: 1 },
  },
};

interface Values {
  readonly out: Float32Array;
  /** dQ, dK and dV as columns of one matrix, like q, k and v. */
  readonly gradients: Float32Array;
}

/** Columns q, k and v of one matrix [B·T, (heads + 2·keyValueHeads)·D], and the gradient of the result. */
function inputs({ batch, length, heads, keyValueHeads, headDim, padded }: Case) {
  const positions = batch * length;
  const dOut = draws(2, positions * heads * headDim).map((x, i) =>
    Math.floor(i / (heads * headDim)) % length < padded ? x : 0,
  );
  const width = (heads + 2 * keyValueHeads) * headDim;
  return {
    qkv: tf.tensor2d(draws(1, positions * width), [positions, width]),
    dOut: tf.tensor2d(dOut, [positions, heads * headDim]),
  };
}

/** With autodiff through tfjs's ops, on the cpu backend. */
function reference(test: Case): Values {
  return tf.tidy(() => {
    const { qkv, dOut } = inputs(test);
    const widths = [test.heads, test.keyValueHeads, test.keyValueHeads].map((n) => n * test.headDim);
    const op = (x: tf.Tensor): tf.Tensor => {
      const [q, k, v] = tf.split<tf.Tensor2D>(x, widths, 1);
      return attention(q, k, v, test);
    };
    const gradient = tf.grad((x) => tf.sum(tf.mul(op(x), dOut)))(qkv);
    return {
      out: op(qkv).dataSync<'float32'>().slice(),
      gradients: gradient.dataSync<'float32'>().slice(),
    };
  });
}

/** With the kernels, which read and write columns of one buffer. */
async function compute(test: Case): Promise<Values> {
  const { batch, length, heads, keyValueHeads, headDim, rows } = test;
  const tensors = tf.tidy(() => {
    const { qkv, dOut } = inputs(test);
    const columns = qkvColumns(heads, keyValueHeads, headDim);
    const single = { stride: heads * headDim, offset: 0 };
    const call = { ...test, scale: 1 / Math.sqrt(headDim), ...columns, out: single, dOut: single };
    const perQuery = { shape: [batch, heads, length] };
    const [out, logSumExp] = runOperation(
      attentionForward(headDim, rows),
      call,
      [qkv, qkv, qkv],
      [{ shape: dOut.shape }, perQuery],
    );
    // Anything: all of it must be written.
    const gradients = tf.add(tf.fill(qkv.shape, 7), 0);
    const [, delta] = runOperation(
      attentionQueryGradient(headDim, rows),
      { ...call, dQ: columns.q },
      [qkv, qkv, qkv, out, dOut, logSumExp],
      [gradients, perQuery],
    );
    runOperation(
      attentionKeyGradient(headDim, rows),
      { ...call, dK: columns.k, dV: columns.v },
      [qkv, qkv, qkv, dOut, logSumExp, delta],
      [gradients],
    );
    return { out, gradients };
  });
  const values = {
    out: (await tensors.out.data<'float32'>()).slice(),
    gradients: (await tensors.gradients.data<'float32'>()).slice(),
  };
  tf.dispose(Object.values(tensors));
  return values;
}

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i])), 0);

const expected = new Map<string, Values>();
const errors: string[] = [];

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'cpu' });
  for (const [name, test] of Object.entries(CASES)) expected.set(name, reference(test));
});

describe('attention kernels', () => {
  let unsubscribe = () => {};
  beforeAll(async () => {
    await selectBackend({ forced: 'webgpu' });
    unsubscribe = onGpuError((message) => errors.push(message));
  });
  afterAll(() => unsubscribe());

  it.each(Object.keys(CASES))('agree with the composite: %s', async (name) => {
    const golden = expected.get(name)!;
    const actual = await compute(CASES[name]);
    for (const key of ['out', 'gradients'] as const) {
      expect(actual[key]).toHaveLength(golden[key].length);
      expect(largestDifference(actual[key], golden[key]), key).toBeLessThan(2e-5);
    }
    expect(errors).toEqual([]);
  });

  it('give the same bits twice', async () => {
    const test = CASES['causal, grouped, padded'];
    expect(await compute(test)).toEqual(await compute(test));
  });

  it('refuse columns that do not start at a vector', () => {
    const { uniforms } = attentionForward(4);
    const columns = { stride: 8, offset: 2 };
    const sizes = { batch: 1, length: 1, heads: 1, keyValueHeads: 1, causal: true, scale: 1 };
    expect(() => uniforms({ ...sizes, q: columns, k: columns, v: columns, out: columns })).toThrow(
      'multiples of 4',
    );
    expect(() => attentionForward(6)).toThrow('multiple of 4, got 6');
  });
});

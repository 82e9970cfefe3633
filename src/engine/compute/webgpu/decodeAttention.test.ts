import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { selectBackend } from '../backend.ts';
import { onGpuError } from '../gpu.ts';
import { prepareNodeBackends } from '../nodeBackend.ts';
import { attention } from '../ops/attention.ts';
import { qkvColumns } from './attentionShader.ts';
import { decodeAttention } from './decodeAttention.ts';
import { runOperation } from './eager.ts';

const draws = (key: number, size: number): Float32Array => {
  const random = new RandomStream(key);
  return Float32Array.from({ length: size }, () => random.normal());
};

/** Two prompts, three rollouts each, of which one is done before the second step. */
const GROUPS = 2;
const ROWS_PER_GROUP = 3;
const ROWS = GROUPS * ROWS_PER_GROUP;
const PREFIX_ROWS = 50;
const PREFIX_LENGTHS = [45, 3];
const STEPS = 6;
const DONE = 4;
const HEADS = 4;
const KEY_VALUE_HEADS = 2;

interface Step {
  readonly out: Float32Array;
  readonly own: Float32Array;
}

const widthOf = (headDim: number) => (HEADS + 2 * KEY_VALUE_HEADS) * headDim;
/** q, k and v of the prompts, as the prefill leaves them, and of each row's tokens, step by step. */
const prefixOf = (headDim: number) => draws(1, GROUPS * PREFIX_ROWS * widthOf(headDim));
const tokensOf = (step: number, headDim: number) => draws(10 + step, ROWS * widthOf(headDim));

/** The training attention over a row's whole sequence, at its last token; on the cpu backend. */
function reference(row: number, step: number, headDim: number): Float32Array {
  const width = widthOf(headDim);
  const group = Math.floor(row / ROWS_PER_GROUP);
  const from = group * PREFIX_ROWS * width;
  const rows = [
    prefixOf(headDim).subarray(from, from + PREFIX_LENGTHS[group] * width),
    ...Array.from({ length: step + 1 }, (_, i) =>
      tokensOf(i, headDim).subarray(row * width, (row + 1) * width),
    ),
  ];
  const length = PREFIX_LENGTHS[group] + step + 1;
  return tf.tidy(() => {
    const all = tf.reshape(tf.concat(rows.map((part) => tf.tensor1d(part))), [length, width]);
    const widths = [HEADS, KEY_VALUE_HEADS, KEY_VALUE_HEADS].map((n) => n * headDim);
    const [q, k, v] = tf.split<tf.Tensor2D>(all, widths, 1);
    const shape = { batch: 1, heads: HEADS, keyValueHeads: KEY_VALUE_HEADS, causal: true };
    const out = attention(q, k, v, { ...shape, length, headDim });
    return tf
      .slice(out, [length - 1, 0])
      .dataSync<'float32'>()
      .slice();
  });
}

/** Decodes with the kernel: out and the own cache after each step. */
async function decode(headDim: number, lanes: number): Promise<Step[]> {
  const columns = qkvColumns(HEADS, KEY_VALUE_HEADS, headDim);
  const ownStride = 2 * KEY_VALUE_HEADS * headDim;
  const call = {
    ...{ rows: ROWS, rowsPerGroup: ROWS_PER_GROUP, prefixRows: PREFIX_ROWS, capacity: STEPS },
    ...{ heads: HEADS, keyValueHeads: KEY_VALUE_HEADS, scale: 1 / Math.sqrt(headDim) },
    ...columns,
    prefixK: columns.k,
    prefixV: columns.v,
    ownK: { stride: ownStride, offset: 0 },
    ownV: { stride: ownStride, offset: KEY_VALUE_HEADS * headDim },
    out: { stride: HEADS * headDim, offset: 0 },
  };
  const prefix = tf.tensor1d(prefixOf(headDim));
  const lengths = tf.tensor1d(PREFIX_LENGTHS, 'int32');
  const own = tf.add(tf.fill([ROWS * STEPS, ownStride], 9), 0);
  const out = tf.add(tf.fill([ROWS, HEADS * headDim], 9), 0);
  const steps: Step[] = [];
  for (let step = 0; step < STEPS; step++) {
    tf.tidy(() => {
      const qkv = tf.tensor1d(tokensOf(step, headDim));
      const done = Array.from({ length: ROWS }, (_, row) => Number(row === DONE && step > 0));
      const state = [tf.tensor1d([step], 'int32'), tf.tensor1d(done, 'int32')];
      runOperation(decodeAttention(headDim, lanes), call, [qkv, prefix, lengths, ...state], [own, out]);
    });
    steps.push({
      out: (await out.data<'float32'>()).slice(),
      own: (await own.data<'float32'>()).slice(),
    });
  }
  tf.dispose([prefix, lengths, own, out]);
  return steps;
}

const HEAD_DIMS = [8, 20];
const expected = new Map<number, Float32Array[][]>();
const errors: string[] = [];

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'cpu' });
  for (const headDim of HEAD_DIMS) {
    const outs = Array.from({ length: STEPS }, (_, step) =>
      Array.from({ length: ROWS }, (_, row) => reference(row, row === DONE ? 0 : step, headDim)),
    );
    expected.set(headDim, outs);
  }
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
});

describe.each([1, 4, 32])('decode attention with %i lanes', (lanes) => {
  it.each(HEAD_DIMS)('equals the training attention at the last token, heads of %i', async (headDim) => {
    const steps = await decode(headDim, lanes);
    steps.forEach(({ out }, step) => {
      const golden = expected.get(headDim)![step].flatMap((row) => [...row]);
      const worst = golden.reduce((a, x, i) => Math.max(a, Math.abs(x - out[i])), 0);
      expect(worst, `step ${step}`).toBeLessThan(1e-5);
    });
    expect(errors).toEqual([]);
  });

  it('keeps keys and values of rows that go on, and nothing of rows that are done', async () => {
    const [headDim] = HEAD_DIMS;
    const { own } = (await decode(headDim, lanes)).at(-1)!;
    const stride = 2 * KEY_VALUE_HEADS * headDim;
    const width = widthOf(headDim);
    for (let row = 0; row < ROWS; row++) {
      for (let step = 0; step < STEPS; step++) {
        const kept = own.subarray((row * STEPS + step) * stride, (row * STEPS + step + 1) * stride);
        const token = tokensOf(step, headDim).subarray(row * width + HEADS * headDim, (row + 1) * width);
        expect(kept).toEqual(row === DONE && step > 0 ? new Float32Array(stride).fill(9) : token);
      }
    }
  });
});

it('gives the same bits twice', async () => {
  expect(await decode(8, 32)).toEqual(await decode(8, 32));
});

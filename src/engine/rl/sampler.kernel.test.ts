import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { onGpuError } from '../compute/gpu.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { runOperation } from '../compute/webgpu/eager.ts';
import type { Lanes } from '../compute/webgpu/rowLanes.ts';
import { ADVANCE, ROW_STATES, sampleTokens } from '../compute/webgpu/sampler.ts';
import { RandomStream } from '../random.ts';
import { sampleRows } from './sampler.ts';

const errors: string[] = [];
beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
});

const PAD = -1;
const CAPACITY = 5;
const SEED = 2 ** 31 + 5;
const STEP = 3;
const off = { temperature: 1, topP: 1, topK: 0 };
type Filters = typeof off;

interface Draw {
  readonly lanes: Lanes;
  /** [rows, stride] */
  readonly logits: Float32Array;
  readonly vocabulary: number;
  readonly stride: number;
  readonly filters: Filters;
  readonly position: number;
  readonly eos?: number;
  readonly done?: readonly number[];
}

const keysOf = (rows: number, position: number) => ({
  seed: SEED,
  step: STEP,
  groups: Array.from({ length: rows }, (_, r) => 1000 + (r >> 2)),
  rollouts: Array.from({ length: rows }, (_, r) => r & 3),
  position,
});

/** One position on the device, then `ADVANCE`. */
async function onGpu({ lanes, logits, vocabulary, stride, filters, position, eos = -2, done }: Draw) {
  const rows = logits.length / stride;
  const { groups, rollouts } = keysOf(rows, position);
  const call = {
    rows,
    stride,
    vocabulary,
    capacity: CAPACITY,
    seed: SEED,
    step: STEP,
    eos,
    pad: PAD,
    ...filters,
  };
  const addresses = tf.tensor2d(
    groups.flatMap((group, r) => [group, rollouts[r]]),
    [rows, 2],
    'int32',
  );
  const state = tf.tensor1d([position, 77, 0], 'int32');
  const ended = tf.tensor1d(done ? [...done] : new Int32Array(rows), 'int32');
  const [current, tokens] = [tf.fill([rows], 9, 'int32'), tf.fill([rows, CAPACITY], 9, 'int32')];
  const logProbs = tf.fill([rows, CAPACITY], 9);
  const inputs = [tf.tensor1d(logits), addresses, state];
  runOperation(sampleTokens(lanes), call, inputs, [ended, current, tokens, logProbs]);
  runOperation(ADVANCE, { rows }, [ended], [state]);
  const columns = async (tensor: tf.Tensor) => {
    const values = await tensor.data();
    return Array.from({ length: rows }, (_, r) => Array.from(values.slice(r * CAPACITY, (r + 1) * CAPACITY)));
  };
  return {
    done: Array.from(await ended.data()),
    current: Array.from(await current.data()),
    tokens: await columns(tokens),
    logProbs: await columns(logProbs),
    state: Array.from(await state.data()),
  };
}

/** Padded rows, the padding larger than any logit. */
function rowsOf(rows: number, vocabulary: number, stride: number, of: (row: number, i: number) => number) {
  return Float32Array.from({ length: rows * stride }, (_, i) =>
    i % stride < vocabulary ? of(Math.floor(i / stride), i % stride) : 1e9,
  );
}

function expectSame(actual: Awaited<ReturnType<typeof onGpu>>, draw: Draw) {
  const { logits, vocabulary, stride, filters, position } = draw;
  const rows = logits.length / stride;
  const plain = Float32Array.from(
    { length: rows * vocabulary },
    (_, i) => logits[Math.floor(i / vocabulary) * stride + (i % vocabulary)],
  );
  const { ids, logProbs } = sampleRows(plain, vocabulary, filters, keysOf(rows, position));
  expect(actual.current).toEqual(Array.from(ids));
  expect(actual.tokens.map((row) => row[position])).toEqual(Array.from(ids));
  logProbs.forEach((logProb, r) => {
    const difference = Math.abs(actual.logProbs[r][position] - logProb);
    expect(difference).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(logProb)));
  });
  // Nothing else of a row is touched.
  for (const row of [...actual.tokens, ...actual.logProbs]) {
    expect(row.filter((_, t) => t !== position)).toEqual([9, 9, 9, 9]);
  }
}

const FILTERS: readonly Filters[] = [
  off,
  { temperature: 0, topP: 0.5, topK: 3 },
  { temperature: 1.2, topP: 0.99, topK: 0 },
  { temperature: 0.6, topP: 0.8, topK: 0 },
  { temperature: 1, topP: 1, topK: 1 },
  { temperature: 1, topP: 1, topK: 7 },
  { temperature: 1, topP: 1, topK: 5000 },
  { temperature: 1.5, topP: 0.9, topK: 5 },
  { temperature: 1, topP: 0, topK: 0 },
  { temperature: 1e-3, topP: 1, topK: 0 },
];
const SIZES = [
  { rows: 130, vocabulary: 11, stride: 12 },
  { rows: 70, vocabulary: 333, stride: 336 },
  { rows: 9, vocabulary: 2049, stride: 2052 },
];

describe.each([1, 64, 'subgroups'] as const)('the sampler with %s lanes', (lanes) => {
  describe.each(SIZES)('$vocabulary tokens', ({ rows: most, vocabulary, stride }) => {
    // Software adapters are slow at barriers.
    const rows = lanes === 1 ? most : Math.ceil(most / 10);
    it.each(FILTERS)('temperature $temperature, top-p $topP, top-k $topK', async (filters) => {
      const random = new RandomStream(vocabulary);
      const smooth = rowsOf(rows, vocabulary, stride, () => 3 * random.normal());
      // Few distinct values, both zeros among them: equals at every edge.
      const ties = rowsOf(rows, vocabulary, stride, () => Math.round(1.5 * random.normal()) / 2);
      for (const logits of [smooth, ties]) {
        const draw: Draw = { lanes, logits, vocabulary, stride, filters, position: 4 };
        expectSame(await onGpu(draw), draw);
      }
      expect(errors).toEqual([]);
    });
  });

  it('keeps the lowest ids of equals at the edge of top-p', async () => {
    // Weights 4, 1 × 8: half of the mass is gone after 6 of the 8 have left.
    const logits = rowsOf(64, 9, 12, (_, i) => (i === 5 ? Math.log(4) : 0));
    const filters = { ...off, topP: 0.5 };
    const draw: Draw = { lanes, logits, vocabulary: 9, stride: 12, filters, position: 1 };
    const actual = await onGpu(draw);
    expectSame(actual, draw);
    expect(new Set(actual.current)).toEqual(new Set([0, 1, 5]));
  });

  it('ends rows at eos, leaves ended ones alone, counts the others and moves on', async () => {
    const logits = rowsOf(4, 5, 8, (row, i) => (i === row ? 5 : 0));
    const draw: Draw = { lanes, logits, vocabulary: 5, stride: 8, filters: FILTERS[1], position: 2, eos: 1 };
    const { done, current, tokens, logProbs, state } = await onGpu({ ...draw, done: [0, 0, 1, 0] });
    const { running, ended } = ROW_STATES;
    expect(done).toEqual([running, ended, ended, running]);
    expect(current).toEqual([0, 1, PAD, 3]);
    expect(tokens[2][2]).toBe(PAD);
    expect(logProbs[2][2]).toBe(0);
    expect(state).toEqual([3, 2, 0]);
  });

  it.each([
    ['NaN', [0, NaN, 1]],
    ['−NaN', [0, new Float32Array(Uint32Array.of(0xffc00000).buffer)[0], 1]],
    ['Infinity', [0, Infinity, 1]],
    ['only −Infinity', [-Infinity, -Infinity, -Infinity]],
  ])('flags logits with %s, where the reference throws', async (_, bad) => {
    const good = [0, -Infinity, 1];
    const logits = Float32Array.from([...good, ...bad]);
    for (const filters of [off, FILTERS[1], { ...off, topP: 0.9, topK: 2 }]) {
      const draw: Draw = { lanes, logits, vocabulary: 3, stride: 3, filters, position: 0 };
      const { done, current, state } = await onGpu(draw);
      expect(() => sampleRows(logits, 3, filters, keysOf(2, 0))).toThrow(/row 1 are not finite/);
      expect(done).toEqual([ROW_STATES.running, ROW_STATES.notFinite]);
      expect(current[0]).toBe(sampleRows(logits.subarray(0, 3), 3, filters, keysOf(1, 0)).ids[0]);
      expect(state).toEqual([1, 1, 1]);
    }
  });
});

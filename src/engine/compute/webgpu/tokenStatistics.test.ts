import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { selectBackend } from '../backend.ts';
import { onGpuError } from '../gpu.ts';
import { prepareNodeBackends } from '../nodeBackend.ts';
import { tokenLogProbs } from '../ops/logProb.ts';
import { runOperation } from './eager.ts';
import type { Lanes } from './rowLanes.ts';
import { LOGITS_GRADIENT, statisticsSections, tokenStatistics } from './tokenStatistics.ts';

const errors: string[] = [];
beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
});

interface Case {
  readonly rows: number;
  readonly vocabulary: number;
  readonly stride: number;
  readonly temperature: number;
  /** Standard deviation of the logits. */
  readonly spread: number;
}

const CASES: readonly Case[] = [
  { rows: 1, vocabulary: 1, stride: 4, temperature: 1, spread: 1 },
  { rows: 5, vocabulary: 11, stride: 12, temperature: 1.2, spread: 30 },
  { rows: 70, vocabulary: 257, stride: 260, temperature: 0.7, spread: 3 },
  { rows: 3, vocabulary: 3001, stride: 3004, temperature: 1, spread: 2 },
];

/** Logits in padded rows whose padding is garbage, targets at both ends and between, coefficients with zeros. */
function draw({ rows, vocabulary, stride, spread }: Case) {
  const random = new RandomStream(rows, vocabulary);
  const logits = Float32Array.from({ length: rows * stride }, (_, i) =>
    i % stride < vocabulary ? spread * random.normal() : 1e30,
  );
  const targets = Int32Array.from({ length: rows }, (_, r) =>
    r === 0 ? vocabulary - 1 : r === 1 ? 0 : random.integer(vocabulary),
  );
  const coefficients = Float32Array.from({ length: rows }, (_, r) => (r % 3 === 1 ? 0 : random.normal()));
  return { logits, targets, coefficients };
}

/** The composite on cpu: log-probs, entropies, and the gradient of Σ coefficient · log-prob. */
async function expectedOf(test: Case) {
  await selectBackend({ forced: 'cpu' });
  const { logits, targets, coefficients } = draw(test);
  const { rows, vocabulary, stride, temperature } = test;
  const tensors = tf.tidy(() => {
    const plain = tf.slice(tf.tensor2d(logits, [rows, stride]), [0, 0], [rows, vocabulary]);
    const ids = tf.tensor1d(targets, 'int32');
    const loss = (x: tf.Tensor) =>
      tf.sum(tf.mul(tokenLogProbs(x as tf.Tensor2D, ids, temperature).logProbs, tf.tensor1d(coefficients)));
    const { logProbs, entropies } = tokenLogProbs(plain, ids, temperature);
    return [
      logProbs,
      entropies,
      tf.logSumExp(tf.mul(plain, 1 / temperature), 1),
      tf.pad(tf.grad(loss)(plain) as tf.Tensor2D, [
        [0, 0],
        [0, stride - vocabulary],
      ]),
    ];
  });
  return Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
}

async function actualOf(test: Case, lanes: Lanes) {
  await selectBackend({ forced: 'webgpu' });
  const { logits, targets, coefficients } = draw(test);
  const { rows, stride } = test;
  const call = { ...test, ...statisticsSections(rows) };
  const x = tf.tensor2d(logits, [rows, stride]);
  const ids = tf.tensor1d(targets, 'int32');
  const [statistics] = runOperation(tokenStatistics(lanes), call, [x, ids], [{ shape: [3, rows] }]);
  runOperation(LOGITS_GRADIENT, call, [ids, statistics, tf.tensor1d(coefficients)], [x]);
  const sections = await statistics.data<'float32'>();
  const [logProbs, entropies, logSumExp] = [0, rows, 2 * rows].map((from) =>
    sections.slice(from, from + rows),
  );
  return [logProbs, entropies, logSumExp, await x.data<'float32'>()];
}

describe.each([1, 64, 'subgroups'] as const)('token statistics with %s lanes', (lanes) => {
  it.each(CASES)('$rows rows of $vocabulary agree with the composite', async (test) => {
    const expected = await expectedOf(test);
    const actual = await actualOf(test, lanes);
    expected.forEach((values, output) => {
      const largest = values.reduce((a, b) => Math.max(a, Math.abs(b)), 1);
      const worst = values.reduce((a, x, i) => Math.max(a, Math.abs(x - actual[output][i])), 0);
      // exp of a number of size x is good to about x · 2^-23.
      expect(worst, `output ${output}`).toBeLessThan(1e-5 * largest);
    });
    expect(await actualOf(test, lanes)).toEqual(actual);
    expect(errors).toEqual([]);
  });

  it('a NaN reaches every number of its row, and no other row', async () => {
    const x = tf.tensor2d([1, NaN, 2, 1, 2, 3], [2, 3]);
    const call = { rows: 2, stride: 3, vocabulary: 3, temperature: 1, ...statisticsSections(2) };
    const ids = tf.tensor1d([0, 0], 'int32');
    const [statistics] = runOperation(tokenStatistics(lanes), call, [x, ids], [{ shape: [3, 2] }]);
    const values = await statistics.data<'float32'>();
    expect([...values].map(Number.isNaN)).toEqual([true, false, true, false, true, false]);
  });
});

describe('the composite', () => {
  it('has the gradient that differences have', async () => {
    await selectBackend({ forced: 'cpu' });
    const test = { ...CASES[1], spread: 2 };
    const { rows, vocabulary, stride, temperature } = test;
    const { logits, targets, coefficients } = draw(test);
    const lossAt = (row: number, column: number, by: number): number => {
      let loss = 0;
      for (let r = 0; r < rows; r++) {
        const values = Array.from(logits.subarray(r * stride, r * stride + vocabulary));
        if (r === row) values[column] += by;
        const total = values.reduce((sum, x) => sum + Math.exp(x / temperature), 0);
        loss += coefficients[r] * (values[targets[r]] / temperature - Math.log(total));
      }
      return loss;
    };
    const gradient = tf.tidy(() => {
      const plain = tf.slice(tf.tensor2d(logits, [rows, stride]), [0, 0], [rows, vocabulary]);
      const ids = tf.tensor1d(targets, 'int32');
      const loss = (x: tf.Tensor) =>
        tf.sum(tf.mul(tokenLogProbs(x as tf.Tensor2D, ids, temperature).logProbs, tf.tensor1d(coefficients)));
      return tf.grad(loss)(plain).dataSync();
    });
    for (const [row, column] of [
      [0, vocabulary - 1],
      [2, 3],
      [4, 0],
    ]) {
      const difference = (lossAt(row, column, 1e-4) - lossAt(row, column, -1e-4)) / 2e-4;
      expect(gradient[row * vocabulary + column]).toBeCloseTo(difference, 5);
    }
  });
});

import type * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { rope as ropeOp, rotaryTable } from '../ops/rope.ts';
import { packOf } from './pack.ts';
import { rope, ropeDecode } from './rope.ts';
import { composite, draws, expectClose, openTestDevice, run } from './testing.ts';

beforeAll(openTestDevice);

const table = async (positions: number, headDim: number): Promise<Float32Array[]> => {
  const { cosine, sine } = rotaryTable(
    Uint32Array.from({ length: positions }, (_, i) => i),
    headDim,
    10000,
  );
  return [await cosine.data<'float32'>(), await sine.data<'float32'>()];
};

/** Rows with other columns to the right of those that are turned. */
const beside = (x: Float32Array, other: Float32Array, columns: number, stride: number): Float32Array => {
  const result = other.slice();
  for (let row = 0; row * stride < other.length; row++) {
    result.set(x.subarray(row * columns, (row + 1) * columns), row * stride);
  }
  return result;
};

describe.each([
  { headDim: 8, heads: 3, stride: 32 },
  { headDim: 6, heads: 2, stride: 15 },
])('$heads heads of $headDim in rows of $stride', ({ headDim, heads, stride }) => {
  const columns = heads * headDim;
  const half = headDim / 2;
  const pack = packOf(half, stride);
  const rows = 12;
  const [x, dy] = [draws(1, rows * columns), draws(2, rows * columns)];
  const other = draws(3, rows * stride);
  const shape = { rows, stride, columns, half };

  it('are turned and turned back in place, by their row’s position', async () => {
    const length = 4;
    const op = (x: tf.Tensor2D) => ropeOp(x, rotaryTable([0, 1, 2, 3], headDim, 10000), headDim);
    const golden = await composite(op, [{ values: x, shape: [rows, columns] }], dy);
    const tables = await table(9, headDim);
    const turn = async (values: Float32Array, sign: 1 | -1) =>
      (
        await run(rope(pack), { ...shape, length, sign }, tables, [beside(values, other, columns, stride)])
      )[0];
    expectClose(await turn(x, 1), beside(golden.value, other, columns, stride));
    expectClose(await turn(dy, -1), beside(golden.gradients[0], other, columns, stride));
  });

  it('are turned by the prefix of their group and the step', async () => {
    const [lengths, step, rowsPerGroup] = [Int32Array.of(3, 0, 7), 5, 4];
    const positions = Array.from(
      { length: rows },
      (_, row) => lengths[Math.floor(row / rowsPerGroup)] + step,
    );
    const op = (x: tf.Tensor2D) => ropeOp(x, rotaryTable(positions, headDim, 10000), headDim);
    const golden = await composite(op, [{ values: x, shape: [rows, columns] }], dy);
    const inputs = [...(await table(13, headDim)), lengths, Int32Array.of(step)];
    const outputs = [beside(x, other, columns, stride)];
    const [turned] = await run(ropeDecode(pack), { ...shape, rowsPerGroup }, inputs, outputs);
    expectClose(turned, beside(golden.value, other, columns, stride));
  });
});

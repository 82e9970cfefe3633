import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { embed } from '../ops/embed.ts';
import * as kernels from './embed.ts';
import { packOf } from './pack.ts';
import { composite, draws, expectClose, openTestDevice, placed, plus, run } from './testing.ts';

beforeAll(openTestDevice);

const [IMAGE, VOCABULARY, LENGTH, IMAGE_TOKENS] = [3, 9, 6, 3];
// Two groups of two sequences: one shows fewer image tokens than there are, two more; 0 is padding.
const IDS = Int32Array.of(
  ...[1, 3, 3, 3, 8, 8],
  ...[3, 3, 0, 3, 3, 8],
  ...[5, 3, 3, 8, 0, 0],
  ...[3, 3, 3, 3, 4, 0],
);
const COUNTS = [6, 6, 4, 5];
const SHAPE = { length: LENGTH, imageToken: IMAGE, imageTokens: IMAGE_TOKENS, rowsPerGroup: 2 };
const SOURCE = kernels.embedSource(IDS, SHAPE);
const LISTS = kernels.embedLists(SOURCE, {
  length: LENGTH,
  counts: COUNTS,
  vocabulary: VOCABULARY,
  featureRows: 2 * IMAGE_TOKENS,
});

it('says what each row shows, on the CPU as on the device', async () => {
  expect([...SOURCE]).toEqual(
    [
      [1, -1, -2, -3, 8, 8],
      [-1, -2, 0, -3, 3, 8],
      [5, -4, -5, 8, 0, 0],
      [-4, -5, -6, 3, 4, 0],
    ].flat(),
  );
  const call = { ...SHAPE, rows: IDS.length };
  const [found] = await run(kernels.FIND_SOURCE, call, [IDS], [new Int32Array(IDS.length).fill(7)]);
  expect(found).toEqual(SOURCE);
});

it('lists the rows of each word and each feature in order, without padding', () => {
  const rowsOf = ({ order, starts }: kernels.RowLists) =>
    Array.from({ length: starts.length - 1 }, (_, v) => [...order.subarray(starts[v], starts[v + 1])]);
  expect(rowsOf(LISTS.words)).toEqual([[8], [0], [], [10, 21], [22], [12], [], [], [4, 5, 11, 15]]);
  expect(rowsOf(LISTS.features)).toEqual([[1, 6], [2, 7], [3, 9], [13, 18], [14, 19], [20]]);
  const fewer = kernels.embedLists(SOURCE, { length: 6, counts: [2], vocabulary: 9, featureRows: 6 });
  expect(rowsOf(fewer.words)[1]).toEqual([0]);
  expect(fewer.words.order).toHaveLength(1);
  expect([...fewer.features.order]).toEqual([1]);
});

describe.each([8, 5])('embeddings of width %i', (width) => {
  const pack = packOf(width);
  const rows = IDS.length;
  const [table, features] = [draws(1, VOCABULARY * width), draws(2, 2 * IMAGE_TOKENS * width)];
  const parameters = placed(draws(3, 192), [64, table]);
  const dirty = (count: number) => new Float32Array(count).fill(7);

  const golden = (dy: Float32Array) =>
    composite(
      (table: tf.Tensor2D, features: tf.Tensor3D) => {
        const ids = tf.tensor2d(IDS, [4, LENGTH], 'int32');
        return embed(table, tf.gather(features, tf.tensor1d([0, 0, 1, 1], 'int32')), ids, IMAGE);
      },
      [
        { values: table, shape: [VOCABULARY, width] },
        { values: features, shape: [2, IMAGE_TOKENS, width] },
      ],
      dy,
    );

  it('are read from the table and the features of the group', async () => {
    const { value } = await golden(draws(4, rows * width));
    const inputs = [parameters, features, SOURCE];
    const call = { rows, width, table: 64 };
    const [out] = await run(kernels.embedForward(pack), call, inputs, [dirty(rows * width)]);
    expect(out).toEqual(value);
    const tokens = Int32Array.of(8, 0, 5);
    const decode = { ...call, rows: 3 };
    const done = Int32Array.of(0, 1, 0);
    const outputs = [Int32Array.of(-1, 9, 0), dirty(3 * width)];
    const [state, words] = await run(
      kernels.embedAndAdvance(pack),
      decode,
      [parameters, tokens, done],
      outputs,
    );
    expect([...state]).toEqual([0, 2, 0]);
    const row = (token: number) => [...table.subarray(token * width, (token + 1) * width)];
    expect([...words]).toEqual([...tokens].flatMap(row));
  });

  it('give their gradient by lists, padding left out', async () => {
    const dy = draws(5, rows * width);
    const isPadding = (i: number) => {
      const row = Math.floor(i / width);
      return row % LENGTH >= COUNTS[Math.floor(row / LENGTH)];
    };
    const { gradients } = await golden(dy.map((v, i) => (isPadding(i) ? 0 : v)));
    const kept = draws(6, 192);
    const { words, features } = LISTS;
    const call = { vocabulary: VOCABULARY, width, table: 64 };
    const [added] = await run(kernels.embedGradient(pack), call, [dy, words.order, words.starts], [kept]);
    const sum = plus(kept.subarray(64), gradients[0]).subarray(0, VOCABULARY * width);
    expectClose(added, placed(kept, [64, sum]));
    const shown = { featureRows: 2 * IMAGE_TOKENS, width };
    const inputs = [dy, features.order, features.starts];
    const outputs = [dirty(2 * IMAGE_TOKENS * width)];
    const [dFeatures] = await run(kernels.featureGradient(pack), shown, inputs, outputs);
    expectClose(dFeatures, gradients[1]);
  });
});

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { architecture } from '../../model/architectures.ts';
import { patchRows as patchRowsOf, pixelShuffle as pixelShuffleOf } from '../../model/forward.ts';
import * as layout from './layout.ts';
import { packOf } from './pack.ts';
import { composite, draws, expectClose, openTestDevice, placed, plus, run } from './testing.ts';

beforeAll(openTestDevice);

const dirty = (count: number) => new Float32Array(count).fill(7);

const pictures = (size: number, patch: number, width: number, factor: number) => {
  const config = architecture('nano', 50, size);
  const vision = { ...config.vision, image_size: size, patch_size: patch, hidden_size: width };
  return { ...config, vision, scale_factor: factor };
};

it.each([
  { size: 24, patch: 8 },
  { size: 9, patch: 3 },
])('pictures of $size pixels are cut into patches of $patch', async ({ size, patch }) => {
  const pixels = draws(1, 2 * 3 * size * size);
  const config = pictures(size, patch, 4, 1);
  const golden = await composite(
    (x: tf.Tensor4D) => patchRowsOf(x, config),
    [{ values: pixels, shape: [2, 3, size, size] }],
    draws(2, pixels.length),
  );
  const call = { images: 2, channels: 3, size, patch };
  const [rows] = await run(layout.patchRows(packOf(patch)), call, [pixels], [dirty(pixels.length)]);
  expect(rows).toEqual(golden.value);
});

describe.each([8, 5])('rows of %i', (width) => {
  const pack = packOf(width);

  it('get their positions, which get their gradient', async () => {
    const [batch, period] = [5, 3];
    const [x, dy] = [draws(1, batch * period * width), draws(2, batch * period * width)];
    const positions = draws(3, period * width);
    const golden = await composite(
      (x: tf.Tensor3D, positions: tf.Tensor2D) => tf.add(x, positions),
      [
        { values: x, shape: [batch, period, width] },
        { values: positions, shape: [period, width] },
      ],
      dy,
    );
    const call = { batch, period, width, offset: 64 };
    const parameters = placed(draws(4, 128), [64, positions]);
    const [sum] = await run(layout.addPositions(pack), call, [parameters], [x]);
    expect(sum).toEqual(golden.value);
    const kept = draws(5, 128);
    const [gradients] = await run(layout.positionsGradient(pack), call, [dy], [kept]);
    expectClose(
      gradients,
      placed(kept, [64, plus(kept.subarray(64, 64 + period * width), golden.gradients[1])]),
    );
  });

  it('are shuffled together by neighbourhood, and back', async () => {
    const [batch, side, factor] = [2, 6, 3];
    const [x, dy] = [draws(1, batch * side * side * width), draws(2, batch * side * side * width)];
    const config = pictures(4 * side, 4, width, factor);
    const golden = await composite(
      (x: tf.Tensor2D) => pixelShuffleOf(x, batch, config),
      [{ values: x, shape: [batch * side * side, width] }],
      dy,
    );
    const call = { batch, side, width, factor };
    const [shuffled] = await run(layout.pixelShuffle(pack), call, [x], [dirty(x.length)]);
    expect(shuffled).toEqual(golden.value);
    const [back] = await run(layout.pixelUnshuffle(pack), call, [dy], [dirty(x.length)]);
    expect(back).toEqual(golden.gradients[0]);
  });

  it.each([
    { start: 2, count: 3 },
    { start: 0, count: 7 },
    { start: 6, count: 1 },
  ])('are copied from $count positions from $start on, and spread there', async ({ start, count }) => {
    const [batch, length] = [3, 7];
    const [x, dy] = [draws(1, batch * length * width), draws(2, batch * count * width)];
    const golden = await composite(
      (x: tf.Tensor3D) => tf.slice(x, [0, start, 0], [batch, count, width]),
      [{ values: x, shape: [batch, length, width] }],
      dy,
    );
    const call = { batch, length, start, count, width };
    const [copied] = await run(layout.copyWindow(pack), call, [x], [dirty(dy.length)]);
    expect(copied).toEqual(golden.value);
    const [spread] = await run(layout.spreadWindow(pack), call, [dy], [dirty(x.length)]);
    expect(spread).toEqual(golden.gradients[0]);
  });
});

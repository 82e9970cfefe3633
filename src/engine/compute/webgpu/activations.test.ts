import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { geluTanh, swiglu } from '../ops/activation.ts';
import { geluBackward, geluForward, swigluBackward, swigluForward } from './activations.ts';
import { packOf } from './pack.ts';
import { composite, draws, expectClose, openTestDevice, run } from './testing.ts';

beforeAll(openTestDevice);

const dirty = (count: number) => new Float32Array(count).fill(7);

describe.each([
  { rows: 9, width: 20 },
  { rows: 3, width: 7 },
])('activations of $rows rows of $width', ({ rows, width }) => {
  const pack = packOf(width);
  const size = rows * width;
  const dy = draws(1, size);

  it('SwiGLU of gate and up side by side', async () => {
    const gateUp = draws(2, 2 * size).map((v) => 3 * v);
    const op = (x: tf.Tensor2D) => {
      const [gate, up] = tf.split<tf.Tensor2D>(x, 2, 1);
      return swiglu(gate, up);
    };
    const golden = await composite(op, [{ values: gateUp, shape: [rows, 2 * width] }], dy);
    const [out] = await run(swigluForward(pack), { rows, width }, [gateUp], [dirty(size)]);
    expectClose(out, golden.value);
    const [dx] = await run(swigluBackward(pack), { rows, width }, [gateUp, dy], [dirty(2 * size)]);
    expectClose(dx, golden.gradients[0]);
  });

  it('GELU', async () => {
    const x = draws(3, size).map((v) => 2 * v);
    const golden = await composite(geluTanh, [{ values: x, shape: [rows, width] }], dy);
    const call = { count: size };
    const [out] = await run(geluForward(pack), call, [x], [dirty(size)]);
    expectClose(out, golden.value);
    const [dx] = await run(geluBackward(pack), call, [x, dy], [dirty(size)]);
    expectClose(dx, golden.gradients[0]);
  });
});

it('far out, both are the identity or zero, and flat or straight', async () => {
  const x = Float32Array.of(-1e4, -300, 300, 1e4);
  const ones = new Float32Array(4).fill(1);
  const [gelu] = await run(geluForward(4), { count: 4 }, [x], [dirty(4)]);
  expectClose(gelu, Float32Array.of(0, 0, 300, 1e4));
  const [slope] = await run(geluBackward(4), { count: 4 }, [x, ones], [dirty(4)]);
  expectClose(slope, Float32Array.of(0, 0, 1, 1));
  const gateUp = Float32Array.of(...x, ...ones);
  const [swish] = await run(swigluForward(4), { rows: 1, width: 4 }, [gateUp], [dirty(4)]);
  expectClose(swish, Float32Array.of(0, 0, 300, 1e4));
  const [slopes] = await run(swigluBackward(4), { rows: 1, width: 4 }, [gateUp, ones], [dirty(8)]);
  expectClose(slopes.subarray(0, 4), Float32Array.of(0, 0, 1, 1));
  expectClose(slopes.subarray(4), Float32Array.of(0, 0, 300, 1e4));
});

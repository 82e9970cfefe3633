import * as tf from '@tensorflow/tfjs-core';
import { runOperation } from '../webgpu/eager.ts';
import { fusedOps } from '../webgpu/fused.ts';
import { packOf } from '../webgpu/pack.ts';
import { ropeApart } from '../webgpu/rope.ts';
import { emptyTensor, hasWasmKernels, runWasmKernel } from '../wasm/kernels.ts';

/** Angles of rotate-half rotary embedding, one row a position: cosine and sine [T, D/2]. */
export interface RotaryTable {
  readonly cosine: tf.Tensor2D;
  readonly sine: tf.Tensor2D;
}

/** Cosines and sines [positions, headDim/2] for the given positions: angle = position · theta^(−2i/D). Computed in float64. */
export function rotaryAngles(positions: ArrayLike<number>, headDim: number, theta: number) {
  const half = headDim / 2;
  const cosine = new Float32Array(positions.length * half);
  const sine = new Float32Array(positions.length * half);
  for (let i = 0; i < half; i++) {
    // Rounded as float32 frameworks hold it, so that far positions agree with them.
    const frequency = Math.fround(1 / Math.pow(theta, (2 * i) / headDim));
    for (let t = 0; t < positions.length; t++) {
      const angle = Math.fround(positions[t] * frequency);
      cosine[t * half + i] = Math.cos(angle);
      sine[t * half + i] = Math.sin(angle);
    }
  }
  return { cosine, sine };
}

/** Table for the given positions, which may repeat. */
export function rotaryTable(positions: ArrayLike<number>, headDim: number, theta: number): RotaryTable {
  const { cosine, sine } = rotaryAngles(positions, headDim, theta);
  const shape: [number, number] = [positions.length, headDim / 2];
  return { cosine: tf.tensor2d(cosine, shape), sine: tf.tensor2d(sine, shape) };
}

function rotate(x: tf.Tensor2D, table: RotaryTable, headDim: number, sign: 1 | -1): tf.Tensor2D {
  const [rows, width] = x.shape;
  const [positions, half] = table.cosine.shape;
  if (hasWasmKernels()) {
    const y = emptyTensor<tf.Rank.R2>([rows, width]);
    runWasmKernel('rope', x, table.cosine, table.sine, y, rows, positions, width / headDim, headDim, sign);
    return y;
  }
  if (fusedOps()) {
    const call = { rows, stride: width, columns: width, half, length: positions, sign };
    const inputs = [table.cosine, table.sine, x];
    return runOperation(ropeApart(packOf(half)), call, inputs, [{ shape: x.shape }])[0] as tf.Tensor2D;
  }
  const heads = width / headDim;
  const halves = tf.reshape(x, [rows / positions, positions, heads * 2, half]);
  const byHead = tf.reshape(halves, [rows / positions, positions, heads, 2, half]);
  const [a, b] = tf.unstack(byHead, 3) as [tf.Tensor4D, tf.Tensor4D];
  const cosine = tf.reshape(table.cosine, [1, positions, 1, half]);
  const sine = tf.reshape(sign === 1 ? table.sine : tf.neg(table.sine), [1, positions, 1, half]);
  const turned = tf.stack(
    [tf.sub(tf.mul(a, cosine), tf.mul(b, sine)), tf.add(tf.mul(b, cosine), tf.mul(a, sine))],
    3,
  );
  return tf.reshape(turned, [rows, width]);
}

/** x [B·T, heads·headDim] turned by its position (row n stands at table row n mod T). */
export function rope(x: tf.Tensor2D, table: RotaryTable, headDim: number): tf.Tensor2D {
  const op = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    // Saved, because a gradient may be taken after the scope that made the table has ended.
    save([table.cosine, table.sine]);
    return {
      value: rotate(x, table, headDim, 1),
      gradFunc: (dy, saved) => {
        const [cosine, sine] = saved as [tf.Tensor2D, tf.Tensor2D];
        return [rotate(dy as tf.Tensor2D, { cosine, sine }, headDim, -1)];
      },
    };
  });
  return op(x) as tf.Tensor2D;
}

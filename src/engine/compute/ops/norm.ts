import * as tf from '@tensorflow/tfjs-core';
import { fusedOps } from '../webgpu/fused.ts';
import { gpuDevice, runOperation } from '../webgpu/eager.ts';
import * as gpu from '../webgpu/norms.ts';
import { packOf } from '../webgpu/pack.ts';
import { gpuTuning } from '../webgpu/tuning.ts';
import { emptyTensor, hasWasmKernels, runWasmKernel } from '../wasm/kernels.ts';

/** 1 / rms of each row: x [N, width] → [N, 1]. */
function inverseRms(x: tf.Tensor2D, epsilon: number): tf.Tensor2D {
  return tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
}

/** How the rows of a norm are read on the device that tfjs computes on. */
const rowingOf = (width: number) => gpu.normRowing(width, gpuTuning(gpuDevice()).lanes);

/** Llama's RMSNorm: x [N, width], weight [width] → x / sqrt(mean x² + epsilon) · weight. */
export function rmsNorm(x: tf.Tensor2D, weight: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  const [rows, width] = x.shape;
  const op = tf.customGrad((...args) => {
    const [x, weight, save] = args as unknown as [tf.Tensor2D, tf.Tensor1D, tf.GradSaveFunc];
    save([x, weight]);
    let value: tf.Tensor2D;
    if (hasWasmKernels()) {
      value = emptyTensor<tf.Rank.R2>([rows, width]);
      runWasmKernel('rms_norm_forward', x, weight, value, rows, width, epsilon);
    } else if (fusedOps()) {
      const operation = gpu.rmsNormForward(rowingOf(width));
      const call = { rows, width, weight: 0, epsilon };
      value = runOperation(operation, call, [x, weight], [{ shape: x.shape }])[0] as tf.Tensor2D;
    } else value = tf.mul(tf.mul(x, inverseRms(x, epsilon)), weight);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [x, weight] = saved as [tf.Tensor2D, tf.Tensor1D];
        if (hasWasmKernels()) {
          const dx = emptyTensor([rows, width]);
          const dWeight = emptyTensor([width]);
          runWasmKernel('rms_norm_backward', x, weight, dy, dx, dWeight, rows, width, epsilon);
          return [dx, dWeight];
        }
        if (fusedOps()) return gpuNormGradients(GPU_RMS_NORM, x, weight, dy, epsilon);
        const r = inverseRms(x, epsilon);
        const normed = tf.mul(x, r);
        const g = tf.mul(dy, weight);
        const projection = tf.mean(tf.mul(g, normed), -1, true);
        return [tf.mul(tf.sub(g, tf.mul(normed, projection)), r), tf.sum(tf.mul(dy, normed), 0)];
      },
    };
  });
  return op(x, weight) as tf.Tensor2D;
}

/** Column sums of a partial weight gradient [chunks, width] on webgpu. */
function gpuSum(partial: tf.Tensor): tf.Tensor {
  const [chunks, width] = partial.shape as [number, number];
  const operation = gpu.sumPartials(packOf(width));
  return runOperation(operation, { chunks, width, offset: 0 }, [partial], [tf.zeros([width])])[0];
}

/** The backward kernels of a norm: dx and the statistics of its rows, then the partial gradients of its parameters. */
interface GpuBackward {
  readonly backward: typeof gpu.rmsNormBackward | typeof gpu.layerNormBackward;
  readonly parameters: typeof gpu.rmsNormWeightGradient | typeof gpu.layerNormWeightGradient;
  /** Numbers a row. */
  readonly statistics: number;
  readonly partials: number;
}
const GPU_RMS_NORM: GpuBackward = {
  backward: gpu.rmsNormBackward,
  parameters: gpu.rmsNormWeightGradient,
  statistics: 1,
  partials: 1,
};
const GPU_LAYER_NORM: GpuBackward = {
  backward: gpu.layerNormBackward,
  parameters: gpu.layerNormWeightGradient,
  statistics: 2,
  partials: 2,
};

/** Gradients of x, the weight and, where there is one, the bias on webgpu. */
function gpuNormGradients(
  norm: GpuBackward,
  x: tf.Tensor2D,
  weight: tf.Tensor1D,
  dy: tf.Tensor,
  epsilon: number,
): tf.Tensor[] {
  const [rows, width] = x.shape;
  const call = { rows, width, weight: 0, epsilon };
  const [dx, statistics] = runOperation(
    norm.backward(rowingOf(width), { accumulate: false }),
    call,
    [x, weight, dy],
    [{ shape: x.shape }, { shape: [rows, norm.statistics] }],
  );
  const partial = { shape: [gpu.normChunks(rows), width] };
  const outputs = Array.from({ length: norm.partials }, () => partial);
  const partials = runOperation(norm.parameters(packOf(width)), call, [x, dy, statistics], outputs);
  return [dx, ...partials.map(gpuSum)];
}

function standardise(x: tf.Tensor2D, epsilon: number): { normed: tf.Tensor2D; r: tf.Tensor2D } {
  const centred = tf.sub<tf.Tensor2D>(x, tf.mean(x, -1, true));
  const r = tf.rsqrt<tf.Tensor2D>(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
  return { normed: tf.mul(centred, r), r };
}

/** LayerNorm over the last axis: x [N, width], weight and bias [width]. */
export function layerNorm(
  x: tf.Tensor2D,
  weight: tf.Tensor1D,
  bias: tf.Tensor1D,
  epsilon: number,
): tf.Tensor2D {
  const [rows, width] = x.shape;
  const op = tf.customGrad((...args) => {
    const [x, weight, bias, save] = args as unknown as [
      tf.Tensor2D,
      tf.Tensor1D,
      tf.Tensor1D,
      tf.GradSaveFunc,
    ];
    save([x, weight]);
    let value: tf.Tensor2D;
    if (hasWasmKernels()) {
      value = emptyTensor<tf.Rank.R2>([rows, width]);
      runWasmKernel('layer_norm_forward', x, weight, bias, value, rows, width, epsilon);
    } else if (fusedOps()) {
      const operation = gpu.layerNormForward(rowingOf(width));
      const call = { rows, width, weight: 0, bias: 0, epsilon };
      value = runOperation(operation, call, [x, weight, bias], [{ shape: x.shape }])[0] as tf.Tensor2D;
    } else value = tf.add(tf.mul(standardise(x, epsilon).normed, weight), bias);
    return {
      value,
      gradFunc: (dy, saved) => {
        const [x, weight] = saved as [tf.Tensor2D, tf.Tensor1D];
        if (hasWasmKernels()) {
          const dx = emptyTensor([rows, width]);
          const dWeight = emptyTensor([width]);
          const dBias = emptyTensor([width]);
          runWasmKernel('layer_norm_backward', x, weight, dy, dx, dWeight, dBias, rows, width, epsilon);
          return [dx, dWeight, dBias];
        }
        if (fusedOps()) return gpuNormGradients(GPU_LAYER_NORM, x, weight, dy, epsilon);
        const { normed, r } = standardise(x, epsilon);
        const g = tf.mul(dy, weight);
        const along = tf.mul(normed, tf.mean(tf.mul(g, normed), -1, true));
        const dx = tf.mul(tf.sub(tf.sub(g, tf.mean(g, -1, true)), along), r);
        return [dx, tf.sum(tf.mul(dy, normed), 0), tf.sum(dy, 0)];
      },
    };
  });
  return op(x, weight, bias) as tf.Tensor2D;
}

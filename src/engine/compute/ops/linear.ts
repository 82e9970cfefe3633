import * as tf from '@tensorflow/tfjs-core';
import { gpuDevice, runOperation } from '../webgpu/eager.ts';
import { fusedOps } from '../webgpu/fused.ts';
import { partsSize, type LinearOperations } from '../webgpu/linear.ts';
import { LINEAR } from '../webgpu/linearVariants.ts';
import { gpuTuning } from '../webgpu/tuning.ts';
import { emptyTensor, hasWasmKernels, runWasmKernel, scratchPointer } from '../wasm/kernels.ts';

/** Steps, in elements, from one element to the next along a matrix's rows and columns. */
interface Strides {
  readonly down: number;
  readonly across: number;
}
/** A row-major matrix of that many columns, as it lies. */
const plain = (columns: number): Strides => ({ down: columns, across: 1 });
/** The same matrix seen transposed. */
const turned = (columns: number): Strides => ({ down: 1, across: columns });

/** The own kernel: a·b (+ bias), the operands read with strides, so that nothing is transposed first. [m, n]. */
function wasmProduct(
  [a, aStrides]: readonly [tf.Tensor, Strides],
  [b, bStrides]: readonly [tf.Tensor, Strides],
  [m, depth, n]: readonly [number, number, number],
  bias?: tf.Tensor,
): tf.Tensor2D {
  const out = emptyTensor<tf.Rank.R2>([m, n]);
  const scratch = scratchPointer(512 * (n + 8) + 32);
  const strides = [aStrides.down, aStrides.across, bStrides.down, bStrides.across];
  runWasmKernel('matmul', a, b, bias ?? 0, out, m, n, depth, ...strides, scratch);
  return out;
}

/** The own operations on WebGPU, whose rows are made of fours; null: others compute here. */
function gpuOperations([outputs, inputs]: readonly number[]): LinearOperations | null {
  if (!fusedOps() || inputs % 4 !== 0 || outputs % 4 !== 0) return null;
  return LINEAR[gpuTuning(gpuDevice()).matmul];
}

/** One layer, whose weight is a tensor of its own. */
const callOf = (x: tf.Tensor2D, weight: tf.Tensor2D) => ({
  rows: x.shape[0],
  inputs: x.shape[1],
  layers: [{ outputs: weight.shape[0], weight: 0 }],
});

function forward(x: tf.Tensor2D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  const [rows, inputs] = x.shape;
  const [outputs] = weight.shape;
  if (hasWasmKernels()) {
    return wasmProduct([x, plain(inputs)], [weight, turned(inputs)], [rows, inputs, outputs], bias);
  }
  const operations = gpuOperations(weight.shape);
  const product = operations
    ? runOperation(
        operations.forward('plain', { bias: false }),
        callOf(x, weight),
        [x, weight],
        [{ shape: [rows, outputs] }],
      )[0]
    : tf.matMul(x, weight, false, true);
  return bias ? tf.add(product, bias) : (product as tf.Tensor2D);
}

interface Gradients {
  readonly dx: tf.Tensor;
  readonly dWeight: tf.Tensor;
  readonly dBias: () => tf.Tensor;
}

function gradients(dy: tf.Tensor2D, x: tf.Tensor2D, weight: tf.Tensor2D): Gradients {
  const [rows, inputs] = x.shape;
  const [outputs] = weight.shape;
  if (hasWasmKernels()) {
    return {
      dx: wasmProduct([dy, plain(outputs)], [weight, plain(inputs)], [rows, outputs, inputs]),
      dWeight: wasmProduct([dy, turned(outputs)], [x, plain(inputs)], [outputs, rows, inputs]),
      dBias: () => {
        const sum = emptyTensor([outputs]);
        runWasmKernel('sum_rows', dy, sum, rows, outputs);
        return sum;
      },
    };
  }
  const operations = gpuOperations(weight.shape);
  if (operations) {
    const call = { ...callOf(x, weight), parts: 1 };
    const [dx] = runOperation(operations.inputGradient('set'), call, [dy, weight], [{ shape: x.shape }]);
    // The one part: the matrix, then the sums of dy's columns.
    const shape = [partsSize(call)];
    const [part] = runOperation(operations.weightGradientParts, call, [dy, x], [{ shape }]);
    return {
      dx,
      dWeight: tf.reshape(tf.slice(part, 0, weight.size), weight.shape),
      dBias: () => tf.slice(part, weight.size, outputs),
    };
  }
  return { dx: tf.matMul(dy, weight), dWeight: tf.matMul(dy, x, true, false), dBias: () => tf.sum(dy, 0) };
}

const withoutBias = tf.customGrad((...args) => {
  const [x, weight, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
  save([x, weight]);
  return {
    value: forward(x, weight),
    gradFunc: (dy: tf.Tensor2D, saved: tf.Tensor[]) => {
      const { dx, dWeight } = gradients(dy, ...(saved as [tf.Tensor2D, tf.Tensor2D]));
      return [dx, dWeight];
    },
  };
}) as (x: tf.Tensor2D, weight: tf.Tensor2D) => tf.Tensor2D;

const withBias = tf.customGrad((...args) => {
  const [x, weight, bias, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D, tf.GradSaveFunc];
  save([x, weight]);
  return {
    value: forward(x, weight, bias),
    gradFunc: (dy: tf.Tensor2D, saved: tf.Tensor[]) => {
      const { dx, dWeight, dBias } = gradients(dy, ...(saved as [tf.Tensor2D, tf.Tensor2D]));
      return [dx, dWeight, dBias()];
    },
  };
}) as (x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D) => tf.Tensor2D;

/**
 * A dense layer as torch.nn.Linear stores it: x [N, in], weight [out, in], bias [out] → x·weightᵀ + bias [N, out].
 * Forward and gradient stay two-dimensional, and nothing is transposed: tfjs's wasm backend is ten times slower on
 * batched and transposing products.
 */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  return bias ? withBias(x, weight, bias) : withoutBias(x, weight);
}

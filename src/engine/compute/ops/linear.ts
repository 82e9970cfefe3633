import * as tf from '@tensorflow/tfjs-core';
import { gpuColumnSums, hasGpuKernels } from '../webgpu/elementKernel.ts';
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

function forward(x: tf.Tensor2D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  const [rows, inputs] = x.shape;
  const [outputs] = weight.shape;
  if (hasWasmKernels()) {
    return wasmProduct([x, plain(inputs)], [weight, turned(inputs)], [rows, inputs, outputs], bias);
  }
  const product = tf.matMul<tf.Tensor2D>(x, weight, false, true);
  return bias ? tf.add<tf.Tensor2D>(product, bias) : product;
}

function backward(dy: tf.Tensor2D, x: tf.Tensor2D, weight: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
  if (!hasWasmKernels()) return [tf.matMul(dy, weight), tf.matMul(dy, x, true, false)];
  const [rows, inputs] = x.shape;
  const [outputs] = weight.shape;
  return [
    wasmProduct([dy, plain(outputs)], [weight, plain(inputs)], [rows, outputs, inputs]),
    wasmProduct([dy, turned(outputs)], [x, plain(inputs)], [outputs, rows, inputs]),
  ];
}

function biasGradient(dy: tf.Tensor2D): tf.Tensor {
  if (hasGpuKernels()) return gpuColumnSums(dy);
  if (!hasWasmKernels()) return tf.sum(dy, 0);
  const [rows, outputs] = dy.shape;
  const sum = emptyTensor([outputs]);
  runWasmKernel('sum_rows', dy, sum, rows, outputs);
  return sum;
}

const withoutBias = tf.customGrad((...args) => {
  const [x, weight, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
  save([x, weight]);
  return {
    value: forward(x, weight),
    gradFunc: (dy: tf.Tensor2D, saved: tf.Tensor[]) => backward(dy, ...(saved as [tf.Tensor2D, tf.Tensor2D])),
  };
}) as (x: tf.Tensor2D, weight: tf.Tensor2D) => tf.Tensor2D;

const withBias = tf.customGrad((...args) => {
  const [x, weight, bias, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D, tf.GradSaveFunc];
  save([x, weight]);
  return {
    value: forward(x, weight, bias),
    gradFunc: (dy: tf.Tensor2D, saved: tf.Tensor[]) => [
      ...backward(dy, ...(saved as [tf.Tensor2D, tf.Tensor2D])),
      biasGradient(dy),
    ],
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

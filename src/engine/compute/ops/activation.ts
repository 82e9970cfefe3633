import * as tf from '@tensorflow/tfjs-core';
import { hasGpuKernels, runGpuKernel, type GpuKernel } from '../webgpu/elementKernel.ts';
import { emptyTensor, hasWasmKernels, runWasmKernel } from '../wasm/kernels.ts';

const elementwise = (name: string, inputs: string[], body: string): GpuKernel => ({
  name,
  inputs,
  uniforms: {},
  body,
});

const SIGMOID = 'let s = 1.0 / (1.0 + exp(-clamp(GATE, -80.0, 80.0)));';
const SILU = SIGMOID.replace('GATE', 'gate[index]');
const SWIGLU = elementwise('swiglu', ['gate', 'up'], `${SILU} return gate[index] * s * up[index];`);
const SWIGLU_UP = elementwise('swiglu_up', ['gate', 'dy'], `${SILU} return dy[index] * gate[index] * s;`);
const SWIGLU_GATE = elementwise(
  'swiglu_gate',
  ['gate', 'up', 'dy'],
  `${SILU} return dy[index] * up[index] * s * (1.0 + gate[index] * (1.0 - s));`,
);

/** SwiGLU: silu(gate) · up, all [N, width]. */
export const swiglu = tf.customGrad((...args) => {
  const [gate, up, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
  save([gate, up]);
  let value: tf.Tensor2D;
  if (hasWasmKernels()) {
    value = emptyTensor<tf.Rank.R2>(gate.shape);
    runWasmKernel('swiglu_forward', gate, up, value, gate.size);
  } else if (hasGpuKernels()) value = runGpuKernel<tf.Rank.R2>(SWIGLU, [gate, up], gate.shape, []);
  else value = tf.mul(tf.mul(gate, tf.sigmoid(gate)), up);
  return {
    value,
    gradFunc: (dy, saved) => {
      const [gate, up] = saved as [tf.Tensor2D, tf.Tensor2D];
      if (hasWasmKernels()) {
        const dGate = emptyTensor(gate.shape);
        const dUp = emptyTensor(gate.shape);
        runWasmKernel('swiglu_backward', gate, up, dy, dGate, dUp, gate.size);
        return [dGate, dUp];
      }
      if (hasGpuKernels()) {
        return [
          runGpuKernel(SWIGLU_GATE, [gate, up, dy], gate.shape, []),
          runGpuKernel(SWIGLU_UP, [gate, dy], gate.shape, []),
        ];
      }
      const s = tf.sigmoid(gate);
      const slope = tf.mul(s, tf.add(tf.mul(gate, tf.sub(1, s)), 1));
      return [tf.mul(tf.mul(dy, up), slope), tf.mul(dy, tf.mul(gate, s))];
    },
  };
}) as (gate: tf.Tensor2D, up: tf.Tensor2D) => tf.Tensor2D;

const CUBIC = 0.044715;
const TWICE_ROOT_2_OVER_PI = 2 * Math.sqrt(2 / Math.PI);

const GELU_GATE = SIGMOID.replace('GATE', `${TWICE_ROOT_2_OVER_PI} * v * (1.0 + ${CUBIC} * v * v)`);
const GELU = elementwise('gelu', ['x'], `let v = x[index]; ${GELU_GATE} return v * s;`);
const GELU_GRADIENT = elementwise(
  'gelu_gradient',
  ['x', 'dy'],
  `let v = x[index]; ${GELU_GATE}
   let inner = ${TWICE_ROOT_2_OVER_PI} * (1.0 + ${3 * CUBIC} * v * v);
   return dy[index] * (s + v * inner * s * (1.0 - s));`,
);

/** sigmoid(2c(x + 0.044715x³)) = (1 + tanh(c(…)))/2: the factor of x in tanh-GELU. */
function geluGate(x: tf.Tensor): tf.Tensor {
  return tf.sigmoid(tf.mul(tf.mul(x, tf.add(tf.mul(tf.square(x), CUBIC), 1)), TWICE_ROOT_2_OVER_PI));
}

/** GELU in its tanh form (torch's `gelu_pytorch_tanh`), any shape. */
export const geluTanh = tf.customGrad((...args) => {
  const [x, save] = args as unknown as [tf.Tensor2D, tf.GradSaveFunc];
  save([x]);
  let value: tf.Tensor2D;
  if (hasWasmKernels()) {
    value = emptyTensor<tf.Rank.R2>(x.shape);
    runWasmKernel('gelu_forward', x, value, x.size);
  } else if (hasGpuKernels()) value = runGpuKernel<tf.Rank.R2>(GELU, [x], x.shape, []);
  else value = tf.mul(x, geluGate(x));
  return {
    value,
    gradFunc: (dy, saved) => {
      const x = saved[0];
      if (hasWasmKernels()) {
        const dx = emptyTensor(x.shape);
        runWasmKernel('gelu_backward', x, dy, dx, x.size);
        return dx;
      }
      if (hasGpuKernels()) return runGpuKernel(GELU_GRADIENT, [x, dy], x.shape, []);
      const s = geluGate(x);
      const inner = tf.mul(tf.add(tf.mul(tf.square(x), 3 * CUBIC), 1), TWICE_ROOT_2_OVER_PI);
      return tf.mul(dy, tf.add(s, tf.mul(tf.mul(x, inner), tf.mul(s, tf.sub(1, s)))));
    },
  };
}) as (x: tf.Tensor2D) => tf.Tensor2D;

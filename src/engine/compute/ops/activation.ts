import * as tf from '@tensorflow/tfjs-core';
import * as gpu from '../webgpu/activations.ts';
import { runOperation } from '../webgpu/eager.ts';
import { fusedOps } from '../webgpu/fused.ts';
import { packOf } from '../webgpu/pack.ts';
import { emptyTensor, hasWasmKernels, runWasmKernel } from '../wasm/kernels.ts';

/** SwiGLU: silu(gate) · up, all [N, width]. */
export const swiglu = tf.customGrad((...args) => {
  const [gate, up, save] = args as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc];
  save([gate, up]);
  let value: tf.Tensor2D;
  if (hasWasmKernels()) {
    value = emptyTensor<tf.Rank.R2>(gate.shape);
    runWasmKernel('swiglu_forward', gate, up, value, gate.size);
  } else if (fusedOps()) {
    const operation = gpu.swigluApartForward(packOf(gate.size));
    const outputs = [{ shape: gate.shape }];
    value = runOperation(operation, { count: gate.size }, [gate, up], outputs)[0] as tf.Tensor2D;
  } else value = tf.mul(tf.mul(gate, tf.sigmoid(gate)), up);
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
      if (fusedOps()) {
        const operation = gpu.swigluApartBackward(packOf(gate.size));
        const { shape, size } = gate;
        return runOperation(operation, { count: size }, [gate, up, dy], [{ shape }, { shape }]);
      }
      const s = tf.sigmoid(gate);
      const slope = tf.mul(s, tf.add(tf.mul(gate, tf.sub(1, s)), 1));
      return [tf.mul(tf.mul(dy, up), slope), tf.mul(dy, tf.mul(gate, s))];
    },
  };
}) as (gate: tf.Tensor2D, up: tf.Tensor2D) => tf.Tensor2D;

const CUBIC = 0.044715;
const TWICE_ROOT_2_OVER_PI = 2 * Math.sqrt(2 / Math.PI);

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
  } else if (fusedOps()) {
    const operation = gpu.geluForward(packOf(x.size));
    value = runOperation(operation, { count: x.size }, [x], [{ shape: x.shape }])[0] as tf.Tensor2D;
  } else value = tf.mul(x, geluGate(x));
  return {
    value,
    gradFunc: (dy, saved) => {
      const x = saved[0];
      if (hasWasmKernels()) {
        const dx = emptyTensor(x.shape);
        runWasmKernel('gelu_backward', x, dy, dx, x.size);
        return dx;
      }
      if (fusedOps()) {
        const operation = gpu.geluBackward(packOf(x.size));
        return runOperation(operation, { count: x.size }, [x, dy], [{ shape: x.shape }])[0];
      }
      const s = geluGate(x);
      const inner = tf.mul(tf.add(tf.mul(tf.square(x), 3 * CUBIC), 1), TWICE_ROOT_2_OVER_PI);
      return tf.mul(dy, tf.add(s, tf.mul(tf.mul(x, inner), tf.mul(s, tf.sub(1, s)))));
    },
  };
}) as (x: tf.Tensor2D) => tf.Tensor2D;

/** For tests of kernels: a kernel beside the composite it must equal, and that beside finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { RandomStream } from '../../random.ts';
import { selectBackend } from '../backend.ts';
import { onGpuError } from '../gpu.ts';
import { prepareNodeBackends } from '../nodeBackend.ts';
import { runOperation } from './eager.ts';
import type { Operation } from './kernel.ts';

const errors: string[] = [];

/** Before all tests of a file. */
export async function openTestDevice(): Promise<void> {
  await prepareNodeBackends();
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
}

/** Errors of the device since it was asked last. */
export function takeErrors(): string[] {
  return errors.splice(0);
}

/** Normal draws. */
export function draws(key: number, count: number): Float32Array {
  const random = new RandomStream(key);
  return Float32Array.from({ length: count }, () => random.normal());
}

type Values = Float32Array | Int32Array;

async function runOnce<Call>(
  operation: Operation<Call>,
  call: Call,
  inputs: readonly Values[],
  outputs: readonly Values[],
): Promise<Values[]> {
  const tensorOf = (values: Values) =>
    tf.tensor1d(values, values instanceof Int32Array ? 'int32' : 'float32');
  const tensors = inputs.map(tensorOf);
  const written = outputs.map(tensorOf);
  runOperation(operation, call, tensors, written);
  const values = await Promise.all(written.map(async (tensor) => (await tensor.data()).slice() as Values));
  tf.dispose([tensors, written]);
  return values;
}

/**
 * What the kernel leaves in its outputs, which begin with the values given: twice the same bits, and no error of the
 * device.
 */
export async function run<Call>(
  operation: Operation<Call>,
  call: Call,
  inputs: readonly Values[],
  outputs: readonly Values[],
): Promise<Values[]> {
  await selectBackend({ forced: 'webgpu' });
  const values = await runOnce(operation, call, inputs, outputs);
  const again = await runOnce(operation, call, inputs, outputs);
  const bits = (all: readonly Values[]) => all.map(({ buffer }) => [...new Uint32Array(buffer)]);
  expect(bits(again)).toEqual(bits(values));
  expect(takeErrors()).toEqual([]);
  return values;
}

export interface Input {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** The gradient of Σ value · dy for an input, by central differences, at its first, middle and last entries. */
async function expectFiniteDifferences(
  value: (inputs: readonly Float32Array[]) => Promise<Float32Array>,
  inputs: readonly Input[],
  dy: Float32Array,
  gradients: readonly Float32Array[],
): Promise<void> {
  const step = 1e-2;
  for (const [i, { values }] of inputs.entries()) {
    for (const at of new Set([0, values.length >> 1, values.length - 1])) {
      const loss = async (change: number) => {
        const moved = values.slice();
        moved[at] += change;
        const result = await value(inputs.map((input, j) => (i === j ? moved : input.values)));
        return result.reduce((sum, v, n) => sum + v * dy[n], 0);
      };
      const slope = ((await loss(step)) - (await loss(-step))) / (2 * step);
      const error = Math.abs(slope - gradients[i][at]) / Math.max(1, Math.abs(slope));
      expect(error, `input ${i}, entry ${at}: ${slope}, not ${gradients[i][at]}`).toBeLessThan(5e-3);
    }
  }
}

/** The composite's value on the CPU, and its gradients of Σ value · dy, which finite differences agree with. */
export async function composite(
  op: (...inputs: never[]) => tf.Tensor,
  inputs: readonly Input[],
  dy: Float32Array,
): Promise<{ value: Float32Array; gradients: Float32Array[] }> {
  await selectBackend({ forced: 'cpu' });
  const run = op as (...inputs: tf.Tensor[]) => tf.Tensor;
  const tensors = (arrays: readonly Float32Array[]) =>
    arrays.map((values, i) => tf.tensor(values, [...inputs[i].shape]));
  const value = async (arrays: readonly Float32Array[]) =>
    tf
      .tidy(() => run(...tensors(arrays)))
      .dataSync<'float32'>()
      .slice();
  const arrays = inputs.map(({ values }) => values);
  const gradients = tf.tidy(() =>
    tf
      .grads((...xs) => tf.sum(tf.mul(tf.reshape(run(...xs), [-1]), dy)))(tensors(arrays))
      .map((gradient) => gradient.dataSync<'float32'>().slice()),
  );
  await expectFiniteDifferences(value, inputs, dy, gradients);
  return { value: await value(arrays), gradients };
}

/** Equal within rounding: 2e-5 of the largest. */
export function expectClose(actual: Values, expected: Float32Array): void {
  expect(actual).toHaveLength(expected.length);
  const largest = expected.reduce((a, x) => Math.max(a, Math.abs(x)), 1);
  const worst = expected.reduce((a, x, i) => Math.max(a, Math.abs(x - actual[i])), 0);
  expect(worst / largest).toBeLessThan(2e-5);
}

/** Sums of two arrays. */
export function plus(a: Values, b: Values): Float32Array {
  return Float32Array.from(a, (x, i) => x + b[i]);
}

/** An array with others written into it at float offsets. */
export function placed(
  into: Float32Array,
  ...parts: readonly [offset: number, values: Values][]
): Float32Array {
  const result = into.slice();
  for (const [offset, values] of parts) result.set(values, offset);
  return result;
}

/** From now on: the buffers of the process that were made and not destroyed, tfjs's too, and their bytes. */
export function countBuffers(): { readonly buffers: number; readonly bytes: number } {
  const held = { buffers: 0, bytes: 0 };
  const devices = GPUDevice.prototype as { createBuffer: (this: GPUDevice, ...args: never[]) => GPUBuffer };
  const buffers = GPUBuffer.prototype as { destroy: (this: GPUBuffer) => undefined };
  const { createBuffer } = devices;
  const { destroy } = buffers;
  const living = new WeakSet<GPUBuffer>();
  devices.createBuffer = function (...args) {
    const buffer = createBuffer.apply(this, args);
    living.add(buffer);
    held.buffers += 1;
    held.bytes += buffer.size;
    return buffer;
  };
  buffers.destroy = function () {
    if (living.delete(this)) {
      held.buffers -= 1;
      held.bytes -= this.size;
    }
    return destroy.call(this);
  };
  return held;
}

/**
 * Kernels on tfjs's tensors: a kernel is recorded into tfjs's open compute pass, between the ops before and after it,
 * and may have several outputs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { bindGroupOf, pipelineOf, type Operation } from './kernel.ts';

/** What tfjs keeps to itself, by structure. */
interface OpenBackend {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly tensorMap: {
    get(id: object): { resource: GPUBindingResource | null; values: unknown; external?: boolean };
  };
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: WeakSet<object>;
  dispatchCountInPass: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(id: object): void;
  tensorToBinding(tensor: tf.TensorInfo): GPUBindingResource;
  makeUniforms(values: { type: string; data: number[] }[]): GPUBufferBinding;
}

const TYPES = { f32: 'float32', i32: 'int32', u32: 'uint32' } as const;

/** tfjs's WebGPU backend, which is the current one. */
function openBackend(): OpenBackend {
  return tf.backend() as WebGPUBackend as unknown as OpenBackend;
}

/** The device that tfjs computes on. */
export function gpuDevice(): GPUDevice {
  return openBackend().device;
}

/** Submits what tfjs has recorded, so that own submits come after it. */
export function flushTfjs(): void {
  const backend = openBackend();
  backend.endComputePassEncoder();
  if (backend.commandEncoder) backend.submitQueue();
}

export interface Output {
  readonly shape: readonly number[];
  /** Default float32. */
  readonly dtype?: 'float32' | 'int32';
}

/**
 * Runs an operation: its kernel's buffers are the inputs followed by the outputs, which it writes. A tensor given as
 * an output is written in place; its copy on the CPU is forgotten.
 */
export function runOperation<Call>(
  operation: Operation<Call>,
  call: Call,
  inputs: readonly tf.Tensor[],
  outputs: readonly (Output | tf.Tensor)[],
): tf.Tensor[] {
  const { kernel } = operation;
  const uniforms = operation.uniforms(call);
  const backend = openBackend();
  const made = outputs.map((output) =>
    output instanceof tf.Tensor
      ? output
      : tf
          .engine()
          .makeTensorFromTensorInfo(
            (tf.backend() as WebGPUBackend).makeTensorInfo([...output.shape], output.dtype ?? 'float32'),
          ),
  );
  const tensors = [...inputs, ...made];
  for (const { dataId } of tensors) {
    backend.uploadToGPU(dataId);
    backend.commandQueueOwnedIds.add(dataId);
  }
  for (const { dataId } of made) backend.tensorMap.get(dataId).values = null;
  const types = Object.values(kernel.uniforms);
  const values = types.map((type, i) => ({ type: TYPES[type], data: [uniforms[i]] }));
  const { length } = values;
  // As many as the struct has, whose size is a multiple of 16 bytes with what stands unused at its end.
  for (let i = length; i < Math.ceil((length + 1) / 4) * 4; i++) values.push({ type: 'uint32', data: [0] });
  const bindings = tensors.map((tensor) => backend.tensorToBinding(tensor));
  const bindGroup = bindGroupOf(backend.device, kernel, backend.makeUniforms(values), bindings);
  backend.ensureCommandEncoderReady();
  backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass();
  const pass = backend.computePassEncoder;
  pass.setPipeline(pipelineOf(backend.device, kernel));
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...operation.workgroups(call));
  backend.dispatchCountInPass += 1;
  if (backend.dispatchCountInPass >= tf.env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) flushTfjs();
  return made;
}

/** Where a tensor's values lie on the GPU, once tfjs has submitted what it recorded. */
export function bufferOf(tensor: tf.Tensor): GPUBufferBinding {
  const backend = openBackend();
  backend.uploadToGPU(tensor.dataId);
  const resource = backend.tensorToBinding(tensor);
  if (!('buffer' in resource)) throw new Error('a texture has no buffer');
  return resource;
}

/**
 * A tensor that is a part of a buffer of ours: tfjs's ops read it there, and never free it. The offset is a
 * multiple of 256 bytes.
 */
export function bufferView(buffer: GPUBuffer, offset: number, shape: readonly number[]): tf.Tensor {
  const backend = tf.backend() as WebGPUBackend;
  const tensor = backend.createTensorFromGPUData({ buffer, zeroCopy: true }, [...shape], 'float32');
  openBackend().tensorMap.get(tensor.dataId).resource = {
    buffer,
    offset,
    size: 4 * tf.util.sizeFromShape([...shape]),
  };
  return tensor;
}

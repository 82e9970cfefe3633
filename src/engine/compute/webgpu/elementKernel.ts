/**
 * Our own kernels on tfjs's WebGPU backend: WGSL that computes one element of the output, recorded into tfjs's open
 * compute pass. No workgroup memory and no barriers, which software adapters are slow at.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { fusedOps } from './fused.ts';

type UniformType = 'f32' | 'i32';

export interface GpuKernel {
  readonly name: string;
  /** Names of the inputs, flat arrays in WGSL: `x[i]`. */
  readonly inputs: readonly string[];
  /** Numbers that change from call to call: `uniforms.width`. */
  readonly uniforms: Readonly<Record<string, UniformType>>;
  /** Body of `fn element(index : i32) -> f32`. */
  readonly body: string;
}

const WORKGROUP = 64;

/** True where the own WGSL kernels run; where not, every fused op is its composite of plain tfjs ops. */
export function hasGpuKernels(): boolean {
  return fusedOps();
}

/** Runs a kernel over every element of a float32 output of the given shape. Uniforms in the kernel's order. */
export function runGpuKernel<R extends tf.Rank = tf.Rank>(
  { name, inputs, uniforms, body }: GpuKernel,
  tensors: readonly tf.TensorInfo[],
  outputShape: readonly number[],
  values: readonly number[],
): tf.Tensor<R> {
  const shape = [...outputShape];
  const declared = Object.entries(uniforms);
  // tfjs's WebGPUProgram, by structure: the package does not export the type.
  const program = {
    variableNames: [...inputs],
    outputShape: shape,
    dispatchLayout: { x: shape.map((_, i) => i) },
    dispatch: [Math.ceil(tf.util.sizeFromShape(shape) / WORKGROUP), 1, 1] as [number, number, number],
    workgroupSize: [WORKGROUP, 1, 1] as [number, number, number],
    shaderKey: `pebr_${name}`,
    size: true,
    uniforms: declared.map(([key, type]) => `${key} : ${type}, `).join(''),
    getUserCode: () => `
      fn element(index : i32) -> f32 {
        ${body}
      }
      fn main(index : i32) {
        if (index < uniforms.size) {
          result[index] = element(index);
        }
      }`,
  };
  const data = declared.map(([, type], i) => ({
    type: type === 'f32' ? 'float32' : 'int32',
    data: [values[i]],
  }));
  const info = (tf.backend() as WebGPUBackend).runWebGPUProgram(program, [...tensors], 'float32', data);
  return tf.engine().makeTensorFromTensorInfo(info) as tf.Tensor<R>;
}

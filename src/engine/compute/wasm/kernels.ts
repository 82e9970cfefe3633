/**
 * Our own kernels inside the wasm backend's memory. They read and write the tensors' bytes where tfjs keeps
 * them, so nothing is copied. Source: attention.c and rows.c; binary.ts is what build.sh made of them.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { KERNELS_BASE64 } from './binary.ts';

/** The part of the backend that its type does not publish: the emscripten module. */
interface WasmModule {
  readonly asm: { readonly memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(pointer: number): void;
}
type Kernel = (...args: number[]) => number;

const STACK_BYTES = 16384;
let scratch = { pointer: 0, floats: 0 };
let active: { backend: BackendWasm; kernels: Readonly<Record<string, Kernel>> } | null = null;

/** tfjs's wasm backend copies the bytes of a clone, and every tensor saved for a gradient is a clone. Share them. */
function shareClones(): void {
  tf.unregisterKernel(tf.Identity, 'wasm');
  tf.registerKernel({
    kernelName: tf.Identity,
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend }) => {
      const { dataId, shape, dtype } = inputs.x!;
      (backend as BackendWasm).incRef(dataId);
      return { dataId, shape, dtype };
    },
  });
}

function moduleOf(backend: BackendWasm): WasmModule {
  return backend.wasm as unknown as WasmModule;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** Instantiates the kernels over the memory of tfjs's wasm backend. Throws where the engine has no wasm SIMD. */
export async function installWasmKernels(backend: BackendWasm): Promise<void> {
  const module = moduleOf(backend);
  const { instance } = await WebAssembly.instantiate(decodeBase64(KERNELS_BASE64), {
    env: { memory: module.asm.memory, log: Math.log },
  });
  const { __stack_pointer: stack, ...kernels } = instance.exports as Record<string, unknown>;
  // The stack the linker assumed lies over tfjs's own data: give the kernels one from tfjs's heap.
  (stack as WebAssembly.Global).value = (module._malloc(STACK_BYTES) + STACK_BYTES) & ~15;
  active = { backend, kernels: kernels as Record<string, Kernel> };
  scratch = { pointer: 0, floats: 0 };
  shareClones();
}

/** True where the own kernels run: the wasm backend is the current one and they were installed. */
export function hasWasmKernels(): boolean {
  return active !== null && tf.getBackend() === 'wasm';
}

function pointerTo(tensor: tf.TensorInfo): number {
  if (!active) throw new Error('wasm kernels are not installed');
  return active.backend.getMemoryOffset(tensor.dataId);
}

/** An uninitialised float32 tensor on the wasm heap. */
export function emptyTensor<R extends tf.Rank = tf.Rank>(shape: readonly number[]): tf.Tensor<R> {
  if (!active) throw new Error('wasm kernels are not installed');
  const info = active.backend.makeOutput([...shape], 'float32');
  return tf.engine().makeTensorFromTensorInfo(info) as tf.Tensor<R>;
}

/** Address of working memory for at least `floats` float32 values, valid until the next call. */
export function scratchPointer(floats: number): number {
  if (!active) throw new Error('wasm kernels are not installed');
  if (floats > scratch.floats) {
    const module = moduleOf(active.backend);
    if (scratch.pointer) module._free(scratch.pointer);
    scratch = { pointer: module._malloc(floats * 4), floats };
  }
  return scratch.pointer;
}

/** Runs a kernel; tensors are passed as their addresses, numbers as they are. */
export function runWasmKernel(name: string, ...args: readonly (tf.TensorInfo | number)[]): number {
  const kernel = active?.kernels[name];
  if (!kernel) throw new Error(`no wasm kernel "${name}"`);
  return kernel(...args.map((a) => (typeof a === 'number' ? a : pointerTo(a))));
}

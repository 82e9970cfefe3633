/**
 * Which of tfjs's backends computes, chosen by one rule for page and terminal: a hardware WebGPU adapter, else
 * wasm, else cpu. A software WebGPU adapter is offered, not chosen, because wasm beats it.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { describeAdapter, openDevice } from './gpu.ts';
import type { AdapterDescription } from './gpu.ts';
import { installWasmKernels } from './wasm/kernels.ts';
import { ViewingBackend } from './webgpu/viewingBackend.ts';

export { onDeviceLost, onGpuError } from './gpu.ts';
export type { AdapterDescription, DeviceLoss } from './gpu.ts';

export type BackendName = 'cpu' | 'wasm' | 'webgpu';

export interface BackendReport {
  readonly name: BackendName;
  /** Why this one, in words. */
  readonly reason: string;
  /** The WebGPU adapter that was found, chosen or not. */
  readonly adapter: AdapterDescription | null;
  readonly tried: readonly { readonly name: BackendName; readonly ok: boolean; readonly why: string }[];
  /** On webgpu, once the gate has been passed or not: do the fused ops compute, and why or why not. */
  readonly fusedOps: { readonly on: boolean; readonly why: string } | null;
  /** On webgpu, once it has been measured: how dense layers are computed, and by how much that is faster. */
  readonly matmul: string | null;
}

export interface BackendOptions {
  readonly forced?: BackendName;
  /** Folder of tfjs's wasm files, ending in `/`; default: beside the bundle, or what `prepareNodeBackends` set. */
  readonly wasmPath?: string;
  /** Default `navigator.gpu`. */
  readonly gpu?: GPU;
}

interface Attempt {
  readonly ok: boolean;
  readonly why: string;
}

tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 128);
// The packed program only: split-K adds up with atomics, in another order every run.
tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', 3);
// Small tensors stay on the device: a detour through the CPU backend would wait for the queue.
tf.env().set('WEBGPU_CPU_FORWARD', false);
// The own kernels share the memory of the one-threaded build.
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'object' && error && 'message' in error ? String(error.message) : String(error);
}

async function startWebGpu(adapter: GPUAdapter): Promise<void> {
  const device = await openDevice(adapter);
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new ViewingBackend(device, adapter.info), 5);
}

/** Makes a backend the current one, or says why it cannot be. */
async function start(
  name: BackendName,
  adapter: GPUAdapter | null,
  options: BackendOptions,
): Promise<Attempt> {
  try {
    if (name === 'webgpu') {
      if (!adapter) return { ok: false, why: 'no WebGPU adapter' };
      if (!tf.engine().registry[name]) await startWebGpu(adapter);
    }
    const fresh = !tf.engine().registry[name];
    if (name === 'wasm' && fresh && options.wasmPath) setWasmPaths(options.wasmPath);
    if (!(await tf.setBackend(name))) return { ok: false, why: `tfjs could not start its ${name} backend` };
    await tf.ready();
    if (name === 'wasm' && fresh) await installWasmKernels(tf.backend() as BackendWasm);
    return { ok: true, why: name === 'webgpu' ? 'a WebGPU adapter is there' : 'runs here' };
  } catch (error) {
    return { ok: false, why: messageOf(error) };
  }
}

/** The most telling of the fields, of which browsers leave some empty. */
function adapterName({ description, device, architecture, vendor }: AdapterDescription): string {
  return description || device || architecture || vendor || 'unnamed';
}

/**
 * Starts a backend and makes it tfjs's current one. `forced` starts that one or throws with what is missing.
 * May be called again to change the backend; make policies anew then, for tensors cannot always leave a GPU.
 */
export async function selectBackend(options: BackendOptions = {}): Promise<BackendReport> {
  const gpu = options.gpu ?? (globalThis.navigator as Navigator | undefined)?.gpu;
  const wanted = options.forced;
  const found =
    wanted === 'cpu' || wanted === 'wasm'
      ? null
      : await gpu?.requestAdapter({ powerPreference: 'high-performance' });
  const adapter = found ?? null;
  const description = adapter && describeAdapter(adapter);
  if (wanted) {
    const attempt = await start(wanted, adapter, options);
    if (!attempt.ok) {
      throw new Error(
        `Backend "${wanted}" was asked for but cannot run here: ${attempt.why}. Choose another, or none.`,
      );
    }
    return {
      name: wanted,
      reason: 'asked for',
      adapter: description,
      tried: [{ name: wanted, ...attempt }],
      fusedOps: null,
      matmul: null,
    };
  }
  const tried: { name: BackendName; ok: boolean; why: string }[] = [];
  for (const name of ['webgpu', 'wasm', 'cpu'] as const) {
    const attempt =
      name === 'webgpu' && description?.isSoftware
        ? {
            ok: false,
            why: `the adapter (${adapterName(description)}) computes on the CPU; wasm is faster`,
          }
        : await start(name, adapter, options);
    tried.push({ name, ...attempt });
    if (attempt.ok) {
      const failed = tried.slice(0, -1).map((t) => `${t.name}: ${t.why}`);
      const reason = failed.length > 0 ? failed.join('; ') : 'a hardware WebGPU adapter is there';
      return { name, reason, adapter: description, tried, fusedOps: null, matmul: null };
    }
  }
  throw new Error(`No backend runs here: ${tried.map((t) => `${t.name}: ${t.why}`).join('; ')}`);
}

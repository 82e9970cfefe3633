/** The engine as the session needs it, bound to a browser's worker: backends, wasm files, codecs, tasks, scorer. */
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { onDeviceLost, onGpuError } from '../engine/compute/backend.ts';
import type { BackendName, BackendReport } from '../engine/compute/backend.ts';
import { heldBuffers } from '../engine/compute/webgpu/buffers.ts';
import { writeCheckpoint } from '../engine/model/checkpoint.ts';
import { loadScorer } from '../engine/rewards/scorer/index.ts';
import type { ImageTextScorer } from '../engine/rewards/types.ts';
import { type RunParts } from '../engine/rl/runParts.ts';
import { useBrowserCodecs } from '../engine/tasks/images/codecs.browser.ts';
import { startBackend } from '../engine/startBackend.ts';
import { taskSetByName } from '../engine/tasks/index.ts';
import type { TaskSet } from '../engine/tasks/types.ts';
import type { FileReader } from './assets.ts';
import type { MemoryReport } from './protocol.ts';

export interface EngineDoors {
  selectBackend(forced: BackendName | null): Promise<BackendReport>;
  /** After a device loss: a new device, whatever tfjs holds of the old one dropped. */
  reopenBackend(forced: BackendName | null): Promise<BackendReport>;
  onDeviceLost(handler: (reason: string) => void): void;
  onGpuError(handler: (message: string) => void): void;
  taskSetByName(name: string): TaskSet;
  loadScorer(files: FileReader): Promise<ImageTextScorer>;
  checkpointFiles(parts: RunParts): Promise<Record<string, Uint8Array<ArrayBuffer>>>;
  memory(): MemoryReport;
}

/** The doors of a browser's worker. */
export function browserDoors(start: typeof startBackend = startBackend): EngineDoors {
  useBrowserCodecs();
  setWasmPaths({
    'tfjs-backend-wasm.wasm': wasmUrl,
    'tfjs-backend-wasm-simd.wasm': wasmSimdUrl,
    'tfjs-backend-wasm-threaded-simd.wasm': wasmThreadedUrl,
  });
  const select = (forced: BackendName | null): Promise<BackendReport> =>
    start(forced === null ? {} : { forced });
  return {
    selectBackend: select,
    reopenBackend(forced) {
      tf.removeBackend('webgpu');
      return select(forced);
    },
    onDeviceLost(handler) {
      onDeviceLost(({ reason, message }) => handler(message || reason));
    },
    onGpuError,
    taskSetByName,
    loadScorer,
    async checkpointFiles({ checkpoint, policy }) {
      const files = writeCheckpoint({ ...checkpoint, tensors: await policy.exportTensors() });
      return Object.fromEntries(files);
    },
    memory() {
      const memory: tf.MemoryInfo & { numBytesInGPU?: number } = tf.memory();
      return {
        tensors: memory.numTensors,
        bytes: memory.numBytes,
        poolBytes: memory.numBytesInGPU ?? null,
        bufferBytes: heldBuffers().bytes || null,
      };
    },
  };
}

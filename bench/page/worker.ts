/** A contender's thread. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import wasmUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import { describeAdapter } from '../../src/engine/compute/gpu.ts';
import type { Contender, Measure } from '../../src/engine/measure/index.ts';
import { loadContender } from '../contenders.ts';
import type { Answer, Reply, Request, Timed } from './protocol.ts';

setWasmPaths({
  'tfjs-backend-wasm.wasm': wasmUrl,
  'tfjs-backend-wasm-simd.wasm': wasmSimdUrl,
  'tfjs-backend-wasm-threaded-simd.wasm': wasmThreadedUrl,
});

let contender: Contender | null = null;

/** The files of a shipped checkpoint, beside the page. */
const shipped = (preset: string) => async (name: string) => {
  const response = await fetch(new URL(`/models/${preset}/${name}`, location.origin));
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
};

async function callOf(measure: Measure, seed: number): Promise<Omit<Timed, 'milliseconds'>> {
  switch (measure) {
    case 'training':
      return { tokens: 0, trained: await prepared().trainMicroBatch() };
    case 'rollouts':
      return { tokens: count(await prepared().rolloutBatch(seed)), trained: null };
    case 'step':
      return { tokens: count(await prepared().wholeStep(seed)), trained: null };
    default:
      return measure satisfies never;
  }
}

async function timed(call: () => Promise<Omit<Timed, 'milliseconds'>>): Promise<Timed> {
  const start = performance.now();
  const result = await call();
  return { ...result, milliseconds: performance.now() - start };
}

async function answer(request: Request): Promise<Answer> {
  switch (request.ask) {
    case 'adapter': {
      // Types say that it is always there; it is not.
      const gpu = (navigator as Partial<Pick<Navigator, 'gpu'>>).gpu;
      const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
      return adapter ? describeAdapter(adapter) : null;
    }
    case 'setup': {
      const { selectBackend } = await import('../../src/engine/compute/backend.ts');
      const { taskSetByName } = await import('../../src/engine/tasks/index.ts');
      const { sampledSetup } = await import('../../src/engine/measure/batch.ts');
      await selectBackend({ forced: 'wasm' });
      return sampledSetup(shipped(request.preset), taskSetByName(request.tasks), request.sizes);
    }
    case 'prepare': {
      const { config, weights, batch } = request.setup;
      contender = await loadContender(request.contender, { timed: true });
      await contender.prepare(config, weights, batch);
      return null;
    }
    case 'training':
    case 'rollouts':
    case 'step':
      return timed(() => callOf(request.ask, request.seed));
    case 'profile': {
      const { gpuDevice } = await import('../../src/engine/compute/webgpu/eager.ts');
      const { profileGpu } = await import('../../src/engine/measure/gpuProfile.ts');
      return profileGpu(gpuDevice(), () => callOf(request.measure, 1));
    }
    default:
      return request satisfies never;
  }
}

const count = (responses: readonly (readonly number[])[]): number => responses.flat().length;

function prepared(): Contender {
  if (!contender) throw new Error('worker: asked to measure before it was prepared');
  return contender;
}

addEventListener('message', (event: MessageEvent<Request>) => {
  answer(event.data).then(
    (value) => postMessage({ value } satisfies Reply),
    (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      postMessage({ error: text } satisfies Reply);
    },
  );
});

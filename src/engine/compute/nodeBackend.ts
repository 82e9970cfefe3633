/**
 * What Node lacks and a browser has: the wasm files' address and a GPU. For the terminal and for tests only; who
 * starts them (scripts/vulkan.mjs) offers Dawn a software driver.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { env } from '@tensorflow/tfjs-core';

/** Folder of an installed package, seen from here or, when bundled elsewhere, from the working directory. */
function resolvePackage(file: string): string {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(from).resolve(file);
    } catch {
      continue;
    }
  }
  throw new Error(`${file} is not installed: run npm install`);
}

let prepared: Promise<void> | null = null;

async function prepare(): Promise<void> {
  const wasm = dirname(resolvePackage('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
  // tfjs's loader takes file paths; a fetch of a path fails in Node.
  setWasmPaths(`${wasm}/`);
  // Otherwise the cpu backend advertises tfjs's native addon on stderr.
  env().set('PROD', true);
  let gpu: GPU;
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    gpu = create([]);
  } catch {
    // No Dawn for this platform: wasm and cpu still work, and the report says that there is no adapter.
    return;
  }
  const navigator = (globalThis as { navigator?: object }).navigator;
  if (navigator) Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  else Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
}

/**
 * Makes `selectBackend` work in Node: finds tfjs's wasm files inside node_modules and puts Dawn's GPU on
 * `navigator` (software Vulkan of an installed Chromium when VK_ICD_FILENAMES is unset). Dawn keeps the process
 * alive: end it with `process.exit`.
 */
export function prepareNodeBackends(): Promise<void> {
  prepared ??= prepare();
  return prepared;
}

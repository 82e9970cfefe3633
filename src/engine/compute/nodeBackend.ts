/** What Node lacks and a browser has: the wasm files' address and a GPU. For the terminal and for tests only. */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

const DRIVER = 'vk_swiftshader_icd.json';

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

/** SwiftShader's driver file beside an installed Chromium or one of Playwright's, if there is one. */
function findSoftwareDriver(): string | undefined {
  const folders = [
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
    '/snap/chromium/current/usr/lib/chromium-browser',
  ];
  for (const file of ['/usr/bin/chromium', '/usr/bin/google-chrome', process.env.CHROMIUM_PATH ?? '']) {
    if (existsSync(file)) folders.push(dirname(realpathSync(file)));
  }
  const builds = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(homedir(), '.cache', 'ms-playwright');
  if (existsSync(builds)) {
    for (const name of readdirSync(builds).sort().reverse()) {
      folders.push(join(builds, name, 'chrome-linux64'), join(builds, name, 'chrome-linux'));
    }
  }
  return folders.map((folder) => join(folder, DRIVER)).find((file) => existsSync(file));
}

let prepared: Promise<void> | null = null;

async function prepare(): Promise<void> {
  const wasm = dirname(resolvePackage('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
  // tfjs's loader takes file paths; a fetch of a path fails in Node.
  setWasmPaths(`${wasm}/`);
  // Dawn reads the environment when it is created.
  const driver = process.env.VK_ICD_FILENAMES ? undefined : findSoftwareDriver();
  if (driver) process.env.VK_ICD_FILENAMES = driver;
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

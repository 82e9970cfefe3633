/** The script of a sandbox's thread in Node; bundled on its own beside the command line. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { serveSandbox, type ThreadRequest } from './thread.ts';

const WASM = '@jitl/quickjs-wasmfile-release-sync/wasm';

/** QuickJS of the packages beside this file (or the bundle it went into), else of the working directory's. */
async function wasm(): Promise<WebAssembly.Module> {
  const places = [import.meta.url, join(process.cwd(), 'package.json')];
  for (const place of places) {
    let path: string;
    try {
      path = createRequire(place).resolve(WASM);
    } catch {
      continue;
    }
    return WebAssembly.compile(await readFile(path));
  }
  throw new Error(`${WASM} is not installed near ${places.join(' or ')}; run npm ci`);
}

const serve = serveSandbox(wasm, (reply) => parentPort?.postMessage(reply));
parentPort?.on('message', (request: ThreadRequest) => serve(request));

/** The script of the browser's thread for custom reward terms: QuickJS and nothing else. */
import quickJsUrl from '@jitl/quickjs-wasmfile-release-sync/wasm?url';
import { serveSandbox, type ThreadRequest } from '../engine/rewards/custom/thread.ts';

async function wasm(): Promise<WebAssembly.Module> {
  const response = await fetch(quickJsUrl);
  if (!response.ok) throw new Error(`HTTP ${response.status} for ${new URL(response.url).pathname}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

const serve = serveSandbox(wasm, (reply) => self.postMessage(reply));
self.onmessage = (event: MessageEvent<ThreadRequest>) => serve(event.data);

/**
 * A browser's thread for custom reward terms. The worker has one for training, the page another, so that a term can be
 * tried while a phase runs and on a machine without any backend.
 */
import type { SpawnThread } from '../engine/rewards/custom/index.ts';
import type { ThreadReply } from '../engine/rewards/custom/thread.ts';

export { customInput, failed, runCustomCode, setSandboxThread } from '../engine/rewards/custom/index.ts';

export const browserThread: SpawnThread = (onReply, onError) => {
  const worker = new Worker(new URL('./sandboxThread.ts', import.meta.url), { type: 'module' });
  worker.onmessage = (event: MessageEvent<ThreadReply>) => onReply(event.data);
  worker.onerror = (event) => onError(event.message || 'its script could not be loaded');
  return {
    post: (request) => worker.postMessage(request),
    terminate: () => worker.terminate(),
  };
};

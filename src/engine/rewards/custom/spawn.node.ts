/** Threads of Node for the sandbox. Never imported by the page. */
import { Worker } from 'node:worker_threads';
import type { SpawnThread } from './host.ts';
import type { ThreadReply } from './thread.ts';

/** Starts the built thread.node.ts that lies at `script`; it keeps no process alive. */
export const nodeThread =
  (script: URL): SpawnThread =>
  (onReply, onError) => {
    const worker = new Worker(script);
    worker.unref();
    worker.on('message', (reply: ThreadReply) => onReply(reply));
    worker.on('error', (error: Error) => onError(error.message));
    return {
      post: (request) => worker.postMessage(request),
      terminate: () => void worker.terminate(),
    };
  };

/** The page's end of the protocol: typed, promise-free, one subscription. */
import type { Batch, FromWorker, ToWorker } from './protocol.ts';

export type Listener = (messages: readonly FromWorker[]) => void;

export interface Client {
  send(message: ToWorker): void;
  /** Called once a batch; returns the unsubscriber. */
  subscribe(listener: Listener): () => void;
  terminate(): void;
}

/** Starts the worker. It stays silent until it is sent `boot`. */
export function createClient(): Client {
  const worker = new Worker(new URL('../worker/entry.ts', import.meta.url), { type: 'module' });
  const listeners = new Set<Listener>();
  const emit = (messages: readonly FromWorker[]): void => {
    for (const listener of listeners) listener(messages);
  };
  worker.onmessage = (event: MessageEvent<Batch>) => emit(event.data.messages);
  // Only a script that cannot load or an uncaught throw ends here; everything else arrives as a message.
  worker.onerror = (event) => {
    emit([
      {
        type: 'error',
        error: {
          where: 'worker',
          message: event.message || 'The training worker could not be loaded.',
          suggestion: 'Reload the page. If it happens again, copy the diagnostics of the System panel.',
          fatal: true,
        },
      },
    ]);
  };
  return {
    send: (message) => worker.postMessage(message),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    terminate: () => worker.terminate(),
  };
}

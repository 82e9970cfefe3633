/** Where the worker begins: messages in, batches out. */
import { browserDoors } from './doors.ts';
import { Outbox } from './outbox.ts';
import type { ToWorker } from './protocol.ts';
import { browserThread, setSandboxThread } from './sandbox.ts';
import { Session } from './session.ts';

setSandboxThread(browserThread);
const outbox = new Outbox((batch, transfer) => self.postMessage(batch, { transfer }));
const session = new Session(outbox, browserDoors());
self.onmessage = (event: MessageEvent<ToWorker>) => session.receive(event.data);
// A promise nobody waited for must reach the page too.
self.onunhandledrejection = (event) => {
  const message = event.reason instanceof Error ? event.reason.message : String(event.reason);
  outbox.add({
    type: 'error',
    error: {
      where: 'worker',
      message,
      suggestion: 'Copy the diagnostics of the System panel.',
      fatal: false,
    },
  });
};

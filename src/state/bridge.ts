/** The one way from the stores to the worker. `connect` sets the client; tests set their own. */
import type { Client } from '../worker/client.ts';
import type { ToWorker } from '../worker/protocol.ts';

let client: Pick<Client, 'send'> | null = null;

export function setClient(next: Pick<Client, 'send'> | null): void {
  client = next;
}

/** Sends to the worker; before a client is connected there is nobody to hear it. */
export function send(message: ToWorker): void {
  client?.send(message);
}

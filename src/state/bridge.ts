/** The one way from the stores to the worker. `connect` sets the client; tests set their own. */
import type { Client } from '../worker/client.ts';
import type { ToWorker } from '../worker/protocol.ts';
import { foreignTerms } from './approvedCode.ts';

let client: Pick<Client, 'send'> | null = null;

export function setClient(next: Pick<Client, 'send'> | null): void {
  client = next;
}

/**
 * Sends to the worker; before a client is connected there is nobody to hear it. Throws on a config with reward code
 * that the reader has not allowed: configs from outside must have gone through `admitConfig`.
 */
export function send(message: ToWorker): void {
  if ('config' in message) {
    const names = foreignTerms(message.config).map(({ term }) => term.name);
    if (names.length > 0) {
      throw new Error(
        `The code of ${names.join(', ')} has not been allowed; admitConfig asks the reader first.`,
      );
    }
  }
  client?.send(message);
}

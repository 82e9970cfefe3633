/** Why something could not be kept, in words for the reader. */

/** full: no room · denied: the browser keeps nothing for this page · newer: a later version of the page wrote it ·
 * taken: another tab goes on with the run · failed: anything else. */
export type StorageFault = 'full' | 'denied' | 'newer' | 'taken' | 'failed';

export class StorageError extends Error {
  readonly fault: StorageFault;

  constructor(fault: StorageFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.fault = fault;
  }
}

/** What the browser threw as a StorageError; one that is one already stays. */
export function storageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const message = error instanceof Error || error instanceof DOMException ? error.message : String(error);
  switch (name) {
    case 'QuotaExceededError':
      return new StorageError('full', 'The browser gives this page no more room.', error);
    case 'VersionError':
      return new StorageError(
        'newer',
        'A newer version of this page has stored its runs here, which this one cannot read. Reload the page.',
        error,
      );
    case 'SecurityError':
    case 'InvalidStateError':
    case 'NotAllowedError':
    case 'ReferenceError':
      return new StorageError('denied', `The browser keeps nothing for this page (${message}).`, error);
    default:
      return new StorageError('failed', `The browser could not store it: ${message}.`, error);
  }
}

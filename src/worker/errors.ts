/** An engine error as the page shows it: where, what, and what to do. */
import type { WorkerError } from './protocol.ts';

/** tfjs and Dawn say a dead device in these words. */
const DEVICE_GONE = /device (is|was) lost|external instance reference no longer exists|mapAsync.*abort/i;

export function isDeviceGone(error: unknown): boolean {
  return error instanceof Error && DEVICE_GONE.test(`${error.name}: ${error.message}`);
}

export function describeError(where: string, error: unknown): Omit<WorkerError, 'fatal'> {
  const message = error instanceof Error ? error.message : String(error);
  return { where, message, suggestion: suggestionFor(error, message) };
}

function suggestionFor(error: unknown, message: string): string {
  if (error instanceof Error && error.name === 'NonFiniteError') {
    return 'The run stands as it was before this phase. Lower the learning rate or raise the KL coefficient in Setup and restart, or try the phase again.';
  }
  if (/out of memory|allocation failed|createBuffer/i.test(message)) {
    return 'Lower prompts per step, rollouts per micro-batch or new tokens in Setup and restart.';
  }
  return 'The run stands as it was before. Try again, or copy the diagnostics of the System panel.';
}

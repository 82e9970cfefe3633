/** An engine error as the page shows it: where, what, whether a run is untouched by it, and what to do. */
import { WARMUP_JOB } from './protocol.ts';
import type { WorkerError } from './protocol.ts';

/** tfjs and Dawn say a dead device in these words. */
const DEVICE_GONE = /device (is|was) lost|external instance reference no longer exists|mapAsync.*abort/i;

/** Where an error of loading a run is said to be. */
export const START = 'start of the run';

export function isDeviceGone(error: unknown): boolean {
  return error instanceof Error && DEVICE_GONE.test(`${error.name}: ${error.message}`);
}

export function describeError(where: string, error: unknown, hasRun: boolean): Omit<WorkerError, 'fatal'> {
  const message = messageOf(error);
  const stands = hasRun ? 'The run stands as it was before. ' : '';
  return { where, message, suggestion: stands + suggestionFor(where, error, message, hasRun) };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function suggestionFor(where: string, error: unknown, message: string, hasRun: boolean): string {
  if (where === START) return 'Choose another preset or other questions in Setup.';
  if (where === WARMUP_JOB)
    return 'Lower the learning rate or the samples a step of the warm-up, and try again.';
  if (error instanceof Error && error.name === 'NonFiniteError') {
    return 'Lower the learning rate or raise the KL coefficient in Setup and restart, or try the phase again.';
  }
  if (/out of memory|allocation failed|createBuffer/i.test(message)) {
    return 'Lower prompts per step, rollouts per micro-batch or new tokens in Setup and restart.';
  }
  const again = hasRun ? 'Try again' : 'Reload the page to try again';
  return `${again}, or copy the diagnostics of the System panel.`;
}

/** The GPU went away; the run can go on from its snapshot. */
export function lostError(reason: string, snapshotStep: number): WorkerError {
  return {
    where: 'GPU',
    message: `The GPU device was lost (${reason}). All records are kept.`,
    suggestion: `Go on from the checkpoint of step ${snapshotStep}.`,
    fatal: false,
  };
}

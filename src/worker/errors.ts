/** An engine error as the page shows it: where, what, whether a run is untouched by it, and what to do. */
import { GpuMemoryError, type MemoryUse } from '../engine/compute/webgpu/buffers.ts';
import { WARMUP_JOB } from './protocol.ts';
import type { WorkerError } from './protocol.ts';

/** tfjs and Dawn say a dead device in these words, or in none. */
const DEVICE_GONE =
  /device\]? (is|was) lost|external instance reference no longer exists|mapAsync.*abort|^AbortError: (.*mapAsync.*)?$/i;

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

/** What makes it take less memory, by the labels of Setup, the most effective first. */
const LESS_MEMORY: Readonly<Record<MemoryUse, string>> = {
  policy: 'Choose a smaller preset in Setup.',
  rollouts: 'Lower “Group size G”, “Prompts per step” or “New tokens at most” in Setup and restart.',
  update: 'Lower “Rollouts per micro-batch” or “New tokens at most” in Setup and restart.',
};

function suggestionFor(where: string, error: unknown, message: string, hasRun: boolean): string {
  if (where === START) return 'Choose another preset or other questions in Setup.';
  if (where === WARMUP_JOB)
    return 'Lower the learning rate or the samples a step of the warm-up, and try again.';
  if (
    /\bnot finite\b|^NonFiniteError/.test(`${error instanceof Error ? error.name : ''} ${message}`.trim())
  ) {
    return 'Lower the learning rate or raise the KL coefficient in Setup and restart, or try the phase again.';
  }
  if (error instanceof GpuMemoryError) return LESS_MEMORY[error.use];
  if (/out of memory|allocation failed|createBuffer/i.test(message)) {
    return 'Lower “Prompts per step”, “Rollouts per micro-batch” or “New tokens at most” in Setup and restart.';
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

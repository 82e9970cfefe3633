/** What the reader is told when a run cannot be kept. */
import type { RunHeader, StorageFault } from '../runs/index.ts';
import type { RunInfo } from './runStore.ts';

/** Runs named as worth deleting. */
const NAMED = 3;

export function noticeOf(
  fault: StorageFault,
  message: string,
  live: Pick<RunHeader, 'name'>,
  runs: readonly RunInfo[],
): string {
  const goesOn = 'Training goes on.';
  switch (fault) {
    case 'full':
      return `Storage is full: the newest steps of “${live.name}” are not kept. ${deleteHint(runs)} The next save then brings it up to date. ${goesOn}`;
    case 'denied':
      return `${message} This visit is not kept: export “${live.name}” in Runs before you close the page. ${goesOn}`;
    case 'newer':
      return `${message} Until then “${live.name}” is not kept; export it in Runs first. ${goesOn}`;
    case 'taken':
      return `“${live.name}” is no longer saved from here: ${message} What you train on now is not kept; fork it in Runs to keep it. ${goesOn}`;
    case 'failed':
      return `The newest steps of “${live.name}” are not kept: ${message} The next save tries again. ${goesOn}`;
    default:
      return fault satisfies never;
  }
}

/** What to delete, the largest first. */
export function deleteHint(runs: readonly RunInfo[]): string {
  const largest = runs
    .filter(({ origin, bytes }) => origin === 'stored' && bytes > 0)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, NAMED)
    .map(({ name, bytes }) => `“${name}” (${megabytes(bytes)})`);
  return largest.length > 0
    ? `Delete runs in the Runs tab that you no longer need, such as ${largest.join(', ')}.`
    : 'Free some room on this device, or export the run in the Runs tab before you close the page.';
}

/** “1.4 MB”, “10.7 GB”. */
export function megabytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  const value = bytes / 1e6;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} MB`;
}

/** What the reader is told when a run cannot be kept. */
import type { RunHeader, StorageFault } from '../runs/index.ts';
import type { RunInfo } from './runStore.ts';

/** Runs named as worth deleting. */
const NAMED = 3;

export function noticeOf(
  fault: StorageFault,
  message: string,
  live: Pick<RunHeader, 'name' | 'id'>,
  runs: readonly RunInfo[],
): string {
  const goesOn = 'Training goes on.';
  switch (fault) {
    case 'full': {
      const largest = runs
        .filter(({ id, origin, bytes }) => origin === 'stored' && id !== live.id && bytes > 0)
        .sort((a, b) => b.bytes - a.bytes)
        .slice(0, NAMED)
        .map(({ name, bytes }) => `${name} (${megabytes(bytes)})`);
      const way =
        largest.length > 0
          ? `Delete runs you no longer need in Runs, such as ${largest.join(', ')}; the next save then brings “${live.name}” up to date.`
          : `Free some room on this device, or export “${live.name}” in Runs before you close the page.`;
      return `Storage is full: the newest steps of “${live.name}” are not kept. ${way} ${goesOn}`;
    }
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

/** “1.4 MB”. */
export function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} MB`;
}

/** Work whose result is kept until what goes into it changes. */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './packages.mjs';

/**
 * Time of the newest change under a path, in ms; a folder's own time shows removed files.
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), stats.mtimeMs);
}

/**
 * Does the work, unless its result is there and newer than everything that goes into it. `stamp` is a file that says
 * when it was done last; sources are paths in the repository.
 * @param {{ readonly stamp: string, readonly result: string, readonly sources: readonly string[] }} what
 * @param {() => Promise<unknown>} work
 */
export async function whenChanged({ stamp, result, sources }, work) {
  const started = Date.now();
  const done = existsSync(stamp) && existsSync(result) ? Number(readFileSync(stamp)) : 0;
  if (done > Math.max(...sources.map((source) => newest(join(root, source))))) return;
  await work();
  // The time the work began: what changed meanwhile may not be in it.
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, String(started));
}

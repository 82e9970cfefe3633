/**
 * `node scripts/site.mjs FOLDER`: builds the page into a folder of the repository, unless what is there is
 * newer than everything that goes into it.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cache, root } from './packages.mjs';

const sources = ['src', 'public', 'index.html', 'vite.config.ts', 'package-lock.json'];

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

const name = process.argv[2];
if (!name) throw new Error('usage: node scripts/site.mjs FOLDER');
const folder = resolve(root, name);
const stamp = join(cache, `built-${name.replace(/[^\w-]+/g, '_')}`);
const started = Date.now();
const built = existsSync(stamp) && existsSync(join(folder, 'index.html')) ? Number(readFileSync(stamp)) : 0;

if (built <= Math.max(...sources.map((source) => newest(join(root, source))))) {
  console.error('Building the page …');
  const { build } = await import('vite');
  await build({ root, logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
  // The time the build began: what changed meanwhile may not be in it.
  mkdirSync(cache, { recursive: true });
  writeFileSync(stamp, String(started));
}

/**
 * `node scripts/site.mjs FOLDER`: builds the page into a folder of the repository, unless what is there is
 * newer than everything that goes into it.
 */
import { join, resolve } from 'node:path';
import { whenChanged } from './changed.mjs';
import { cache, root } from './packages.mjs';

const sources = ['src', 'public', 'index.html', 'vite.config.ts', 'package-lock.json'];

const name = process.argv[2];
if (!name) throw new Error('usage: node scripts/site.mjs FOLDER');
const folder = resolve(root, name);
const stamp = join(cache, `built-${name.replace(/[^\w-]+/g, '_')}`);

await whenChanged({ stamp, result: join(folder, 'index.html'), sources }, async () => {
  console.error('Building the page …');
  const { build } = await import('vite');
  await build({ root, logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
});

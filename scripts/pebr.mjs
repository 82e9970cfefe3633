/**
 * `npm run pebr -- COMMAND …`: bundles src/cli/main.ts and runs it in this process.
 * stdout carries the command's own output only (npm adds a banner unless called as `npm run --silent`).
 * PEBR_ROOT tells the bundle, which lies in a cache folder, where the repository is.
 */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cache, ensurePackages, root } from './packages.mjs';
import { offerSoftwareVulkan } from './vulkan.mjs';

ensurePackages();

const bundle = join(cache, 'cli.mjs');
const fresh = join(cache, `cli.${process.pid}.mjs`);
// After the installation: this one imports a package.
const [{ build }, { forNode }] = await Promise.all([import('esbuild'), import('./bundle.mjs')]);
await build({
  ...forNode,
  entryPoints: ['src/cli/main.ts'],
  outfile: fresh,
  sourcemap: 'inline',
  sourcesContent: false,
});
// A rename is atomic: a second command that starts now reads a whole file.
renameSync(fresh, bundle);

offerSoftwareVulkan('VK_ADD_DRIVER_FILES');
process.env.PEBR_ROOT = root;
// npm moves to the repository's root; a path on the command line means the folder it was typed in.
if (process.env.npm_lifecycle_event === 'pebr' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
process.argv[1] = bundle;
process.setSourceMapsEnabled(true);
try {
  await import(pathToFileURL(bundle).href);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

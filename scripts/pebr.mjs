/**
 * `npm run pebr -- COMMAND …`: bundles src/cli/main.ts and runs it in this process. The thread that custom reward
 * terms run in is bundled beside it.
 * stdout carries the command's own output only (npm adds a banner unless called as `npm run --silent`).
 */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cache, ensurePackages, root } from './packages.mjs';
import { offerSoftwareVulkan } from './vulkan.mjs';

ensurePackages();

const bundle = join(cache, 'cli.mjs');
const thread = join(cache, 'sandbox.mjs');
const fresh = (/** @type {string} */ path) => path.replace(/mjs$/, `${process.pid}.mjs`);
// After the installation: this one imports a package.
const [{ build }, { forNode }] = await Promise.all([import('esbuild'), import('./bundle.mjs')]);
try {
  await build({
    ...forNode,
    entryPoints: ['src/cli/main.ts'],
    outfile: fresh(bundle),
    sourcemap: 'inline',
    sourcesContent: false,
  });
  await build({
    ...forNode,
    entryPoints: ['src/engine/rewards/custom/thread.node.ts'],
    outfile: fresh(thread),
  });
} catch {
  // esbuild has said what is wrong.
  process.exit(1);
}
// A rename is atomic: a second command that starts now reads a whole file.
for (const path of [bundle, thread]) renameSync(fresh(path), path);

offerSoftwareVulkan('VK_ADD_DRIVER_FILES');
// Run by npm or not, the command finds the repository in the working directory and, in INIT_CWD, the folder
// it was typed in, which paths on its command line are relative to.
const { npm_lifecycle_event: event, INIT_CWD: typedIn } = process.env;
process.env.INIT_CWD = event === 'pebr' && typedIn ? typedIn : process.cwd();
process.chdir(root);
process.argv[1] = bundle;
process.setSourceMapsEnabled(true);
try {
  await import(pathToFileURL(bundle).href);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}

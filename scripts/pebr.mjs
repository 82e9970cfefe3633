/**
 * `npm run pebr -- COMMAND …`: bundles src/cli/main.ts and runs it in this process. The thread that custom reward
 * terms run in is bundled beside it.
 * stdout carries the command's own output only (npm adds a banner unless called as `npm run --silent`).
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleOnce } from './bundle.mjs';
import { cache, ensurePackages, root } from './packages.mjs';
import { offerSoftwareVulkan } from './vulkan.mjs';

ensurePackages();

const bundle = join(cache, 'cli.mjs');
const thread = join(cache, 'sandbox.mjs');
try {
  await bundleOnce('src/cli/main.ts', bundle, { sourcemap: 'inline', sourcesContent: false });
  await bundleOnce('src/engine/rewards/custom/thread.node.ts', thread);
} catch (error) {
  // What is wrong with the sources esbuild has said.
  if (!(error instanceof Error && 'errors' in error)) console.error(error);
  process.exit(1);
}

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

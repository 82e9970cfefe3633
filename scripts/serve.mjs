/** Builds the page where it is not up to date and serves it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './packages.mjs';
import { freePort } from './ports.mjs';

/**
 * Serves `folder` on the wanted port or the next free one; gives the port and how to stop. Ends the process when the
 * page does not build. Packages must be installed.
 * @param {{ readonly folder: string, readonly host: string, readonly port: number }} where
 */
export async function serveSite({ folder, host, port: wanted }) {
  // In a process of its own, so that the server does not keep the bundler's memory.
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'site.mjs'), folder], {
    stdio: ['ignore', 2, 2],
  });
  if (built.status !== 0) process.exit(1);
  const { preview } = await import('vite');
  const port = await freePort(host, wanted);
  const server = await preview({
    root,
    logLevel: 'warn',
    build: { outDir: folder },
    preview: { host, port, strictPort: true, open: false },
  });
  return { port, close: () => server.close() };
}

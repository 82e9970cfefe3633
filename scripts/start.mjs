/**
 * `npm start`: from a fresh clone to the playground in a browser. Options: --port N, --host NAME.
 * The built page is served rather than the development server's: it opens without on-the-fly compiling,
 * and trains at full speed.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ensurePackages } from './packages.mjs';
import { serveSite } from './serve.mjs';

const usage = 'usage: npm start -- [--port N] [--host ADDRESS]';

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '4173' },
        host: { type: 'string', default: '127.0.0.1' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new Error(`--port must be a whole number from 1 to 65535, got "${values.port}"`);
    }
    return { ...values, port };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

/** Opens the page where there is a browser to open it and nobody asked not to. @param {string} url */
function openBrowser(url) {
  const { BROWSER, CI, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI === 'true' || CI === '1' || BROWSER === 'none') return;
  /** @type {[string, string[]]} */
  let command = ['xdg-open', [url]];
  if (BROWSER) command = [BROWSER, [url]];
  else if (process.platform === 'darwin') command = ['open', [url]];
  else if (process.platform === 'win32') command = ['cmd', ['/c', 'start', '', url]];
  else if (!DISPLAY && !WAYLAND_DISPLAY) return;
  const child = spawn(command[0], command[1], { stdio: 'ignore', detached: true });
  // The address is printed in any case.
  child.on('error', () => undefined);
  child.unref();
}

const options = readOptions();
if (options.help) {
  console.log(usage);
  process.exit(0);
}
ensurePackages();

const server = await serveSite({ folder: 'dist', host: options.host, port: options.port });
const { port } = server;
const shown = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(options.host) ? 'localhost' : options.host;
const url = `http://${shown}:${port}/`;
if (port !== options.port) console.log(`Port ${options.port} is in use.`);
console.log(`\n  PeBR playground: ${url}\n\n  Ctrl+C ends it.`);
openBrowser(url);

let closing = false;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    if (closing) process.exit(0);
    closing = true;
    void server.close().finally(() => process.exit(0));
  });
}

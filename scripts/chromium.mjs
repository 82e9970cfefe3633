/**
 * The Chromium that tests run in: where it is, how to get one, and the flags it is started with.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './packages.mjs';

/** Nothing a test starts may talk to the network on its own. */
const quietFlags = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

const isRoot = process.getuid?.() === 0;

/** Flags for every test browser. Chromium refuses its sandbox to root. */
export const chromiumFlags = isRoot ? ['--no-sandbox', ...quietFlags] : quietFlags;

/** Flags that give a page and its workers a WebGPU adapter without a GPU. Without them there is none. */
export const softwareWebGpuFlags = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** Files of a name on $PATH. @param {string} name */
function onPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).filter((file) => existsSync(file));
}

/** Chromium builds that Playwright has downloaded, newest first. */
function playwrightBuilds() {
  const base = {
    darwin: join(homedir(), 'Library', 'Caches'),
    win32: process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'),
  };
  const system = /** @type {keyof typeof base} */ (platform());
  const folder =
    process.env.PLAYWRIGHT_BROWSERS_PATH ??
    join(base[system] ?? process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ms-playwright');
  if (!existsSync(folder)) return [];
  const inner = [
    'chrome-linux64/chrome',
    'chrome-linux/chrome',
    'chrome-win64/chrome.exe',
    'chrome-win/chrome.exe',
    ...['chrome-mac', 'chrome-mac-arm64', 'chrome-mac-x64'].flatMap((mac) => [
      `${mac}/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing`,
      `${mac}/Chromium.app/Contents/MacOS/Chromium`,
    ]),
  ];
  return readdirSync(folder)
    .filter((name) => /^chromium-\d+$/.test(name))
    .sort((a, b) => Number(b.split('-')[1]) - Number(a.split('-')[1]))
    .flatMap((name) => inner.map((file) => join(folder, name, file)));
}

function installedBuilds() {
  switch (platform()) {
    case 'darwin':
      return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) => [
        join(folder, 'Chromium.app/Contents/MacOS/Chromium'),
        join(folder, 'Google Chrome.app/Contents/MacOS/Google Chrome'),
      ]);
    case 'win32':
      return [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
        .filter((folder) => folder !== undefined)
        .flatMap((folder) => [
          join(folder, 'Chromium/Application/chrome.exe'),
          join(folder, 'Google/Chrome/Application/chrome.exe'),
        ]);
    default:
      return [
        ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].flatMap(onPath),
        '/usr/bin/chromium',
        '/usr/lib/chromium/chromium',
        '/opt/google/chrome/chrome',
      ];
  }
}

/**
 * Does the file start? A missing library or Ubuntu's stub that asks for a snap shows here.
 * Windows' Chrome opens a window when asked for its version, so there existence must do.
 * @param {string} file
 */
function runs(file) {
  if (platform() === 'win32') return true;
  const { status, stdout } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return status === 0 && /Chrom/.test(stdout);
}

/** Files that may be a Chromium, the likeliest first. $CHROMIUM_PATH goes alone. */
export function chromiumCandidates() {
  const forced = process.env.CHROMIUM_PATH;
  return (forced ? [forced] : [...installedBuilds(), ...playwrightBuilds()]).filter((file) =>
    existsSync(file),
  );
}

/** @type {string | null} */
let found = null;

/** Path of a Chromium that is already here and starts, or null. */
export function findChromium() {
  found ??= chromiumCandidates().find(runs) ?? null;
  const forced = process.env.CHROMIUM_PATH;
  if (!found && forced) throw new Error(`CHROMIUM_PATH is ${forced}, which does not start as a Chromium`);
  return found;
}

/**
 * @param {string} command @param {string[]} args @param {number} minutes
 * @param {Record<string, string>} [env]
 */
function attempt(command, args, minutes, env) {
  console.error(`$ ${[command, ...args].join(' ')}`);
  const options = { cwd: root, timeout: minutes * 60_000, env: { ...process.env, ...env } };
  return spawnSync(command, args, { ...options, stdio: ['ignore', 2, 2] }).status === 0;
}

/**
 * Path of a Chromium that starts, fetched when there is none: Playwright's build, else Debian's package
 * where this process may install it. Throws with what to do where neither works. Needs installed packages.
 */
export function ensureChromium() {
  const here = findChromium();
  if (here) return here;
  console.error('No Chromium found; fetching one …');
  const playwright = join(root, 'node_modules', 'playwright', 'cli.js');
  // A closed network must fail here in seconds, so that the next way gets its turn.
  const patience = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' };
  attempt(process.execPath, [playwright, 'install', '--no-shell', 'chromium'], 4, patience);
  if (!findChromium() && isRoot && onPath('apt-get').length > 0) {
    const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
    if (attempt('apt-get', ['update'], 3, quiet)) {
      attempt(
        'apt-get',
        ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'],
        6,
        quiet,
      );
    }
  }
  const path = findChromium();
  if (path) return path;
  throw new Error('No Chromium: install one (or Chrome), or name its file in CHROMIUM_PATH, and try again.');
}

/**
 * The installed packages, seen from plain Node: this file and the scripts that call it must run in a fresh
 * clone, before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, with no slash at its end. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Where scripts keep what can be made again; goes away with node_modules. */
export const cache = join(root, 'node_modules', '.cache', 'pebr');

const oldestNode = [20, 19];

/** Ends the process with a readable message where Node is too old to run the tools. */
function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  console.error(
    `PeBR playground needs Node ${oldestNode.join('.')} or newer; this is Node ${process.versions.node}.\n` +
      'Install a current one from https://nodejs.org and try again.',
  );
  process.exit(1);
}

/** @param {string} path @returns {Record<string, any> | null} */
function lockedPackages(path) {
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return null;
  }
}

/** @param {string[] | undefined} allowed @param {string} value */
function allows(allowed, value) {
  if (!allowed) return true;
  if (allowed.includes(`!${value}`)) return false;
  return allowed.includes(value) || allowed.every((entry) => entry.startsWith('!'));
}

/**
 * Why packages must be installed, or null when node_modules holds what package-lock.json asks for.
 * npm writes its own list, node_modules/.package-lock.json, as the last act of an installation, so an
 * interrupted one is noticed too.
 */
export function missingPackages() {
  const wanted = lockedPackages(join(root, 'package-lock.json'));
  if (!wanted) return 'package-lock.json cannot be read';
  const installed = lockedPackages(join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return 'packages are not installed';
  for (const [path, { version, optional, os, cpu }] of Object.entries(wanted)) {
    if (path === '' || installed[path]?.version === version) continue;
    if (optional && !(os && cpu && allows(os, process.platform) && allows(cpu, process.arch))) continue;
    // Two builds per C library exist on Linux; npm takes the one that fits.
    if (optional && process.platform === 'linux' && !fitsLibc(path)) continue;
    return `${path.replace(/^.*node_modules\//, '')} is not at version ${version}`;
  }
  return null;
}

/** @param {string} path */
function fitsLibc(path) {
  /** @type {any} */
  const report = process.report.getReport();
  const musl = !report.header.glibcVersionRuntime;
  if (/musl/.test(path)) return musl;
  return /gnu/.test(path) ? !musl : true;
}

/**
 * Checks Node's version and installs packages when they are missing or package-lock.json has changed.
 * Everything it says goes to stderr. Ends the process where npm fails.
 */
export function ensurePackages() {
  requireNode();
  const reason = missingPackages();
  if (reason) {
    console.error(`Installing packages (${reason}) …`);
    const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
    const npm = process.env.npm_execpath;
    const options = { cwd: root, stdio: /** @type {const} */ (['ignore', 2, 2]) };
    // npm's own script where npm started us; a shell finds npm.cmd on Windows otherwise.
    const { status } =
      npm && /npm-cli\.[cm]?js$/.test(npm)
        ? spawnSync(process.execPath, [npm, ...args], { ...options, stdio: [...options.stdio] })
        : spawnSync(`npm ${args.join(' ')}`, { ...options, stdio: [...options.stdio], shell: true });
    if (status !== 0) {
      console.error('npm ci failed; the lines above say why. Check the network and try again.');
      process.exit(1);
    }
  }
  mkdirSync(cache, { recursive: true });
}

/**
 * Bundling for Node. tfjs's ESM files cannot be loaded by Node itself (imports without extensions), and its
 * CommonJS files must not be: backends and gradients would register in a second copy of tfjs-core.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { whenChanged } from './changed.mjs';
import { cache, root } from './packages.mjs';

/** @satisfies {import('esbuild').BuildOptions} */
export const forNode = /** @type {const} */ ({
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  mainFields: ['module', 'main'],
  conditions: ['import', 'module'],
  outExtension: { '.js': '.mjs' },
  // Native code stays where it was installed.
  external: ['webgpu'],
  // Emscripten's glue inside tfjs still reads CommonJS's globals.
  banner: {
    js: [
      "import { createRequire as bundleRequire } from 'node:module';",
      "import { dirname as bundleDirname } from 'node:path';",
      "import { fileURLToPath as bundlePath } from 'node:url';",
      'const require = bundleRequire(import.meta.url);',
      'const __filename = bundlePath(import.meta.url);',
      'const __dirname = bundleDirname(__filename);',
    ].join('\n'),
  },
  logLevel: 'error',
});

/** What any bundle is made of: the packages by their lock, the options by these scripts. */
const sources = ['src', 'scripts', 'package-lock.json'];

/**
 * Bundles an entry point for Node, unless nothing has changed since. A command that starts meanwhile reads a whole
 * file. Rejects when it cannot; what is wrong with the sources, esbuild has said.
 * @param {string} entry @param {string} outfile @param {import('esbuild').BuildOptions} [options]
 */
export async function bundleOnce(entry, outfile, options = {}) {
  await whenChanged({ stamp: `${outfile}.built`, result: outfile, sources }, async () => {
    const fresh = `${outfile.replace(/mjs$/, '')}${process.pid}.mjs`;
    const { build } = await import('esbuild');
    await build({ ...forNode, entryPoints: [entry], ...options, outfile: fresh });
    renameSync(fresh, outfile);
  });
}

/** Every `@tensorflow/…` module that the sources name. */
function tensorModules() {
  const files = ['src', 'bench'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  );
  const code = files.filter((file) => /\.tsx?$/.test(file)).map((file) => readFileSync(join(root, file)));
  const names = code.flatMap(
    (text) => String(text).match(/(?<=['"])@tensorflow\/tfjs(-[\w./-]+)?(?=['"])/g) ?? [],
  );
  return [...new Set(names)].filter((name) => !/\.(wasm|json)$/.test(name)).sort();
}

/**
 * Bundles tfjs for tests, its packages around one copy of their core, and says by which file each of its
 * modules is to be replaced. Loading these takes a test file 0.3 s, loading tfjs's thousand files 4 s.
 * @returns {Promise<{ find: RegExp, replacement: string }[]>} Vite aliases
 */
export async function bundleTensors() {
  const modules = tensorModules();
  const lock = readFileSync(join(root, 'package-lock.json'));
  const key = createHash('sha256').update(modules.join()).update(lock).update(JSON.stringify(forNode));
  const folder = join(cache, `tensors-${key.digest('hex').slice(0, 12)}`);
  const fileOf = (/** @type {string} */ name) => name.replace(/\W+/g, '_');
  if (!existsSync(folder)) {
    const fresh = `${folder}.${process.pid}`;
    const entryPoints = modules.map((name) => ({ in: name, out: fileOf(name) }));
    const { build } = await import('esbuild');
    await build({ ...forNode, entryPoints, outdir: fresh, splitting: true });
    mkdirSync(cache, { recursive: true });
    try {
      renameSync(fresh, folder);
    } catch (error) {
      rmSync(fresh, { recursive: true });
      // Another run may have made the same folder in the meantime.
      if (!existsSync(folder)) throw error;
    }
  }
  return modules.map((name) => ({
    find: new RegExp(`^${name.replace(/[./]/g, '\\$&')}$`),
    replacement: join(folder, `${fileOf(name)}.mjs`),
  }));
}

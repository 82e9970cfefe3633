/**
 * `npm run bench`: ours beside plain tfjs and jax-js, timed in Chromium and counted on Dawn's null backend. Tables go
 * to the terminal and, in the full form or with --out, to a report; progress to stderr. Exit code 0: done, 1: a
 * contender does not compute what ours does or a part failed, 2: wrong usage.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { cache, ensurePackages, root } from './packages.mjs';

const usage = `usage: npm run bench -- [--quick] [--json] [--out FILE]

  --quick     times preset nano and counts tiny, at most 2 minutes; writes no report unless --out says where
  --json      print the results as JSON instead of tables
  --out FILE  where the report goes; without --quick: docs/performance.md
  --help      this text`;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.out === '') throw new Error('--out needs the name of a file');
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const options = readOptions();
if (options.help) {
  console.log(usage);
  process.exit(0);
}
ensurePackages();

const GPU_CONTENDERS = ['ours', 'plain tfjs', 'jax-js', 'ours, fused ops off'];
/** Timed presets, those with targets first, and the part of the time left that each may take. */
const presets = options.quick ? { nano: 1 } : { tiny: 0.75, nano: 1 };
/** When timing must be over, counting and building before it included. */
const deadline = Date.now() + (options.quick ? 1.8 : 14) * 60_000;
const scenarios = options.quick
  ? ['tiny']
  : ['nano', 'tiny', 'small', 'tiny, batch × 2', 'tiny, length × 2', 'tiny, width × 2', 'tiny, depth × 2'];

/** Version of an installed package. @param {string} name */
const versionOf = (name) =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;

/** @param {string} chromium */
function describeMachine(chromium, load = loadavg()[0]) {
  return {
    Chromium: chromium,
    Node: process.version,
    'TensorFlow.js': versionOf('@tensorflow/tfjs'),
    'jax-js': versionOf('@jax-js/jax'),
    machine: `${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${platform()} ${release()}`,
    'load before the run': `${load.toFixed(1)} (time it on an idle machine)`,
  };
}

/** Tables and reports are TypeScript. */
async function loadReport() {
  const [{ build }, { forNode }] = await Promise.all([import('esbuild'), import('./bundle.mjs')]);
  const outfile = join(cache, 'bench-report.mjs');
  await build({ ...forNode, entryPoints: ['bench/report.ts'], outfile });
  /** @type {Promise<typeof import('../bench/report.ts')>} */
  const module = import(pathToFileURL(outfile).href);
  return module;
}

const say = (/** @type {string} */ line) => console.error(line);

async function main() {
  const load = loadavg()[0];
  const { markdownReport, terminalReport } = await loadReport();
  const { runCounted } = await import('./benchCounted.mjs');
  const { runTimed } = await import('./benchTimed.mjs');
  const counted = await runCounted(GPU_CONTENDERS, scenarios, say);
  const timed = await runTimed(
    Object.entries(presets).map(([preset, share]) => ({
      preset,
      tasks: preset === 'nano' ? 'scenes-nano' : 'scenes',
      // A software adapter gets shorter responses, so that there is time for more rounds.
      newTokens: preset === 'nano' ? { hardware: 48, software: 24 } : { hardware: 112, software: 20 },
      rounds: 5,
      share,
    })),
    deadline,
    say,
  );
  /** @type {import('../bench/results.ts').BenchResults} */
  const results = {
    date: new Date().toISOString().slice(0, 10),
    form: options.quick ? 'quick' : 'full',
    adapter: timed.adapter,
    machine: { ...describeMachine(timed.chromium, load), 'timed batch': timed.batch },
    timings: timed.timings,
    profiles: timed.profiles,
    counted,
    notes: timed.notes,
  };
  process.stdout.write(options.json ? `${JSON.stringify(results)}\n` : terminalReport(results));
  const typedIn = process.env.INIT_CWD ?? process.cwd();
  const out = options.out ? resolve(typedIn, options.out) : join(root, 'docs', 'performance.md');
  if (options.quick && !options.out) return;
  // Nothing is left half-written.
  writeFileSync(`${out}.part`, markdownReport(results));
  renameSync(`${out}.part`, out);
  say(`Report: ${out}`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

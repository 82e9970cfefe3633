/**
 * `npm test`: every check, from a fresh clone on. `npm test -- types lint unit browser` runs some of them.
 * All stages run even when an earlier one fails; the last line is "N passed, N failed" over all of them.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache, ensurePackages, root } from './packages.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Count
 * A check that runs `together` with others of its kind has no use for more than one core.
 * @typedef {{ command: string[], minutes: number, together?: true, report?: string, count?: (report: any) => Count }} Check
 * @typedef {{ name: string, status: number | null, count: Count, seconds: number }} Outcome
 */

const bin = (/** @type {string} */ path) => join(root, 'node_modules', path);
const unitReport = join(cache, 'unit.json');
const browserReport = join(cache, 'browser.json');

/** @type {Record<string, Record<string, Check>>} */
const stages = {
  types: {
    types: { command: [bin('typescript/bin/tsc'), '--noEmit', '-p', '.'], minutes: 5, together: true },
  },
  lint: {
    lint: { command: [bin('eslint/bin/eslint.js'), '--max-warnings=0', '.'], minutes: 6, together: true },
    format: { command: [bin('prettier/bin/prettier.cjs'), '--check', '.'], minutes: 5, together: true },
    unused: { command: [bin('knip/bin/knip.js')], minutes: 5, together: true },
  },
  unit: {
    unit: {
      command: [bin('vitest/vitest.mjs'), 'run', '--reporter=default', '--reporter=json'],
      minutes: 9,
      report: unitReport,
      count: countUnit,
    },
  },
  browser: {
    build: { command: [join(root, 'scripts', 'site.mjs'), 'node_modules/.cache/pebr/site'], minutes: 4 },
    browser: {
      command: [bin('@playwright/test/cli.js'), 'test'],
      minutes: 9,
      report: browserReport,
      count: countBrowser,
    },
  },
};

/**
 * A test file that cannot be loaded has no tests to count, so it counts as one itself.
 * @param {import('vitest/node').JsonTestResults} report
 */
function countUnit({ testResults, ...report }) {
  const broken = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * A test that passed only when repeated has failed.
 * @param {import('@playwright/test/reporter').JSONReport} report
 */
function countBrowser({ stats, errors }) {
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  };
}

const heading = (/** @type {string} */ name) => `\n── ${name} ${'─'.repeat(60 - name.length)}`;

/**
 * Prints as the check goes; of one that runs together with others, at its end.
 * @param {string} name @param {Check} check @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number | null>} exit status, null when stopped
 */
function run(name, check, env) {
  return new Promise((resolve) => {
    /** @type {Buffer[]} */
    const held = [];
    if (!check.together) console.log(heading(name));
    const output = check.together ? 'pipe' : 'inherit';
    const child = spawn(process.execPath, check.command, {
      cwd: root,
      stdio: ['ignore', output, output],
      env,
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => held.push(chunk));
    const timer = setTimeout(() => {
      console.error(`Stopped: it took more than ${check.minutes} minutes.`);
      child.kill('SIGKILL');
    }, check.minutes * 60_000);
    child.on('close', (status) => {
      clearTimeout(timer);
      if (check.together) console.log(`${heading(name)}\n${Buffer.concat(held).toString()}`);
      resolve(status);
    });
  });
}

/**
 * What a check counts as: its report's tests, or itself. A failure that no test accounts for, and a report
 * without a single test, each make one failed check.
 * @param {Check} check @param {number | null} status
 * @returns {Count}
 */
function countOf(check, status) {
  if (!check.report || !check.count) {
    return status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
  }
  if (!existsSync(check.report)) return { passed: 0, failed: 1, skipped: 0 };
  const count = check.count(JSON.parse(readFileSync(check.report, 'utf8')));
  const unexplained = count.failed === 0 && (status !== 0 || count.passed === 0);
  return unexplained ? { ...count, failed: 1 } : count;
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in stages));
if (unknown.length > 0) {
  console.error(`unknown part "${unknown[0]}"; npm test -- [${Object.keys(stages).join('|')}] …`);
  process.exit(2);
}
ensurePackages();

/** @type {NodeJS.ProcessEnv} */
const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: browserReport };
const names =
  chosen.length > 0 ? Object.keys(stages).filter((name) => chosen.includes(name)) : Object.keys(stages);
if (names.includes('unit') || names.includes('browser')) {
  try {
    const { ensureChromium } = await import('./chromium.mjs');
    env.CHROMIUM_PATH = ensureChromium();
  } catch (error) {
    // The tests that need it fail and say so; the others still run.
    console.error(error instanceof Error ? error.message : error);
  }
}

/** @param {[string, Check]} named @returns {Promise<Outcome>} */
async function outcomeOf([name, check]) {
  if (check.report) rmSync(check.report, { force: true });
  const start = performance.now();
  const status = await run(name, check, env);
  return { name, status, count: countOf(check, status), seconds: (performance.now() - start) / 1000 };
}

const checks = names.flatMap((stage) => Object.entries(stages[stage]));
const outcomes = await Promise.all(checks.filter(([, { together }]) => together).map(outcomeOf));
for (const check of checks.filter(([, { together }]) => !together)) outcomes.push(await outcomeOf(check));

console.log(`\n── summary ${'─'.repeat(53)}`);
const total = { passed: 0, failed: 0 };
for (const { name, count, seconds } of outcomes) {
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
  const verdict = count.failed > 0 ? 'FAILED' : 'ok';
  console.log(
    `${name.padEnd(8)} ${verdict.padEnd(6)} ${seconds.toFixed(0).padStart(4)} s  ` +
      `${count.passed} passed, ${count.failed} failed${skipped}`,
  );
  total.passed += count.passed;
  total.failed += count.failed;
}
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
console.log(`\n${total.passed} passed, ${total.failed} failed`);

import { defineConfig } from '@playwright/test';
import { chromiumFlags, findChromium, softwareWebGpuFlags } from './scripts/chromium.mjs';
import { freePort } from './scripts/ports.mjs';

// Playwright reads this file once a worker: the first reading chooses, the others inherit.
process.env.PEBR_E2E_PORT ??= String(await freePort('127.0.0.1', 4319));
const port = process.env.PEBR_E2E_PORT;
const executablePath = findChromium() ?? undefined;

const BUDGET = 'budget.spec.ts';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  workers: 2,
  retries: 0,
  forbidOnly: process.env.CI === 'true',
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json', { outputFile: 'node_modules/.cache/pebr/browser.json' }]],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
  },
  projects: [
    {
      name: 'webgpu',
      testIgnore: BUDGET,
      use: { launchOptions: { executablePath, args: [...chromiumFlags, ...softwareWebGpuFlags] } },
    },
    { name: 'wasm', testIgnore: BUDGET, use: { launchOptions: { executablePath, args: chromiumFlags } } },
    // What takes the page's own time runs alone. `--no-deps` runs it without the others.
    {
      name: 'budget',
      testMatch: BUDGET,
      dependencies: ['webgpu', 'wasm'],
      use: { launchOptions: { executablePath, args: chromiumFlags } },
    },
  ],
  webServer: {
    // `npm test` has built the site; run alone, Playwright builds it first.
    command:
      'node scripts/site.mjs node_modules/.cache/pebr/site && ' +
      `node node_modules/vite/bin/vite.js preview --outDir node_modules/.cache/pebr/site --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
    timeout: 120_000,
  },
});

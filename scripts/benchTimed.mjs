/** The timed part: builds the page, opens it in Chromium and lets it measure. */
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { build, preview } from 'vite';
import { chromiumFlags, ensureChromium, softwareWebGpuFlags } from './chromium.mjs';
import { cache, root } from './packages.mjs';
import { freePort } from './ports.mjs';

/**
 * A request before the adapter is known, and its share of the time left.
 * @typedef {Omit<import('../bench/page/main.ts').TimedRequest, 'sizes' | 'milliseconds'> & { newTokens: { hardware: number, software: number }, share: number }} Wanted
 */
/** @typedef {import('../bench/results.ts').TimedPart} TimedPart */

/** Timestamps of the device as they are, not rounded to 100 µs. */
const exactTimestamps = '--enable-webgpu-developer-features';

/** Flags under which a hardware adapter is found, also headless. */
const hardwareFlags = [
  '--enable-unsafe-webgpu',
  '--ignore-gpu-blocklist',
  ...(process.platform === 'linux' ? ['--enable-features=Vulkan', '--use-angle=vulkan'] : []),
];

async function servePage() {
  const outDir = join(cache, 'bench-page');
  await build({
    root: join(root, 'bench', 'page'),
    configFile: false,
    publicDir: join(root, 'public'),
    base: './',
    logLevel: 'warn',
    worker: { format: 'es' },
    resolve: { dedupe: ['@tensorflow/tfjs-core'] },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      chunkSizeWarningLimit: 5000,
      // Class names are what pipelines are labelled with.
      minify: false,
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  });
  const port = await freePort('127.0.0.1', 4319);
  const server = await preview({
    root,
    configFile: false,
    logLevel: 'warn',
    build: { outDir },
    preview: { host: '127.0.0.1', port, strictPort: true },
  });
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/** A page with a hardware adapter where there is one, else with Chromium's software adapter. @param {string} url */
async function openPage(url) {
  for (const flags of [hardwareFlags, softwareWebGpuFlags]) {
    const browser = await chromium.launch({
      executablePath: ensureChromium(),
      args: [...chromiumFlags, exactTimestamps, ...flags],
    });
    const page = await browser.newPage();
    await page.goto(url);
    /** @type {import('../src/engine/compute/gpu.ts').AdapterDescription | null} */
    const adapter = await page.evaluate('findAdapter()');
    if ((adapter && !adapter.isSoftware) || flags === softwareWebGpuFlags) return { browser, page, adapter };
    await browser.close();
  }
  throw new Error('bench: no page');
}

/** Rollouts are 4 groups of 8: tiny's micro-batch. */
const ROWS = { groups: 4, groupSize: 8 };

/**
 * @param {readonly Wanted[]} wanted
 * @param {number} deadline as Date.now has it
 * @param {(line: string) => void} say
 */
export async function runTimed(wanted, deadline, say) {
  const site = await servePage();
  try {
    const { browser, page, adapter } = await openPage(site.url);
    try {
      await page.exposeFunction('say', say);
      const requests = wanted.map(({ newTokens, ...request }) => {
        const maxNewTokens = adapter && !adapter.isSoftware ? newTokens.hardware : newTokens.software;
        return { ...request, sizes: { ...ROWS, maxNewTokens } };
      });
      /** @type {TimedPart[]} */
      const parts = [];
      for (const { share, ...request } of requests) {
        const milliseconds = (deadline - Date.now()) * share;
        parts.push(await page.evaluate(`measure(${JSON.stringify({ ...request, milliseconds })}, say)`));
      }
      return {
        adapter,
        chromium: browser.version(),
        batch: requests
          .map(
            ({ preset, sizes }) =>
              `${preset} ${sizes.groups} × ${sizes.groupSize}, at most ${sizes.maxNewTokens} new tokens`,
          )
          .join('; '),
        timings: parts.flatMap(({ timings }) => timings),
        profiles: parts.flatMap(({ profiles }) => profiles),
        notes: parts.flatMap(({ notes }) => notes),
      };
    } finally {
      await browser.close();
    }
  } finally {
    await site.close();
  }
}

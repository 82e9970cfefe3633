/** draft */
import { join } from 'node:path';
import { chromiumFlags, ensureChromium, softwareWebGpuFlags } from '../scripts/chromium.mjs';
import { cache, root } from '../scripts/packages.mjs';
import { freePort } from '../scripts/ports.mjs';
const { build, preview } = await import('vite');
const { chromium } = await import('@playwright/test');
const outDir = join(cache, 'bench-' + process.pid);
await build({ root: join(root, 'bench/page'), configFile: false, publicDir: join(root, 'public'), base: './', logLevel: 'warn', worker: { format: 'es' }, resolve: { dedupe: ['@tensorflow/tfjs-core'] }, build: { outDir, emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 5000 } });
const port = await freePort('127.0.0.1', 4465);
const server = await preview({ root, configFile: false, logLevel: 'warn', build: { outDir }, preview: { host: '127.0.0.1', port, strictPort: true } });
const browser = await chromium.launch({ executablePath: ensureChromium(), args: [...chromiumFlags, ...softwareWebGpuFlags] });
try {
  const page = await browser.newPage();
  page.on('console', (m) => console.error('page:', m.text()));
  await page.exposeFunction('say', (l) => console.error(l));
  await page.goto(`http://127.0.0.1:${port}/`);
  const preset = process.argv[2] ?? 'nano';
  const result = await page.evaluate((r) => globalThis.measure(r, globalThis.say), { preset, tasks: preset === 'nano' ? 'scenes-nano' : 'scenes', sizes: { groups: 4, groupSize: 8, maxNewTokens: preset === 'nano' ? 48 : 64 }, contenders: (process.argv[3] ?? 'ours|ours, fused ops off|ours on wasm|plain tfjs|jax-js').split('|'), rounds: 2 });
  console.log(JSON.stringify(result));
} finally { await browser.close(); await server.close(); }

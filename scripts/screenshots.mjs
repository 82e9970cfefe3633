/**
 * `npm run screenshots`: every panel in light and dark, 1440 and 900 px wide, into docs/screenshots. `--only NAME`
 * takes one panel. Panels of a run show the recorded one; the others a nano run of a few steps on wasm.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromiumFlags, ensureChromium, findChromium } from './chromium.mjs';
import { cache, ensurePackages, root } from './packages.mjs';
import { serveSite } from './serve.mjs';

/** Tab → what it is opened on. */
const PANELS = /** @type {const} */ ({
  Rollouts: 'recorded',
  Objective: 'recorded',
  Stages: 'recorded',
  Data: 'live',
  Runs: 'live',
  Evaluation: 'live',
  'Reward hacks': 'live',
  'Custom reward': 'live',
  System: 'live',
  Help: 'live',
});
const THEMES = /** @type {const} */ (['light', 'dark']);
const WIDTHS = [1440, 900];
const STEPS = 3;

const { values } = parseArgs({ options: { only: { type: 'string' } } });
if (values.only !== undefined && !(values.only in PANELS)) {
  console.error(`--only is one of ${Object.keys(PANELS).join(', ')}; got "${values.only}".`);
  process.exit(2);
}

ensurePackages();
ensureChromium();
const { chromium } = await import('@playwright/test');
const server = await serveSite({ folder: join(cache, 'site'), host: '127.0.0.1', port: 4319 });
const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: chromiumFlags });
const out = join(root, 'docs', 'screenshots');
mkdirSync(out, { recursive: true });
try {
  for (const colorScheme of THEMES) {
    for (const width of WIDTHS) await takeAll(colorScheme, width);
  }
} finally {
  await browser.close();
  await server.close();
}

/**
 * Each width starts from a page that has stored nothing.
 * @param {typeof THEMES[number]} colorScheme @param {number} width
 */
async function takeAll(colorScheme, width) {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    colorScheme,
    reducedMotion: 'reduce',
  });
  await page.goto(`http://127.0.0.1:${server.port}/?preset=nano&backend=wasm&seed=1`);
  const status = page.getByTestId('status');
  await status.filter({ hasText: 'ready' }).waitFor();
  await page.getByRole('region', { name: 'Charts' }).or(page.getByText('reward').first()).first().waitFor();
  let isLive = false;
  for (const [panel, on] of Object.entries(PANELS)) {
    if (values.only !== undefined && values.only !== panel) continue;
    if (on === 'live' && !isLive) {
      for (let step = 0; step < STEPS; step++) {
        await page.keyboard.press('.');
        await status.filter({ hasText: /training|working/ }).waitFor();
        await status.filter({ hasText: /^paused/ }).waitFor({ timeout: 120_000 });
      }
      isLive = true;
    }
    await page.getByRole('tab', { name: panel, exact: true }).click();
    // Lazy panels, pictures and charts come a moment later.
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(800);
    const name = `${panel.toLowerCase().replace(' ', '-')}-${colorScheme}-${width}.png`;
    await page.screenshot({ path: join(out, name) });
    console.log(`docs/screenshots/${name}`);
  }
  await page.close();
}

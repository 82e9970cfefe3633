/** Every panel under axe, in both themes and at two widths; then zoomed to 200 %, and with longer words. */
import { createRequire } from 'node:module';
import { expect, test, type Page } from '@playwright/test';
import type { AxeResults, RunOptions } from 'axe-core';
import { Playground } from './playground.ts';

const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
/** What can differ between two themes of the same page. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];
/** Longer labels, as in other languages. */
const LONGER = 0.4;

declare global {
  interface Window {
    axe: { run(context: string, options: RunOptions): Promise<AxeResults> };
  }
}

/** What axe calls serious or critical within a part of the page, one line each; `rules`: these alone. */
async function violations(page: Page, selector: string, rules?: string[]): Promise<string[]> {
  const { violations: found } = await page.evaluate(
    ([part, only]) =>
      window.axe.run(part, { resultTypes: ['violations'], preload: false, ...(only && { runOnly: only }) }),
    [selector, rules] as const,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
}

/** Opens every tab in turn and everything that is folded within. */
async function eachTab(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  for (const tab of await page.getByRole('tablist', { name: 'Workspace' }).getByRole('tab').all()) {
    await tab.click();
    const panel = page.getByRole('tabpanel');
    await expect(panel.locator('.ui-panel-head').first()).toBeVisible();
    await panel.locator('details').evaluateAll((all: HTMLDetailsElement[]) => {
      for (const details of all) details.open = true;
    });
    await look(await tab.innerText());
  }
}

/** What makes the page scroll sideways, and text or controls that stand where no scrolling reaches. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isCut = (element: Element): boolean => {
      const box = element.getBoundingClientRect();
      if (box.width < 2) return false;
      for (let parent = element.parentElement; parent; parent = parent.parentElement) {
        const { overflowX, contain } = getComputedStyle(parent);
        if (overflowX === 'auto' || overflowX === 'scroll') return false;
        const outer = parent.getBoundingClientRect();
        const clips = overflowX === 'hidden' || overflowX === 'clip' || contain.includes('paint');
        if (clips && (box.right > outer.right + 1 || box.left < outer.left - 1)) return true;
      }
      return box.right > innerWidth + 1 || box.left < -1;
    };
    const controls = 'button, input, select, textarea, a, summary, h1, h2, h3, p, dt, dd, th, td';
    const cut = [...document.querySelectorAll(controls)]
      .filter((element) => !element.closest('.ui-visually-hidden') && isCut(element))
      .map((element) => element.outerHTML.slice(0, 120));
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth > clientWidth ? [`the page is ${scrollWidth} px wide`, ...cut] : cut;
  });
}

/** Makes every word longer that is not yet; a mark without width tells. */
async function lengthen(page: Page): Promise<void> {
  await page.evaluate((share) => {
    const MARK = '\u200b';
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const isProse = !text.parentElement?.closest('svg, script, textarea, .cm-editor, .katex');
      if (!isProse || text.nodeValue?.endsWith(MARK) === true) continue;
      const longer = (word: string): string => word + word.slice(0, Math.ceil(word.length * share));
      text.nodeValue = (text.nodeValue ?? '').replace(/\p{L}{2,}/gu, longer) + MARK;
    }
  }, LONGER);
}

test('every panel is accessible, zoomed and in longer words too', async ({ page }, { project }) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' });
  await playground.open('preset=nano&backend=wasm');
  await page.addScriptTag({ path: axePath });
  const found: string[] = [];
  const check = async (where: string, part: string, rules?: string[]): Promise<void> => {
    for (const one of await violations(page, part, rules)) found.push(`${where}: ${one}`);
  };
  await check('before the first step', 'body');
  for (const step of [1, 2]) {
    await playground.press('Step');
    await playground.reach(step);
    await playground.rest();
  }
  await expect(page.getByTestId('charts-panel').locator('svg').first()).toBeVisible();
  const moving = await page.evaluate(
    () =>
      document.getAnimations().filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 1)
        .length,
  );
  expect(moving, 'animations with reduced motion').toBe(0);

  await check('page, light', 'body');
  await eachTab(page, (name) => check(`${name}, light`, '#workspace'));
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'dark' });
  await check('page, dark', 'body', COLOUR_RULES);
  await eachTab(page, (name) => check(`${name}, dark`, '#workspace', COLOUR_RULES));
  for (const [key, name] of [
    ['Control+k', 'Commands'],
    ['?', 'Keys'],
  ]) {
    await page.keyboard.press(key);
    await expect(page.getByRole('dialog', { name })).toBeVisible();
    await check(name, 'dialog');
    await page.keyboard.press('Escape');
  }
  await page.setViewportSize({ width: 700, height: 900 });
  await expect(page.getByRole('tab', { name: 'Setup', exact: true })).toBeVisible();
  await check('page, narrow', 'body');
  await eachTab(page, (name) => check(`${name}, narrow`, '#workspace'));
  expect(found).toEqual([]);

  // 200 % zoom of 1440 × 900 lays out as a window of half the size.
  for (const [width, height] of [
    [720, 450],
    [1440, 900],
  ]) {
    await page.setViewportSize({ width, height });
    await expect(page.getByRole('tab', { name: /^Charts/ })).toHaveCount(width < 768 ? 1 : 0);
    await eachTab(page, async (name) => {
      await lengthen(page);
      for (const one of await cutOff(page)) found.push(`${name}, ${width} px, longer words: ${one}`);
    });
  }
  expect(found).toEqual([]);
  expect(playground.complaints).toEqual([]);
});

/** The page around the panels: commands, keys, layouts, paper, and what is said when something is wrong. */
import { expect, test, type Page } from '@playwright/test';
import { Playground } from './playground.ts';

test.skip(() => test.info().project.name !== 'wasm', 'needs no adapter');

const selectedTab = (page: Page) =>
  page.getByRole('tablist', { name: 'Workspace' }).getByRole('tab', { selected: true });

test('palette, key sheet, find and layouts work by keyboard and mouse', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  const palette = page.getByRole('dialog', { name: 'Commands' });
  const field = palette.getByRole('combobox');
  const options = palette.getByRole('option');

  // What cannot be done now is not offered; what is run gives the focus back.
  await page.keyboard.press('Control+k');
  await expect(field).toBeFocused();
  await page.keyboard.type('later step');
  await expect(options).toHaveCount(0);
  await field.fill('one step');
  await expect(options).toHaveText(['Run one step.']);
  await page.keyboard.press('Enter');
  await expect(palette).toBeHidden();
  await playground.reach(1);
  await playground.rest();

  // Arrows go round; Escape closes and nothing else.
  await page.keyboard.press('j');
  const live = page.getByTestId('inspector-live');
  await expect(live).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('go to');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(options.nth(2)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  const second = await options.nth(1).getAttribute('id');
  await expect(field).toHaveAttribute('aria-activedescendant', String(second));
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
  await expect(live).toHaveAttribute('aria-pressed', 'false');

  // By mouse.
  await page.getByRole('button', { name: 'All commands' }).click();
  await field.fill('stages');
  await options.filter({ hasText: 'Go to Stages' }).click();
  await expect(selectedTab(page)).toHaveText('Stages');

  // Keys do nothing beneath the sheet; it lists what the registry has.
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keys' });
  await expect(sheet).toContainText('Follow the newest step');
  await expect(sheet).toContainText('Find in rollouts');
  await page.keyboard.press('1');
  await expect(selectedTab(page)).toHaveText('Stages');
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();

  await page.keyboard.press('f');
  await expect(selectedTab(page)).toHaveText('Rollouts');
  await expect(page.getByTestId('rollouts-find')).toBeFocused();
  await page.keyboard.type('?f1');
  await expect(page.getByTestId('rollouts-find')).toHaveValue('?f1');
  await page.getByTestId('rollouts-find').fill('');

  // Layouts: by select and by palette, with the sizes they were left in.
  const layout = page.getByRole('combobox', { name: 'layout' });
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  const width = async () => (await inspector.boundingBox())?.width ?? NaN;
  const asTrained = await width();
  await layout.selectOption('Inspect');
  await expect(page.getByRole('button', { name: 'Show the charts' })).toBeVisible();
  await expect.poll(width).toBeGreaterThan(asTrained + 100);
  const wide = await width();
  await page.getByRole('separator', { name: 'Width of the inspector' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(width).toBe(wide - 24);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('layout compare');
  await page.keyboard.press('Enter');
  await expect(selectedTab(page)).toHaveText('Runs');
  await expect(page.getByTestId('charts-panel')).toBeVisible();
  await layout.selectOption('Teach');
  await expect(selectedTab(page)).toHaveText('Objective');
  await layout.selectOption('Inspect');
  await expect.poll(width).toBe(wide - 24);
  await page.reload();
  await expect(layout).toHaveValue('inspect');
  await layout.selectOption('Train');
  await expect.poll(width).toBe(asTrained);
  expect(playground.complaints).toEqual([]);
});

test('tabs stay in one row, and every one can be reached', async ({ page }) => {
  const playground = new Playground(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 900, height: 900 });
  await playground.open('preset=nano&backend=wasm');
  const tabs = page.getByRole('tablist', { name: 'Workspace' }).getByRole('tab');
  const tops = await tabs.evaluateAll((all) => all.map((tab) => tab.getBoundingClientRect().top));
  expect(new Set(tops).size).toBe(1);
  await expect(tabs.last()).not.toBeInViewport({ ratio: 0.9 });
  await tabs.first().focus();
  await page.keyboard.press('End');
  await expect(tabs.last()).toBeInViewport({ ratio: 0.9 });
  await expect(page.getByRole('tabpanel', { name: await tabs.last().innerText() })).toBeVisible();
  await page.keyboard.press('Home');
  await expect(tabs.last()).not.toBeInViewport({ ratio: 0.9 });
  const after = page.getByRole('button', { name: 'More tabs after' });
  await after.click();
  await expect(after).toBeHidden();
  await expect(tabs.last()).toBeInViewport({ ratio: 0.9 });
});

/** Rows that the header's parts stand in: parts of a row overlap in height. */
function headerRows(page: Page): Promise<number> {
  return page.getByTestId('panel-transport').evaluate((header) => {
    const boxes = [...header.querySelectorAll('.transport-row > *, .transport-controls > *')]
      .map((part) => part.getBoundingClientRect())
      .filter(({ height }) => height > 2)
      .sort((a, b) => a.top - b.top);
    let rows = 0;
    let bottom = -Infinity;
    for (const box of boxes) {
      if (box.top >= bottom) rows += 1;
      bottom = box.top >= bottom ? box.bottom : Math.min(bottom, box.bottom);
    }
    return rows;
  });
}

test('the header stays within its rows', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  for (const [width, most] of [
    [1440, 2],
    [900, 3],
    [768, 3],
    [700, 3],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    const rows = await headerRows(page);
    expect.soft(rows, `rows at ${width}`).toBeGreaterThan(1);
    expect.soft(rows, `rows at ${width}`).toBeLessThanOrEqual(most);
  }
});

test('paper shows the inspector alone, in light colours', async ({ page }) => {
  const playground = new Playground(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 700, height: 900 });
  await playground.open('preset=nano&backend=wasm');
  await playground.press('Step');
  await playground.reach(1);
  await playground.rest();
  await expect(page.getByTestId('inspector-panel')).toBeHidden();
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const panel = page.getByTestId('inspector-panel');
  await expect(panel.getByTestId('inspector-reward')).toBeVisible();
  await expect(page.getByTestId('panel-transport')).toBeHidden();
  await expect(page.getByRole('tablist', { name: 'Workspace' })).toBeHidden();
  await expect(panel.getByTestId('inspector-png')).toBeHidden();
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('light');
  // As long as it is: nothing scrolls within the sheet.
  const { scrollHeight, clientHeight } = await panel
    .locator('.ui-panel-body')
    .evaluate((body) => ({ scrollHeight: body.scrollHeight, clientHeight: body.clientHeight }));
  expect(scrollHeight).toBeLessThanOrEqual(clientHeight + 1);
  await page.emulateMedia({ media: 'screen' });
  await expect(page.getByTestId('panel-transport')).toBeVisible();
});

test('a link from a newer page is named, and the page works without it', async ({ page }) => {
  const playground = new Playground(page);
  await page.goto('/?testing=1&preset=nano&backend=wasm#view=9.abc');
  await expect(page.getByRole('status').filter({ hasText: 'newer version of this page' })).toBeVisible();
  await expect(page.getByTestId('status')).toHaveText('ready');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByText('newer version of this page')).toBeHidden();
  expect(playground.complaints).toEqual([]);
});

test('a worker that cannot be loaded is named, with what to do', async ({ page }) => {
  const uncaught: string[] = [];
  page.on('pageerror', (error) => uncaught.push(error.message));
  await page.route('**/entry*.js', (route) => route.abort());
  await page.goto('/?testing=1&preset=nano&backend=wasm');
  const alert = page.getByTestId('error');
  await expect(alert).toContainText('The training worker could not be loaded');
  await expect(alert.getByRole('button', { name: 'Reload the page' })).toBeVisible();
  await expect(page.getByTestId('status')).toHaveText('cannot run');
  // What needs no worker is there all the same.
  await expect(page.getByTestId('rollouts-panel')).toContainText('step 120');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  expect(uncaught).toEqual([]);
});

test('a model that could not be fetched is fetched again at a press, a panel without its code says so', async ({
  page,
}) => {
  let isDown = true;
  await page.route('**/models/nano/model.safetensors', (route) =>
    isDown ? route.abort() : route.continue(),
  );
  await page.goto('/?testing=1&preset=nano&backend=wasm');
  const alert = page.getByTestId('error');
  await expect(alert).toContainText('model.safetensors could not be fetched');
  isDown = false;
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('status')).toHaveText('ready');
  await expect(alert).toBeHidden();

  // A panel whose code has gone from the server says so in its place.
  await page.route('**/assets/runs-*.js', (route) => route.abort());
  await page.getByRole('tab', { name: 'Runs' }).click();
  await expect(page.getByRole('tabpanel')).toContainText('Runs cannot be shown');
  await page.getByRole('tab', { name: 'Rollouts' }).click();
  await expect(page.getByTestId('rollouts-panel')).toBeVisible();
});

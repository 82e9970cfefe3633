/** Runs that outlive the tab: gone on with after a reload, shared between tabs, moved as files and links. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Locator, type Page } from '@playwright/test';
import { Playground } from './playground.ts';

const NANO = 'preset=nano&backend=wasm';
const card = (page: Page, origin: 'live' | 'stored'): Locator =>
  page.locator(`[data-testid="run"][data-origin="${origin}"]`);

async function steps(playground: Playground, to: number): Promise<void> {
  for (let step = (await playground.session()).step + 1; step <= to; step++) {
    await playground.press('Step');
    await playground.reach(step);
    await playground.rest();
  }
}

/** The hash that the worker tells when it comes to rest, and the save that follows. */
async function hashAfter(playground: Playground, step: number): Promise<string | null> {
  await steps(playground, step);
  const tab = playground.page.getByRole('tab', { name: 'Runs' });
  await tab.click();
  await expect(card(playground.page, 'live').getByTestId('run-steps')).toContainText(String(step));
  await expect(card(playground.page, 'live')).toContainText('storage');
  await playground.page.waitForTimeout(500);
  return (await playground.session()).policyHash;
}

test('a run goes on after a reload with the numbers of one that never stopped', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open(NANO);
  const straight = await hashAfter(playground, 4);
  await playground.press('Reset');
  await expect(page.getByTestId('status')).toHaveText('ready');
  await expect(page.getByTestId('resume-offer')).toBeHidden();
  const half = await hashAfter(playground, 3);
  expect(half).not.toBe(straight);

  await page.reload();
  await expect(page.getByTestId('status')).toHaveText('ready', { timeout: 120_000 });
  const offer = page.getByTestId('resume-offer');
  await expect(offer).toContainText('kept up to step 3');
  await offer.getByRole('button', { name: /^Go on with nano-2 at step 3/ }).click();
  await playground.reach(3);
  expect((await playground.records()).map(({ step }) => step)).toEqual([1, 2, 3]);
  expect((await playground.session()).policyHash).toBe(half);
  await expect(offer).toBeHidden();
  expect(await hashAfter(playground, 4)).toBe(straight);
  expect(playground.complaints).toEqual([]);
});

test('a reload at play loses the step in progress alone, and a checkpoint is forked', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open(NANO);
  const straight = await hashAfter(playground, 4);
  await playground.press('Reset');
  await expect(page.getByTestId('status')).toHaveText('ready');
  await steps(playground, 1);
  // Slow enough to stand in the middle of a step.
  await page.getByRole('combobox', { name: 'Speed' }).selectOption('500');
  await playground.press('Play');
  await playground.reach(2);
  await page.waitForTimeout(600);
  const recorded = (await playground.records()).length;
  expect((await playground.session()).status).toBe('running');
  await page.reload();
  await expect(page.getByTestId('status')).toHaveText('ready', { timeout: 120_000 });
  await page.getByRole('button', { name: `Go on with nano-2 at step ${recorded}` }).click();
  await playground.reach(recorded);
  expect(await hashAfter(playground, 4)).toBe(straight);

  const run = card(page, 'live');
  await page.locator('.transport [data-command="keepStep"]').click();
  await run.getByTestId('checkpoints').locator('summary').click();
  const kept = run.getByRole('row').filter({ hasText: 'kept by you' });
  await expect(kept).toContainText('4reasoning');
  await run.getByRole('button', { name: 'Fork nano-2 at step 2' }).click();
  await expect(card(page, 'live')).toContainText('forked from nano-2 at step 2');
  expect(await hashAfter(playground, 4)).toBe(straight);
  const gone = page.getByRole('button', { name: 'Delete the checkpoint of step 4' });
  await gone.click();
  const question = page.getByRole('group', { name: 'Delete the checkpoint of step 4?' });
  await expect(question.getByRole('button', { name: 'Keep it' })).toBeFocused();
  await question.getByRole('button', { name: 'Delete for good' }).click();
  await expect(question).toBeHidden();
  await expect(gone).toBeHidden();
  expect(playground.complaints).toEqual([]);
});

test('a second tab cannot go on with the same run, but forks it', async ({ page, context }, { project }) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open(NANO);
  const hash = await hashAfter(playground, 1);
  const other = new Playground(await context.newPage());
  await other.open(NANO);
  await other.page.getByRole('tab', { name: 'Runs' }).click();
  const run = card(other.page, 'stored');
  await expect(run).toContainText('open in another tab');
  await expect(run.getByRole('button', { name: /^Resume/ })).toBeDisabled();
  await expect(other.page.getByTestId('resume-offer')).toBeHidden();
  await run.locator('.runs-fork summary').click();
  await run.getByRole('button', { name: 'Fork', exact: true }).click();
  await other.reach(1);
  expect((await other.session()).policyHash).toBe(hash);
  await expect(card(other.page, 'live')).toContainText('forked from nano-1 at step 1, same config');
  // Both train on, each its own run.
  await Promise.all([hashAfter(playground, 2), hashAfter(other, 2)]);
  expect((await other.session()).policyHash).toBe((await playground.session()).policyHash);
  await other.page.close();
  await page.getByRole('tab', { name: 'Rollouts' }).click();
  await page.getByRole('tab', { name: 'Runs' }).click();
  await expect(page.getByTestId('run')).toHaveCount(2);
});

test('a run is named, exported, imported and deleted, and a link gives the view', async ({ page, context }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const playground = new Playground(page);
  await playground.open(NANO);
  await hashAfter(playground, 1);
  const name = card(page, 'live').getByRole('textbox', { name: /^Name of/ });
  await name.fill('my run');
  await name.press('Enter');
  await card(page, 'live').getByRole('combobox', { name: 'Colour of my run' }).selectOption('teal');
  const download = page.waitForEvent('download');
  await card(page, 'live').getByRole('button', { name: 'Export' }).click();
  const file = await (await download).path();
  expect((await download).suggestedFilename()).toBe('my-run-step-1.zip');

  const bytes = await readFile(file);
  const choose = (buffer: Buffer) =>
    page.getByTestId('run-file').setInputFiles({ name: 'my-run.zip', mimeType: 'application/zip', buffer });
  await choose(bytes.subarray(0, 2000));
  await expect(page.getByTestId('runs-failure')).toContainText('cut short');
  await expect(page.getByTestId('run')).toHaveCount(1);
  await choose(bytes);
  const imported = card(page, 'stored');
  await expect(imported.getByRole('textbox', { name: 'Name of my run' })).toHaveValue('my run');
  await expect(imported.getByRole('combobox', { name: 'Colour of my run' })).toHaveValue('2');
  const again = page.waitForEvent('download');
  await imported.getByRole('button', { name: 'Export' }).click();
  expect((await readFile(await (await again).path())).equals(bytes)).toBe(true);

  await imported.getByRole('button', { name: 'Delete' }).click();
  await imported.getByRole('button', { name: 'Keep it' }).click();
  await imported.getByRole('button', { name: 'Delete' }).click();
  await imported.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByTestId('run')).toHaveCount(1);

  await playground.edit('Batch', 'seed', '7');
  await page.getByRole('button', { name: 'Copy link to this view' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(2048);
  const reader = new Playground(await context.newPage());
  await reader.page.goto(`/?testing=1&backend=wasm${new URL(link).hash}`);
  await expect(reader.page.getByTestId('status')).toHaveText('ready', { timeout: 120_000 });
  await expect(reader.page.getByRole('tab', { name: 'Runs' })).toHaveAttribute('aria-selected', 'true');
  await expect(card(reader.page, 'live')).toContainText('seed 1 → 7');
  expect(playground.complaints).toEqual([]);
});

test('storage that is full or denied is said, and training goes on', async ({ page, context }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open(NANO);
  // Before the first save: Chromium asks for the quota anew only some time after one.
  const session = await context.newCDPSession(page);
  const { origin } = new URL(page.url());
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  await steps(playground, 1);
  const notice = page.locator('.app-message', { hasText: 'Storage is full' });
  await expect(notice).toContainText('“nano-1” are not kept. Free some room');
  await steps(playground, 2);
  await expect(notice).toHaveCount(1);
  await page.getByRole('tab', { name: 'Runs' }).click();
  await expect(page.getByTestId('storage-line')).toContainText('not kept now');
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  // The next save brings everything up to date.
  await hashAfter(playground, 3);
  await expect(page.getByTestId('storage-line')).toContainText('kept on this device');

  const denied = new Playground(await context.newPage());
  await denied.page.addInitScript(() => {
    indexedDB.open = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
  });
  await denied.open(NANO);
  await steps(denied, 1);
  await expect(denied.page.locator('.app-message')).toContainText('This visit is not kept');
  // What is not kept can still be taken along.
  await denied.page.getByRole('tab', { name: 'Runs' }).click();
  const download = denied.page.waitForEvent('download');
  await card(denied.page, 'live').getByRole('button', { name: 'Export' }).click();
  expect((await download).suggestedFilename()).toBe('nano-1-step-1.zip');
});

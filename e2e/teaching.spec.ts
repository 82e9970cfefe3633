/** Help in the page: every lesson from start to end, one by keyboard, the tour, what is locked, an embedded panel. */
import { expect, test, type Page } from '@playwright/test';
import { Playground } from './playground.ts';

test.beforeEach(({ page: _ }, { project }) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
});

const card = (page: Page) => page.getByTestId('lesson');
const outlined = (page: Page, selector: string) =>
  expect(page.locator(selector).first()).toHaveCSS('outline-style', 'solid');

test('a lesson from start to end by keyboard alone', async ({ page }) => {
  const playground = new Playground(page);
  await playground.open('lesson=advantage&backend=wasm');
  await expect(card(page)).toContainText(
    'preset nano, seed 1, full speed. The split asks a question 8 times',
  );
  await expect(card(page).getByRole('heading', { level: 2 })).toBeFocused();
  // Back, then Start.
  for (let i = 0; i < 2; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('lesson-progress')).toHaveText('2 of 9');
  await expect(page.getByTestId('status')).toHaveText(/ready|paused/);
  const next = card(page).getByRole('button', { name: 'Next' });
  await expect(next).toBeFocused();
  await outlined(page, '[data-command="subStep"]');

  // Play is locked, on its key too; Next waits for the goal.
  await page.keyboard.press('r');
  await expect(page.getByTestId('lesson-locked')).toContainText('“Reset, same seed” is locked by the lesson');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('lesson-progress')).toHaveText('2 of 9');

  for (const stop of [2, 3, 4, 5]) {
    await expect(page.getByTestId('lesson-progress')).toHaveText(`${stop} of 9`);
    for (let tries = 0; tries < 3; tries++) {
      if ((await page.getByTestId('lesson-goal').getAttribute('data-met')) === 'true') break;
      await page.keyboard.press('Shift+Period');
      await playground.rest();
    }
    await expect(page.getByTestId('lesson-goal')).toHaveAttribute('data-met', 'true');
    await page.keyboard.press('Enter');
  }
  await expect(page.getByTestId('lesson-progress')).toHaveText('6 of 9');
  // J chooses a rollout, N the next group, until one is mixed.
  await page.keyboard.press('j');
  for (let tries = 0; tries < 4; tries++) {
    if ((await page.getByTestId('lesson-goal').getAttribute('data-met')) === 'true') break;
    await page.keyboard.press('n');
  }
  await expect(page.getByTestId('lesson-goal')).toHaveAttribute('data-met', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('lesson-progress')).toHaveText('7 of 9');
  await outlined(page, '[data-testid="inspector-advantage"]');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Period');
  await playground.reach(1);
  await expect(page.getByTestId('lesson-goal')).toHaveAttribute('data-met', 'true');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(card(page)).toHaveCount(0);
  expect(new URL(page.url()).searchParams.get('lesson')).toBeNull();
  expect(playground.complaints).toEqual([]);
});

test('by mouse: tour, a lesson up to what it locks, and every recorded metric in the glossary', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm&lesson=algebra');
  await expect(page.getByRole('status').filter({ hasText: 'lesson "algebra"' })).toContainText(
    'tour, advantage, equal-groups, perception-first, reward-hack',
  );
  await page.getByRole('button', { name: 'Show me around' }).click();
  const places = [
    'panel-transport',
    'panel-setup',
    'rollouts-panel',
    'inspector-panel',
    'charts-panel',
    'sampling-panel',
    'panel-stages',
  ];
  for (const [i, place] of places.entries()) {
    await expect(page.getByTestId('lesson-progress')).toHaveText(`${i + 1} of 7`);
    const selector = `[data-testid="${place}"]`;
    await outlined(page, selector);
    await expect(page.locator(selector)).toBeInViewport();
    await card(page)
      .getByRole('button', { name: /Next|Finish/ })
      .click();
  }
  await expect(card(page)).toHaveCount(0);

  await page.getByRole('tab', { name: 'Help' }).click();
  await page.getByRole('button', { name: 'Open the lesson: Why all-equal groups teach nothing' }).click();
  await expect(page).toHaveURL(/[?&]lesson=equal-groups/);
  await card(page).getByRole('button', { name: 'Start' }).click();
  await expect(page.getByTestId('status')).toHaveText('ready');
  const run = page.getByRole('group', { name: 'Run' });
  // Locked it is still pressed, to hear why.
  await run.getByRole('button', { name: 'New seed' }).click({ force: true });
  await expect(page.getByTestId('lesson-locked')).toContainText(
    '“Restart with a new seed” is locked by the lesson',
  );
  const setup = page.getByTestId('panel-setup');
  await expect(setup).toContainText('Locked by the lesson');
  await expect(setup.locator('[data-path="groupSize"]')).toBeDisabled();
  await playground.press('Step');
  await playground.reach(1);
  await playground.rest();
  await setup.getByRole('button', { name: 'Leave the lesson' }).click();
  await expect(setup.locator('[data-path="groupSize"]')).toBeEnabled();

  await page.getByRole('tab', { name: 'Help' }).click();
  const [record] = await playground.records();
  const names = await page.getByTestId('glossary').locator('code').allInnerTexts();
  expect(Object.keys(record.metrics).filter((name) => !names.includes(name))).toEqual([]);
  await page.getByRole('searchbox', { name: 'Find in the glossary' }).fill('zero-signal');
  await expect(page.getByTestId('glossary').locator('dt').first()).toContainText('Zero-signal group');
  expect(playground.complaints).toEqual([]);
});

/** On to the next stop, once the goal of this one is met. */
async function goOn(page: Page, from: string): Promise<void> {
  await expect(page.getByTestId('lesson-progress')).toHaveText(from);
  const goal = page.getByTestId('lesson-goal');
  if ((await goal.count()) > 0) await expect(goal).toHaveAttribute('data-met', 'true', { timeout: 120_000 });
  await card(page)
    .getByRole('button', { name: /Start|Next|Finish/ })
    .click();
}

test('the lesson on equal groups: a group without a signal, its zeros, the split and a larger group', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open('lesson=equal-groups&backend=wasm');
  await goOn(page, '1 of 8');
  await expect(page.getByTestId('status')).toHaveText('ready');
  for (const step of [1, 2]) {
    await playground.press('Step');
    await playground.reach(step);
    await playground.rest();
  }
  await goOn(page, '2 of 8');
  const silent = page.getByTestId(/^rollout-group-/).filter({ hasText: 'no signal' });
  await expect(page.getByTestId('lesson-fact')).toContainText('Of the 4 groups of this step');
  if ((await silent.first().getAttribute('aria-expanded')) === 'false') await silent.first().click();
  const group = (await silent.first().getAttribute('data-testid'))?.replace('rollout-group-', '');
  await page.getByTestId(`rollout-${group}-1`).click();
  await goOn(page, '3 of 8');
  await expect(page.getByTestId('lesson-fact')).toContainText('advantages 0, 0, 0, 0.');
  await outlined(page, '[data-testid="inspector-advantage"]');
  await goOn(page, '4 of 8');
  await outlined(page, '[data-testid="chart-signal"]');
  await goOn(page, '5 of 8');
  await page.getByTestId('sampling-panel').getByRole('button', { name: 'Estimate' }).click();
  await goOn(page, '6 of 8');
  await playground.edit('Batch', 'groupSize', '8');
  await goOn(page, '7 of 8');
  await goOn(page, '8 of 8');
  await expect(card(page)).toHaveCount(0);
  expect(playground.complaints).toEqual([]);
});

test('the lessons on perception first and on hacked rewards, and what they say of the run at hand', async ({
  page,
}) => {
  const playground = new Playground(page);
  await playground.open('lesson=perception-first&backend=wasm');
  await goOn(page, '1 of 7');
  await expect(page.getByTestId('status')).toHaveText('ready');
  await playground.press('Step');
  await goOn(page, '2 of 7');
  const [record] = await playground.records();
  const f1 = record.metrics['perception/f1'].toFixed(2);
  await expect(page.getByTestId('lesson-fact')).toContainText(`the descriptions’ F1 is ${f1} on average`);
  await goOn(page, '3 of 7');
  await expect(page.getByTestId('lesson-fact')).toContainText('Of the 8 groups of this step');
  await goOn(page, '4 of 7');
  await playground.press('Play');
  await playground.reach(5);
  await playground.press('Pause');
  await playground.rest();
  await expect(page.getByTestId('lesson-fact')).toContainText('Step 1 against step');
  for (const stop of [5, 6, 7]) await goOn(page, `${stop} of 7`);

  await page.getByRole('tab', { name: 'Help' }).click();
  await page.getByRole('button', { name: 'Open the lesson: How a reward is hacked' }).click();
  await goOn(page, '1 of 7');
  await expect(page.getByTestId('status')).toHaveText('ready');
  await outlined(page, '[data-testid="hacks-panel"]');
  await goOn(page, '2 of 7');
  await expect(page.getByTestId('hack-verdict')).toContainText('The hacked response is paid more');
  await goOn(page, '3 of 7');
  await page.getByRole('button', { name: 'Train this' }).click();
  await goOn(page, '4 of 7');
  await goOn(page, '5 of 7');
  await expect(card(page)).toContainText('Where it ended in our run');
  await playground.press('Pause');
  await playground.rest();
  await goOn(page, '6 of 7');
  await goOn(page, '7 of 7');
  await expect(card(page)).toHaveCount(0);
  expect(playground.complaints).toEqual([]);
});

test('a panel in a frame of another page steps by key and leaves the workbench alone', async ({
  page,
  baseURL,
}) => {
  // Another page of the same origin, whose storage the frame shares.
  const src = `${baseURL}/?testing=1&preset=nano&backend=wasm&embed=charts`;
  await page.route('**/host', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<iframe title="panel" width="600" height="400" src="${src}"></iframe>`,
    }),
  );
  await page.goto('/host');
  const frame = page.frameLocator('iframe');
  await expect(frame.getByTestId('status')).toHaveText('ready', { timeout: 120_000 });
  await expect(frame.getByRole('tab')).toHaveCount(0);
  await expect(frame.getByTestId('panel-setup')).toHaveCount(0);
  await expect(frame.getByRole('link', { name: 'Open in the playground' })).toHaveAttribute(
    'href',
    `${baseURL}/?testing=1&preset=nano&backend=wasm`,
  );
  await expect(frame.getByTestId('recorded-line')).toHaveText('Recorded run — press Play to train live');
  await frame.getByRole('main').click();
  await page.keyboard.press('3');
  await page.keyboard.press('.');
  await expect(frame.getByTestId('step')).toHaveText('1', { timeout: 120_000 });
  await expect(frame.getByTestId('chart-reward')).toBeVisible();
  await expect(frame.getByTestId('recorded-line')).toBeHidden();
  const inner = page.frames()[1];
  expect(await inner.evaluate(() => localStorage.getItem('pebr-layout'))).toBeNull();
  expect(await inner.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(600);
});

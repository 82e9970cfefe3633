/** The reward hacks in the page: exploited on a sample, edited, and learned by a run. */
import { expect, test, type Locator } from '@playwright/test';
import { Playground } from './playground.ts';

const reward = async (side: Locator): Promise<number> =>
  Number((await side.getByTestId('waterfall-total').innerText()).replace(/[^\d.]/g, ''));

test('a hacked response is paid more, the reward follows the text, and a run learns it', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  await page.getByRole('tab', { name: 'Reward hacks' }).click();
  const [honest, hacked] = [page.getByTestId('hack-honest'), page.getByTestId('hack-hacked')];
  await expect(hacked.getByTestId('waterfall-total')).toBeVisible();
  await expect(honest.getByTestId('waterfall-total')).toBeVisible();
  expect(await reward(hacked)).toBeGreaterThan(await reward(honest));
  expect(await hacked.getByTestId('hack-worth').innerText()).toBe(
    await honest.getByTestId('hack-worth').innerText(),
  );

  await hacked.getByRole('textbox').fill('nothing at all');
  await expect(hacked.getByTestId('waterfall-format')).toContainText('0 of 4 headings');
  await hacked.getByRole('button', { name: 'as written' }).click();
  await expect(hacked.getByTestId('waterfall-format')).toContainText('4 of 4 headings');

  await page.getByRole('button', { name: 'Train this' }).click();
  await playground.reach(2);
  const run = page.getByTestId('hack-run-keyword-only');
  await expect(run).toContainText('This is the run under way');
  // Between two phases of the run, another sample is written for and scored.
  await page.getByRole('button', { name: 'Next sample' }).click();
  await expect(page.getByTestId('hacks-sample')).toContainText('sample 2/');
  await expect(hacked.getByTestId('waterfall-total')).toBeVisible();
  await playground.press('Pause');
  await playground.rest();
  const [record] = await playground.records();
  for (const { reward: paid, terms } of record.groups.flatMap((group) => group.rollouts)) {
    expect(paid).toBe(terms.find(({ name }) => name === 'keyword')?.value);
  }
  expect(playground.complaints).toEqual([]);
});

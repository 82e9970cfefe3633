import { expect, test, type Page } from '@playwright/test';
import { questionSet, type TestFile } from './pictures.ts';
import { Playground, valueFrom } from './playground.ts';

test.describe.configure({ timeout: 900_000 });

/** Values a chart's line runs through, read back from its pixels by the axis that is drawn beside it. */
function plotted(page: Page, chart: string): Promise<number[]> {
  return page.getByTestId(`chart-${chart}`).evaluate((card) => {
    const texts = [
      ...card.querySelectorAll('.recharts-yAxis-tick-labels .recharts-cartesian-axis-tick-value'),
    ];
    const ticks = texts.map((tick) => ({
      y: Number(tick.getAttribute('y')),
      value: Number((tick.textContent ?? '').replace('−', '-')),
    }));
    const [first, last] = [ticks[0], ticks[ticks.length - 1]];
    const slope = (last.value - first.value) / (last.y - first.y);
    const path = card.querySelector('.recharts-line-curve')?.getAttribute('d') ?? '';
    const points = [...path.matchAll(/[ML]([\d.]+),([\d.]+)/g)];
    return points.map((point) => first.value + (Number(point[2]) - first.y) * slope);
  });
}

/** Drops files on the page, as from a file manager. */
async function drop(page: Page, files: readonly TestFile[]): Promise<void> {
  const plain = files.map(({ name, mimeType, buffer }) => ({
    name,
    mimeType,
    base64: buffer.toString('base64'),
  }));
  const transfer = await page.evaluateHandle((given) => {
    const made = new DataTransfer();
    for (const { name, mimeType, base64 } of given) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      made.items.add(new File([bytes], name, { type: mimeType }));
    }
    return made;
  }, plain);
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}

test('nano trains both stages on WebGPU, and the page shows what trained it', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'webgpu', 'needs an adapter');
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=webgpu');
  const before = await playground.session();
  expect(before.backend?.name).toBe('webgpu');
  expect(before.backend?.adapter?.isSoftware).toBe(true);
  await expect(page.getByTestId('backend')).toContainText('WebGPU');

  // A software adapter is slow: a smaller split, edited as a reader would. Play starts with the edit.
  await playground.edit('Difficulty split', 'split.questions', '16');
  await playground.edit('Difficulty split', 'split.n', '4');
  await playground.edit('Difficulty split', 'split.easyFrom', '4');
  await playground.press('Play');
  await playground.reach(4);
  await playground.press('Pause');
  await playground.rest();

  const after = await playground.session();
  const records = (await playground.records()).slice(0, 4);
  expect(records.map((record) => record.stage)).toEqual([
    'perception',
    'perception',
    'reasoning',
    'reasoning',
  ]);
  expect(after.stageChanges.map(({ from, to, atStep }) => [from, to, atStep])).toEqual([
    ['warm-up', 'perception', 0],
    ['perception', 'reasoning', 2],
  ]);
  expect(after.policyHash).not.toBe(before.run?.policyHash);
  const signals = records.flatMap((record) => record.groups.map((group) => group.signal));
  expect(signals).toContain('mixed');

  await test.step('charts plot the values of the records', async () => {
    const rewards = (await playground.records()).map((record) => record.metrics.reward);
    await expect.poll(async () => (await plotted(page, 'reward')).length).toBe(rewards.length);
    const points = await plotted(page, 'reward');
    rewards.forEach((reward, i) => expect(points[i]).toBeCloseTo(reward, 3));
  });

  await test.step('the waterfall adds up to the stored reward', async () => {
    for (const record of records) {
      for (const { reward, terms } of record.groups.flatMap((group) => group.rollouts)) {
        for (const term of terms) expect(term.value).toBeCloseTo(valueFrom(term.evidence), 9);
        expect(terms.reduce((sum, term) => sum + term.weight * term.value, 0)).toBeCloseTo(reward, 9);
      }
    }
    // Live, the step in progress may be on screen; the key pins a finished one.
    await page.keyboard.press('[');
    const pinned = await playground.selectedStep();
    const shown = (await playground.records()).find((record) => record.step === pinned)?.groups[0]
      .rollouts[0];
    const waterfall = page.getByTestId('waterfall');
    await expect(page.getByTestId('reconcile-reward')).toHaveAttribute('data-ok', 'true');
    const products = await waterfall
      .locator('.ui-waterfall-row:not(.ui-waterfall-total) .ui-waterfall-product b')
      .allTextContents();
    const contributions = products.map((text) => Number(text.replace('−', '-')));
    expect(contributions.reduce((sum, each) => sum + each, 0)).toBeCloseTo(shown?.reward ?? NaN, 2);
  });

  expect(playground.complaints).toEqual([]);
});

test('pause, sub-step and reset', async ({ page }, { project }) => {
  test.skip(project.name !== 'wasm', 'once is enough');
  const playground = new Playground(page);
  await playground.open('preset=nano&seed=3');
  const start = await playground.session();

  await playground.press('Play');
  await expect(page.getByTestId('status')).toContainText('training');
  await playground.press('Pause');
  await playground.rest();
  const paused = await playground.session();
  await page.waitForTimeout(1500);
  expect((await playground.session()).phase).toBe(paused.phase);

  await playground.press('Reset');
  await expect(page.getByTestId('status')).toHaveText('ready');

  // Alone, the phases come in their order.
  for (const phase of ['split', 'sample', 'rollout', 'score', 'advantage', 'update']) {
    await expect(page.getByLabel('Phases of a step')).toHaveAttribute('data-phase', phase, {
      timeout: 300_000,
    });
    await playground.rest();
    await playground.press('Sub-step');
  }
  await playground.reach(1);
  await playground.rest();
  const first = (await playground.records())[0];

  await playground.press('Reset');
  await expect(page.getByTestId('status')).toHaveText('ready');
  const reset = await playground.session();
  expect(reset.step).toBe(0);
  expect(reset.run?.policyHash).toBe(start.run?.policyHash);
  await expect(page.getByText('No rollouts yet')).toBeVisible();

  // The same seed gives the same step.
  await playground.press('Step');
  await playground.reach(1);
  await playground.rest();
  const again = (await playground.records())[0];
  expect(again.groups).toEqual(first.groups);
  expect(playground.complaints).toEqual([]);
});

test('without WebGPU the page runs on wasm, says why, and trains', async ({ page }, { project }) => {
  test.skip(project.name !== 'wasm', 'the other project has an adapter');
  const playground = new Playground(page);
  await playground.open('preset=nano');
  const { backend } = await playground.session();
  expect(backend?.name).toBe('wasm');
  const badge = page.getByTestId('backend');
  await expect(badge).toContainText('WebAssembly');
  await expect(badge).toContainText(/no WebGPU adapter/i);
  await playground.press('Step');
  await playground.reach(1);
  expect(playground.complaints).toEqual([]);
});

test('own pictures train; a bad set says what is wrong and leaves the run alone', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'once is enough');
  const playground = new Playground(page);
  await playground.open('preset=nano');

  await drop(page, questionSet(24));
  await expect(page.getByTestId('import-report')).toHaveAttribute('data-ok', 'true');
  await expect(page.getByTestId('changes')).toBeVisible();
  await page.getByRole('button', { name: 'Apply & restart' }).click();
  await expect(page.getByTestId('changes')).toBeHidden();
  await expect(page.getByTestId('status')).toHaveText('ready');
  await playground.press('Step');
  await playground.reach(1);
  await playground.rest();
  const { tasks, run, policyHash } = await playground.session();
  expect(tasks?.origin).toBe('imported');
  await expect(page.getByTestId('foreign-pictures')).toContainText('Weak here');
  expect(policyHash).not.toBe(run?.policyHash);
  const trained = (await playground.records())[0];
  expect(trained.groups.every((group) => group.qid.startsWith('own-'))).toBe(true);

  await page.getByTestId('drop-zone').locator('input[type=file]').setInputFiles(questionSet(24, true));
  const report = page.getByTestId('import-report');
  await expect(report).toHaveAttribute('data-ok', 'false');
  await expect(report).toContainText('missing.png');
  await expect(report).toContainText('own-23');
  const undisturbed = await playground.session();
  expect(undisturbed.error).toBeNull();
  expect(undisturbed.step).toBe(1);
  await playground.press('Step');
  await playground.reach(2);

  await report.getByRole('button', { name: /Load the rest/ }).click();
  await expect(report).toHaveAttribute('data-ok', 'true');
  await expect(report).toContainText('23 questions');
  expect(playground.complaints).toEqual([]);
});

test('an address that asks for something unknown is told so', async ({ page }) => {
  await page.goto('/?preset=huge&seed=abc&backend=cpu');
  await expect(page.getByText(/preset "huge"/)).toBeVisible();
  await expect(page.getByText(/seed "abc"/)).toBeVisible();
});

test('a backend that is forced and not there is named, with what to do', async ({ page }, { project }) => {
  test.skip(project.name !== 'wasm', 'this project has WebGPU');
  const playground = new Playground(page);
  await page.goto('/?preset=nano&backend=webgpu&testing=1');
  await expect(
    page.getByText(/Backend "webgpu" was asked for but cannot run here: .* Choose another/),
  ).toBeVisible();
  await expect.poll(async () => (await playground.session()).status).toBe('failed');
  expect(playground.complaints).toEqual([]);
});

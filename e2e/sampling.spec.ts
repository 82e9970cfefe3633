/** The Data panel by mouse and key: borders that preview before they hold, and samples that the reader makes. */
import { readFile } from 'node:fs/promises';
import { expect, test, type Page } from '@playwright/test';
import { png } from './pictures.ts';
import { Playground } from './playground.ts';

const form = (page: Page) => page.getByTestId('own-form');

/** Drags on the drawing from one place to another, in shares of its side. */
async function drag(
  page: Page,
  from: readonly [number, number],
  to: readonly [number, number],
): Promise<void> {
  const canvas = page.getByTestId('own-canvas');
  await canvas.scrollIntoViewIfNeeded();
  const box = (await canvas.boundingBox())!;
  await page.mouse.move(box.x + from[0] * box.width, box.y + from[1] * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + to[0] * box.width, box.y + to[1] * box.height, { steps: 4 });
  await page.mouse.up();
}

/** Colour of the drawing's pixel there. */
const pixel = (page: Page, x: number, y: number) =>
  page.getByTestId('own-canvas').evaluate(
    (element, at) => {
      const canvas = element as HTMLCanvasElement;
      const [r, g, b] = canvas
        .getContext('2d')!
        .getImageData(at.x * canvas.width, at.y * canvas.height, 1, 1).data;
      return `${r} ${g} ${b}`;
    },
    { x, y },
  );
const PAPER = '214 213 209';
const RED = '206 38 38';
const BLUE = '42 82 226';

test('a border that is dragged previews what it would change, and holds once dropped', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  await playground.edit('Difficulty split', 'split.questions', '32');
  await page.getByRole('tab', { name: 'Data', exact: true }).click();
  await page.getByTestId('split-estimate').click();
  await expect(page.getByTestId('split-provenance')).toContainText('32 questions');
  await playground.rest();
  const easy = page.getByTestId('split-easy').locator('td').nth(1);
  const effect = page.getByTestId('split-effect');
  const shown = page.getByTestId('effect-perception').locator('td').last();
  const [before, shareBefore] = [Number(await easy.textContent()), await shown.textContent()];

  // Dragged half way to the left, the border from which questions are easy takes in more of them.
  const handle = page.getByRole('slider', { name: 'easy from' });
  await handle.scrollIntoViewIfNeeded();
  const box = (await handle.boundingBox())!;
  const plot = (await page.getByRole('slider', { name: 'medium from' }).boundingBox())!;
  const y = box.y + box.height - 8;
  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  await page.mouse.move((box.x + plot.x) / 2, y, { steps: 5 });
  await expect(effect).toHaveAttribute('data-preview', 'true');
  expect(Number(await easy.textContent())).toBeGreaterThan(before);
  expect(await shown.textContent()).not.toBe(shareBefore);
  // Until it is dropped the run keeps its border; Escape puts it back.
  await page.keyboard.press('Escape');
  await expect(effect).not.toHaveAttribute('data-preview', 'true');
  await expect(easy).toHaveText(String(before));
  await page.mouse.up();

  await page.mouse.move(box.x + box.width / 2, y);
  await page.mouse.down();
  await page.mouse.move((box.x + plot.x) / 2, y, { steps: 5 });
  await page.mouse.up();
  await expect(page.getByTestId('split-reset-borders')).toBeVisible();
  const dropped = Number(await handle.getAttribute('aria-valuenow'));
  expect(dropped).toBeLessThan(8);
  await expect.poll(() => playground.session().then(({ split }) => split?.easyFrom)).toBe(dropped);
  await handle.focus();
  await page.keyboard.press('ArrowRight');
  await expect(handle).toHaveAttribute('aria-valuenow', String(dropped + 1));
  expect(playground.complaints).toEqual([]);
});

test('own samples are drawn, uploaded, changed, kept, trained on and taken away as a zip', async ({ page }, {
  project,
}) => {
  test.skip(project.name !== 'wasm', 'needs no adapter');
  const playground = new Playground(page);
  await playground.open('preset=nano&backend=wasm');
  await page.getByRole('tab', { name: 'Data', exact: true }).click();
  const section = page.getByTestId('own-samples');
  const cards = section.getByTestId('own-card');
  await section.locator('summary').click();
  await expect(section.getByTestId('own-weak')).toContainText('is weak');

  await test.step('nothing given: each field says what to do', async () => {
    await section.getByRole('button', { name: 'Add a sample' }).click();
    await form(page).getByRole('button', { name: 'Add the sample' }).click();
    await expect(form(page).getByRole('alert')).toHaveText([
      /^Picture: nothing is drawn yet/,
      /^Problem is the empty text/,
      /^Answer is the empty text/,
    ]);
  });

  await test.step('by mouse: shapes, undo, clear', async () => {
    await form(page).getByRole('button', { name: 'rectangle' }).click();
    await drag(page, [0.1, 0.1], [0.4, 0.4]);
    await form(page).getByRole('button', { name: 'circle' }).click();
    await form(page).getByRole('button', { name: 'blue' }).click();
    await drag(page, [0.5, 0.5], [0.9, 0.9]);
    expect([await pixel(page, 0.25, 0.25), await pixel(page, 0.7, 0.7)]).toEqual([RED, BLUE]);
    expect(await pixel(page, 0.51, 0.51)).toBe(PAPER);
    await form(page).getByRole('button', { name: 'Undo' }).click();
    expect(await pixel(page, 0.7, 0.7)).toBe(PAPER);
    await form(page).getByRole('button', { name: 'Clear' }).click();
    expect(await pixel(page, 0.25, 0.25)).toBe(PAPER);
    await form(page).getByRole('button', { name: 'Undo' }).click();
    expect(await pixel(page, 0.25, 0.25)).toBe(RED);
  });

  await test.step('by key: arrows and Space put a shape down, and the run is left alone', async () => {
    await page.getByTestId('own-canvas').focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    expect(await pixel(page, 0.5 + 40 / 192, 0.5)).toBe(BLUE);
    expect((await playground.session()).status).toBe('idle');
    await form(page).getByLabel('Problem').fill('How many red rectangles are there?');
    await form(page).getByLabel('Answer').fill('1');
    await form(page).getByRole('textbox', { name: 'Key words' }).fill('red, rectangle');
    await page.keyboard.press('Enter');
    await expect(form(page)).toBeHidden();
    await expect(cards).toContainText(['How many red rectangles are there?']);
    await expect(cards).toContainText(['red, rectangle']);
  });

  await test.step('an uploaded picture; what is none is refused by name', async () => {
    await section.getByRole('button', { name: 'Add a sample' }).click();
    await form(page).getByRole('button', { name: 'Upload' }).click();
    const file = form(page).getByTestId('own-file');
    await file.setInputFiles({ name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no picture') });
    await expect(form(page).getByRole('alert')).toContainText('"notes.png" is no image we know');
    // Its header is right, its pixels are cut off.
    await file.setInputFiles({ name: 'cut.png', mimeType: 'image/png', buffer: damaged() });
    await expect(form(page).getByRole('alert')).toContainText('"cut.png"');
    await file.setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: png(60, 40, 2) });
    await expect(form(page).getByRole('alert')).toBeHidden();
    await expect(form(page).getByAltText('The uploaded picture')).toBeVisible();
    await form(page).getByLabel('Problem').fill('Is it green?');
    await form(page).getByLabel('Answer').fill('no');
    await form(page).getByRole('button', { name: 'Add the sample' }).click();
    await expect(cards).toHaveCount(2);
  });

  await test.step('a change, and all is there after a reload', async () => {
    await section.getByRole('button', { name: 'Edit own-2' }).click();
    await form(page).getByLabel('Problem').fill('Is it striped?');
    await form(page).getByRole('button', { name: 'Save changes' }).click();
    await expect(form(page)).toBeHidden();
    await section.getByRole('button', { name: 'Remove own-2' }).click();
    await expect(cards).toHaveCount(1);
    await section.getByRole('button', { name: 'Undo' }).click();
    // The picture is drawn again before the page is left, or its loading would be cut off.
    const back = cards.nth(1).locator('img');
    await expect.poll(() => back.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(60);
    await playground.open('preset=nano&backend=wasm');
    await section.locator('summary').click();
    await expect(cards).toContainText(['How many red rectangles are there?', 'Is it striped?']);
    await section.getByRole('button', { name: 'Edit own-1' }).click();
    // The drawing goes on where it was left.
    await expect.poll(() => pixel(page, 0.25, 0.25)).toBe(RED);
    await form(page).getByRole('button', { name: 'Cancel' }).click();
  });

  await test.step('trained on', async () => {
    await section.getByRole('button', { name: 'Train on these' }).click();
    await section.getByRole('button', { name: 'Apply & restart' }).click();
    await expect(section.getByTestId('own-given')).toContainText('The run has your 2 samples');
    await expect(page.getByTestId('status')).toHaveText('ready');
    await playground.press('Step');
    await playground.reach(1);
    await playground.rest();
    const [record] = await playground.records();
    const qids = new Set(record.groups.map(({ qid }) => qid));
    expect([...qids].sort()).toEqual(['own-1', 'own-2']);
    await expect(page.getByTestId('split-provenance')).toContainText('2 questions of own-samples');
    // A re-estimate asks the policy as it is now.
    const provenance = page.getByTestId('split-provenance').locator('code');
    const asked = await provenance.textContent();
    await page.getByTestId('split-estimate').click();
    await expect(provenance).not.toHaveText(asked!);
    await playground.rest();
    expect((await playground.session()).error).toBeNull();
  });

  await test.step('the zip imports as the same samples', async () => {
    const download = page.waitForEvent('download');
    await section.getByRole('button', { name: 'Download as a zip' }).click();
    const buffer = await readFile(await (await download).path());
    await page
      .getByTestId('drop-zone')
      .locator('input[type=file]')
      .setInputFiles({ name: 'own-samples.zip', mimeType: 'application/zip', buffer });
    await page.getByTestId('own-offer').getByRole('button', { name: 'Edit as own samples' }).click();
    await expect(section.getByTestId('own-brought')).toContainText(
      '0 samples added. Already in your list, which stays as it is: own-1, own-2.',
    );
    await page
      .getByTestId('drop-zone')
      .locator('input')
      .setInputFiles({ name: 'own-samples.zip', mimeType: 'application/zip', buffer });
    await page.getByTestId('own-offer').getByRole('button', { name: 'Train on it as a set' }).click();
    await expect(page.getByTestId('import-report')).toContainText('own-samples: 2 questions, 2 images.');
  });
  expect(playground.complaints).toEqual([]);
});

/** A PNG whose data ends early though its structure is whole. */
function damaged(): Buffer {
  const whole = png(60, 40, 1);
  return whole.subarray(0, whole.length - 30);
}

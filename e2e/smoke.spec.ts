import { expect, test } from '@playwright/test';

test('the page loads without an error', async ({ page }) => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.url()} ${response.status()}`);
  });
  await page.goto('/');
  await expect(page).toHaveTitle(/^PeBR playground/);
  await expect(page.locator('#root > *').first()).toBeVisible();
  expect(complaints).toEqual([]);
});

test('the project has the GPU its name says', async ({ page }, { project }) => {
  await page.goto('/');
  const hasAdapter = await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null);
  expect(hasAdapter).toBe(project.name === 'webgpu');
});

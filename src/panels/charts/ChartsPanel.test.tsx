import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { expect, it, vi } from 'vitest';
import { stepRecord } from '../../../fixtures/stepRecord.ts';
import { seriesStore } from '../../state/index.ts';
import { addRecords } from '../../state/records.ts';
import { ChartsPanel } from './ChartsPanel.tsx';

Object.assign(globalThis, {
  IS_REACT_ACT_ENVIRONMENT: true,
  ResizeObserver: class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  },
});

// jsdom lays nothing out; a chart needs a size.
HTMLElement.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 300, 150);

it('waits for the first step, then says what each chart shows', async () => {
  const page = document.body.appendChild(document.createElement('div'));
  const root = createRoot(page);
  act(() => root.render(<ChartsPanel />));
  expect(page.textContent).toContain('No steps yet');

  const records = [1, 2, 3].map((step) => stepRecord(step, step < 3 ? 'perception' : 'reasoning', 2, 4));
  addRecords(records);
  for (const record of records) seriesStore.append(record);
  const caption = (chart: string) =>
    page.querySelector(`[data-testid="chart-${chart}"] figcaption`)?.textContent ?? '';
  await vi.waitFor(
    async () => {
      await act(() => new Promise((done) => setTimeout(done, 100)));
      expect(caption('reward')).toContain(`reward is ${records[2].metrics.reward.toFixed(2)} at step 3`);
      expect(caption('terms')).toContain('clip is ');
      expect(caption('advantage')).toContain('median is ');
    },
    { timeout: 30_000 },
  );
  // Nothing that this run does not measure is drawn as if it were 0.
  expect(page.querySelector('[data-testid="chart-throughput"]')?.textContent).toContain('not measured');
  act(() => root.unmount());
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SeriesStore } from './series.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const at = (
  step: number,
  metrics: Record<string, number>,
  stage: 'perception' | 'reasoning' = 'perception',
) => ({
  step,
  stage,
  metrics,
});

test('keeps every value over many steps; what a step lacks is NaN', () => {
  const series = new SeriesStore();
  for (let step = 1; step <= 300; step++) {
    series.append(at(step, step % 3 === 0 ? { reward: step, f1: -step } : { reward: step }));
  }
  const { steps, values } = series.view(['reward', 'f1', 'unknown']);
  expect([...steps]).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  expect([...values.reward]).toEqual([...steps]);
  expect([...values.f1]).toEqual([...steps].map((step) => (step % 3 === 0 ? -step : NaN)));
  expect([...values.unknown].every(Number.isNaN)).toBe(true);
  expect(series.names()).toEqual(['f1', 'reward']);
});

test('going back forgets values and stages after the step', () => {
  const series = new SeriesStore();
  for (let step = 1; step <= 6; step++) {
    series.append(
      at(step, step > 3 ? { reward: step, kl: 1 } : { reward: step }, step > 3 ? 'reasoning' : 'perception'),
    );
  }
  expect(series.boundaries()).toEqual([
    { step: 1, stage: 'perception' },
    { step: 4, stage: 'reasoning' },
  ]);
  series.truncateAfter(2);
  series.append(at(3, { reward: 30 }));
  const { steps, values } = series.view(['reward', 'kl']);
  expect([...steps]).toEqual([1, 2, 3]);
  expect([...values.reward]).toEqual([1, 2, 30]);
  expect([...values.kl].every(Number.isNaN)).toBe(true);
  expect(series.boundaries()).toEqual([{ step: 1, stage: 'perception' }]);
});

test('publishes at most four times a second', async () => {
  const series = new SeriesStore();
  let told = 0;
  series.subscribe(() => told++);
  for (let step = 1; step <= 100; step++) {
    series.append(at(step, { reward: 0 }));
    await vi.advanceTimersByTimeAsync(10);
  }
  await vi.advanceTimersByTimeAsync(250);
  expect(told).toBeGreaterThanOrEqual(3);
  expect(told).toBeLessThanOrEqual(5);
});

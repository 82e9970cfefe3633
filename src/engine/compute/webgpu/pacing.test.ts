import { beforeAll, describe, expect, it } from 'vitest';
import { gpuDevice } from './eager.ts';
import { Pacing } from './pacing.ts';
import { openTestDevice } from './testing.ts';

beforeAll(openTestDevice);

const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('Pacing', () => {
  it('gives more steps to a submit where they are fast, and few where they are slow', async () => {
    const pacing = new Pacing(gpuDevice().queue);
    const first = pacing.steps;
    await pacing.submitted(0, after(300));
    await pacing.settle();
    expect(pacing.steps).toBe(first);
    await pacing.submitted(first);
    await pacing.settle();
    expect(pacing.steps).toBeGreaterThan(first);
    await pacing.submitted(2, after(250));
    await pacing.settle();
    expect(pacing.steps).toBe(1);
  });

  it('counts a submit from the end of the one before', async () => {
    const pacing = new Pacing(gpuDevice().queue);
    void pacing.submitted(0, after(300));
    void pacing.submitted(8, after(310));
    await pacing.settle();
    await after(20);
    expect(pacing.steps).toBeGreaterThan(1);
  });

  it('has two submits computing at most', async () => {
    const pacing = new Pacing(gpuDevice().queue);
    const done: string[] = [];
    const work = after(50).then(() => done.push('first'));
    await pacing.submitted(1, work);
    expect(done).toEqual([]);
    await pacing.submitted(1, new Promise(() => undefined));
    expect(done).toEqual(['first']);
  });
});

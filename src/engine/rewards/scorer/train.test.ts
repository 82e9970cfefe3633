import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../compute/backend.ts';
import { prepareNodeBackends } from '../../compute/nodeBackend.ts';
import { suiteOf, taskSetByName } from '../../tasks/index.ts';
import { spearman } from './measures.ts';
import { ScorerTrainer, type ScorerState } from './train.ts';
import { wordClasses } from './wrongDescriptions.ts';

const sources = [
  { tasks: taskSetByName('scenes-nano'), classes: wordClasses(suiteOf('scenes-nano').attributeValues) },
];

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
});

describe('ScorerTrainer', () => {
  it('goes on from a saved state as if it had not been interrupted', async () => {
    const training = { seed: 1, steps: 4 };
    const whole = new ScorerTrainer(sources, training);
    const losses: number[] = [];
    let middle: ScorerState | null = null;
    while (whole.step < 4) {
      losses.push(await whole.advance());
      if (whole.step === 2) middle = await whole.exportState();
    }
    const rest = new ScorerTrainer(sources, training, middle!);
    const again: number[] = [];
    while (rest.step < 4) again.push(await rest.advance());
    expect(again).toEqual(losses.slice(2));
    const [a, b] = [await whole.exportState(), await rest.exportState()];
    for (const [name, { data }] of a.parameters) expect(b.parameters.get(name)!.data, name).toEqual(data);
    whole.dispose();
    rest.dispose();
  });
});

describe('spearman', () => {
  it('is 1 for any rising relation and −1 for any falling one', () => {
    expect(spearman([1, 2, 3, 4], [1, 10, 11, 100])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 3, 4], [4, 1, 0, -9])).toBeCloseTo(-1, 12);
  });
  // scipy.stats.spearmanr([1, 2, 2, 3, 5], [2, 1, 4, 4, 3]).statistic
  it('gives ties their mean rank', () => {
    expect(spearman([1, 2, 2, 3, 5], [2, 1, 4, 4, 3])).toBeCloseTo(0.39473684, 7);
  });
  it('is unknown where a side does not vary', () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
  });
});

import { expect, test } from 'vitest';
import { PRESETS } from '../../engine/rl/presets.ts';
import { compareRuns, type Compared } from './compareRuns.ts';

const run = (name: string, change: Partial<Compared> = {}): Compared => ({
  id: name,
  name,
  config: PRESETS.nano,
  checkpoint: 'nano',
  step: 3,
  best: { reward: { value: 0.5, step: 2 } },
  ...change,
});
const fields = (runs: readonly Compared[]) =>
  compareRuns(runs)
    .filter(({ kind }) => kind === 'field')
    .map(({ label, cells }) => [label, ...cells]);

test('only fields that differ are there, each with the value of every run', () => {
  const { nano } = PRESETS;
  const other = { ...nano, seed: 7, objective: { ...nano.objective, clipHigh: 0.28 } };
  expect(fields([run('a'), run('b', { config: other }), run('c')])).toEqual([
    ['seed', '1', '7', '1'],
    ['objective.clipHigh', '0.3', '0.28', '0.3'],
  ]);
  expect(fields([run('a'), run('b')])).toEqual([]);
});

test('custom terms are named, other weights told', () => {
  const { nano } = PRESETS;
  const custom = [{ name: 'short', weight: 0.2, code: 'return 1' }];
  const recipes = { ...nano.recipes, reasoning: { ...nano.recipes.reasoning, custom } };
  expect(fields([run('a'), run('b', { config: { ...nano, recipes }, checkpoint: 'other' })])).toEqual([
    ['recipes.reasoning.custom', 'none', 'short × 0.2'],
    ['checkpoint', 'nano', 'other'],
  ]);
});

test('starts that were warmed up otherwise are told apart', () => {
  const measures = { accuracy: 0.5, description_f1: 0.5 };
  const warmups = [
    {
      ...{ steps: 3, batchSize: 8, learningRate: 0.001, tasks: 'scenes-nano', seed: 1 },
      ...{ from: 'a', policyHash: 'b', firstLoss: 2, lastLoss: 1 },
      faults: { perception: [{ attribute: 'color', values: ['blue'], p: 0.9 }], reasoning: [] },
      measured: { part: 'heldout', n: 8, before: measures, after: measures },
    },
  ] as const;
  expect(fields([run('a', { warmups }), run('b', { warmups })])).toEqual([]);
  expect(fields([run('a'), run('b', { warmups })])).toEqual([
    ['warm-up', 'as shipped', '3 steps of 8 at rate 0.001, faults: color (blue) 0.9'],
  ]);
});

test('best scores stand side by side with their step; what was not measured is a dash', () => {
  const rows = compareRuns([
    run('a'),
    run('b', { step: 9, best: { 'perception/f1': { value: 0.75, step: 8 } } }),
  ]);
  expect(rows.filter(({ kind }) => kind === 'score').map(({ label, cells }) => [label, ...cells])).toEqual([
    ['steps', '3', '9'],
    ['best reward', '0.500 at step 2', '–'],
    ['best accuracy', '–', '–'],
    ['best description F1', '–', '0.750 at step 8'],
  ]);
});

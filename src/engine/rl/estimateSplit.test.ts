import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { loadScorer } from '../rewards/scorer/index.ts';
import { taskSetByName } from '../tasks/index.ts';
import { estimateSplit } from './estimateSplit.ts';
import { presetByName } from './presets.ts';
import { loadRunParts, type RunParts } from './runParts.ts';
import { Trainer } from './trainer.ts';
import type { SplitEntry } from './types.ts';

const tasks = taskSetByName('scenes-nano');
const nano = presetByName('nano');
const config = {
  ...nano,
  sampling: { ...nano.sampling, maxNewTokens: 24 },
  split: { ...nano.split, questions: 36, n: 2 },
};
const shipped =
  (model: string) =>
  (name: string): Promise<Uint8Array | null> =>
    readFile(join('public', 'models', model, name)).catch(() => null);

let parts: RunParts;
beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
  parts = await loadRunParts(shipped('nano'), tasks, await loadScorer(shipped('scorer')));
});

async function entries(from: number, to: number): Promise<SplitEntry[]> {
  const all: SplitEntry[] = [];
  for await (const chunk of estimateSplit(parts, config, from, to)) all.push(...chunk);
  return all;
}

test('every question once, in order; where it goes on changes no count', async () => {
  const whole = await entries(0, 36);
  expect(whole.map(({ qid }) => qid)).toEqual(
    Array.from({ length: 36 }, (_, index) => tasks.sample('train', index).qid),
  );
  expect(await entries(30, 36)).toEqual(whole.slice(30));
  expect(await entries(5, 5)).toEqual([]);
  expect(new Set(whole.map(({ correct }) => correct)).size).toBeGreaterThan(1);
});

test('counts as the trainer’s own split does', async () => {
  const trainer = new Trainer(parts, config);
  while (trainer.nextPhase === 'split') await trainer.advance();
  expect(await entries(0, 36)).toEqual(trainer.split?.entries);
  trainer.dispose();
});

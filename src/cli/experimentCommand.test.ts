/** An experiment as a user runs it, at the size of nano: real processes, real files. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeRecordedRun } from '../runs/index.ts';
import { pebr } from './testProcess.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pebr-experiment-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Two arms of one update a stage, from one seed. */
const stage = (name: string) => ({ stage: name, updates: 1 });
const config = {
  name: 'two-stage',
  purpose: 'A trial.',
  seeds: 1,
  backend: 'wasm',
  settings: [
    { name: 'nano', label: 'Nano', tasks: 'scenes-nano', preset: 'nano', checkpoint: 'public/models/nano' },
  ],
  train: { promptsPerStep: 2, promptsPerMiniBatch: 2 },
  split: { questions: 16, n: 2, temperature: 1.2, topP: 0.99 },
  arms: [
    { name: 'reasoning', label: 'reasoning only', split: 'start', stages: [stage('reasoning')] },
    {
      name: 'two-stage',
      label: 'both',
      split: 'start',
      stages: [stage('perception'), stage('reasoning')],
    },
  ],
  evaluation: { samples: 8, curveSamples: 4, curveEvery: 1, maxNewTokens: 48 },
  outcomes: [
    {
      kind: 'difference',
      measure: 'accuracy',
      of: 'two-stage',
      against: 'reasoning',
      above: 0,
      interval: true,
    },
  ],
  recorded: { arms: ['two-stage'], seed: 1 },
};

test('trains, measures, reports, resumes, and refuses the runs of another config', async () => {
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify(config));
  const [runs, out, recorded] = ['runs', 'out', 'recorded'].map((name) => join(folder, name));
  const args = ['experiment', 'two-stage', '--config', file, '--runs', runs, '--out', out];

  const first = await pebr(...args, '--recorded', recorded);
  expect(first.stderr).toContain('Report:');
  expect(first.code).toBe(0);
  const report = await readFile(join(out, 'two-stage.md'), 'utf8');
  expect(report).toMatch(/\*\*two-stage\*\* both \| 1 perception, then 1 reasoning/);
  expect(await readdir(out)).toEqual(['two-stage-curves.svg', 'two-stage.json', 'two-stage.md']);
  const run = decodeRecordedRun(await readFile(join(recorded, 'two-stage.run')));
  expect(run.metrics.map(({ step }) => step)).toEqual([1, 2]);
  expect(run.records.map(({ step, stage: of }) => [step, of])).toEqual([
    [1, 'perception'],
    [2, 'reasoning'],
  ]);
  const [group] = run.records[0].groups;
  expect(group.rewardMean).toBeCloseTo(
    group.rollouts.reduce((sum, { reward }) => sum + reward, 0) / group.rollouts.length,
    12,
  );

  // Without --resume nothing is written over; with it, the finished runs give the same report.
  const again = await pebr(...args);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('is not empty');
  await rm(out, { recursive: true });
  expect((await pebr(...args, '--resume')).code).toBe(0);
  expect(await readFile(join(out, 'two-stage.md'), 'utf8')).toBe(report);

  await writeFile(file, JSON.stringify({ ...config, purpose: 'Another.' }));
  const other = await pebr(...args, '--resume');
  expect(other.code).toBe(1);
  expect(other.stderr).toContain('holds runs of another config');
}, 240_000);

test('names an unknown experiment, arm and checkpoint', async () => {
  const unknown = await pebr('experiment', 'three-stage');
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toContain('got "three-stage"');
  const arm = await pebr('experiment', 'two-stage', '--arms', 'reasoning,none');
  expect(arm.code).toBe(2);
  expect(arm.stderr).toContain('"none" is not one of warm-up, reasoning');
  const file = join(folder, 'missing.json');
  const settings = [{ ...config.settings[0], checkpoint: 'public/models/none' }];
  await writeFile(file, JSON.stringify({ ...config, settings }));
  const checkpoint = await pebr('experiment', 'two-stage', '--config', file, '--runs', join(folder, 'none'));
  expect(checkpoint.code).toBe(1);
  expect(checkpoint.stderr).toContain('is no checkpoint folder');
}, 120_000);

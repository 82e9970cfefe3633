/** An experiment as a user runs it, at the size of nano: real processes, real files. */
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
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

  // A second seed without the first one's runs gives the report of both, and the first one's numbers stay.
  const [seed1, extended] = [join(folder, 'seed1.json'), join(folder, 'extended')];
  await copyFile(join(out, 'two-stage.json'), seed1);
  const both = await pebr(
    ...args.slice(0, 4),
    '--runs',
    extended,
    '--out',
    out,
    '--seeds',
    '2',
    '--extend',
    seed1,
  );
  expect(both.stderr).toContain('Report:');
  expect((await readdir(extended)).filter((name) => name.includes('seed1'))).toEqual([]);
  const [before, after] = (
    await Promise.all([seed1, join(out, 'two-stage.json')].map((path) => readFile(path, 'utf8')))
  ).map(
    (json) => JSON.parse(json) as { seeds: number[]; settings: { arms: { seeds: { seed: number }[] }[] }[] },
  );
  expect(after.seeds).toEqual([1, 2]);
  for (const [index, arm] of after.settings[0].arms.entries()) {
    expect(arm.seeds.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(arm.seeds[0]).toEqual(before.settings[0].arms[index].seeds[0]);
  }
  const whole = await pebr(...args, '--extend', seed1);
  expect(whole).toMatchObject({ code: 2, stdout: '' });
  expect(whole.stderr).toContain('has seeds 1 to 1 already');

  await writeFile(file, JSON.stringify({ ...config, purpose: 'Another.' }));
  const foreign = await pebr(...args, '--extend', seed1);
  expect(foreign.code).toBe(1);
  expect(foreign.stderr).toContain('reports another config');
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

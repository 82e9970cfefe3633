import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { taskSetByName } from '../../engine/tasks/index.ts';
import { EXPERIMENTS, loadExperiment, parseExperiment, type ExperimentConfig } from './config.ts';
import { planJobs, rowsFile, type PlanOptions } from './jobs.ts';
import { chosenSteps } from './recorded.ts';
import { reportFiles } from './report.ts';
import { differenceOf, levelOf, type ArmResult, type ExperimentResult } from './results.ts';
import { untrainedIndices } from './rows.ts';

const text = await readFile('experiments/two-stage.json', 'utf8');
const config = parseExperiment(text, 'two-stage.json');
const plan: PlanOptions = {
  config,
  root: '/runs',
  seeds: [1, 2],
  arms: config.arms.map((arm) => arm.name),
  backend: 'wasm',
  pretrained: '',
  measured: 'heldout',
};

describe('config', () => {
  const broken = (change: (json: Record<string, never>) => void): (() => unknown) => {
    const json = JSON.parse(text) as Record<string, never>;
    change(json);
    return () => parseExperiment(JSON.stringify(json), 'two-stage.json');
  };

  test('gives every arm with RL the same number of updates', () => {
    const updates = config.arms
      .map((arm) => arm.stages.reduce((sum, stage) => sum + stage.updates, 0))
      .filter((count) => count > 0);
    expect(new Set(updates).size).toBe(1);
  });

  test('every committed experiment is one', async () => {
    for (const name of EXPERIMENTS)
      expect((await loadExperiment(name, undefined, false)).config.name).toBe(name);
  });

  test('names file and field of what is wrong', () => {
    expect(() => parseExperiment('{', 'a.json')).toThrow(/a\.json is not JSON/);
    expect(broken((json) => Object.assign(json, { seeds: 0 }))).toThrow(/two-stage\.json: seeds: .*0/);
    expect(broken((json) => Object.assign(json, { typo: 1 }))).toThrow(/typo/);
    expect(broken((json) => Object.assign(json, { recorded: { arms: ['x'], seed: 1 } }))).toThrow(
      /arm "x" is not declared; the arms are warm-up, reasoning/,
    );
  });

  test('a quick run is smaller and has a hash of its own', async () => {
    const whole = await loadExperiment('two-stage', undefined, false);
    const quick = await loadExperiment('two-stage', undefined, true);
    expect(quick.config.evaluation.samples).toBeLessThan(whole.config.evaluation.samples);
    expect(quick.sha256).not.toBe(whole.sha256);
    await expect(loadExperiment('three-stage', undefined, false)).rejects.toThrow(/got "three-stage"/);
    await expect(loadExperiment('fault-sweep', join('experiments', 'two-stage.json'), false)).rejects.toThrow(
      /asked for "fault-sweep"/,
    );
  });
});

describe('jobs', () => {
  const jobs = planJobs(plan);

  test('come after everything that they wait for, each once', () => {
    const before = new Set<string>();
    for (const job of jobs) {
      for (const id of job.after) expect(before).toContain(id);
      expect(before).not.toContain(job.id);
      before.add(job.id);
    }
  });

  test('train a later stage from the checkpoint of the one before', () => {
    const second = jobs.find((job) => job.id === 'scenes-severe-two-stage-seed2-2-reasoning');
    const args = second?.kind === 'command' ? second.args : [];
    expect(args[args.indexOf('--checkpoint') + 1]).toBe('/runs/two-stage-seed2/stage1/checkpoint');
    expect(args[args.indexOf('--split') + 1]).toBe('/runs/split-seed2');
    const unsplit = jobs.find((job) => job.id === 'scenes-severe-two-stage-no-split-seed1-1-perception');
    expect(unsplit?.kind === 'command' ? unsplit.args : ['--split']).not.toContain('--split');
  });

  test('split again by the policy of the stage before where an arm says so', () => {
    const id = 'scenes-severe-two-stage-resplit-seed1-2';
    const split = jobs.find((job) => job.id === `${id}-split`);
    const args = split?.kind === 'command' ? split.args : [];
    expect(args[args.indexOf('--checkpoint') + 1]).toBe('/runs/two-stage-resplit-seed1/stage1/checkpoint');
    const stage = jobs.find((job) => job.id === `${id}-reasoning`);
    expect(stage?.after).toEqual([`${id}-split`]);
    expect(stage?.kind === 'command' ? stage.args : []).toContain('/runs/two-stage-resplit-seed1/split2');
  });

  test('measure the end of every arm on all samples', () => {
    for (const job of jobs) {
      if (job.kind !== 'evaluation') continue;
      expect(job.measurements.at(-1)?.samples).toBe(config.evaluation.samples);
    }
    expect(rowsFile('/rows', 7)).toBe('/rows/update_00007.jsonl');
  });
});

test('tuning measures what no arm trains on', () => {
  const tasks = taskSetByName('scenes');
  const indices = untrainedIndices(config, tasks, 8, [101, 102]);
  expect(indices).toHaveLength(config.evaluation.samples);
  expect(Math.min(...indices)).toBeGreaterThanOrEqual(config.split.questions);
  expect(untrainedIndices(config, tasks, 8, [101, 102])).toEqual(indices);
  // Another seed trains on other questions.
  expect(untrainedIndices(config, tasks, 8, [1])).not.toEqual(indices);
});

test('records the first and the last step of a stage', () => {
  expect(chosenSteps(60)).toEqual([1, 21, 40, 60]);
  expect(chosenSteps(1)).toEqual([1]);
});

/** An arm of two seeds whose samples are right with these shares. */
function arm(name: string, shares: readonly [number, number], zero: number): ArmResult {
  const n = 200;
  return {
    name,
    label: `label of ${name}`,
    seeds: shares.map((share, s) => ({
      seed: s + 1,
      final: {
        accuracy: Array.from({ length: n }, (_, i) => (i < share * n ? 1 : 0)),
        description_f1: Array.from({ length: n }, () => share),
      },
      curve: [{ update: 120, accuracy: share, description_f1: share }],
      zeroAdvantage: [{ stage: 'reasoning', shares: [zero, zero] }],
    })),
  };
}

describe('report', () => {
  const setting = {
    setting: config.settings[0],
    qids: Array.from({ length: 200 }, (_, i) => `q${i}`),
    kinds: Array.from({ length: 200 }, (_, i) => (i % 2 ? 'count' : 'exist')),
    arms: [arm('two-stage', [0.6, 0.7], 0.2), arm('reasoning', [0.5, 0.5], 0.5)],
  };

  test('levels and differences are means over seeds with intervals around them', () => {
    const level = levelOf(setting.arms[0], 'accuracy');
    expect(level.difference).toBeCloseTo(0.65, 12);
    const difference = differenceOf(setting, 'accuracy', 'two-stage', 'reasoning');
    expect(difference.difference).toBeCloseTo(0.15, 12);
    expect(difference.low).toBeLessThan(0.15);
    expect(difference.low).toBeGreaterThan(0);
    expect(difference.high).toBeGreaterThan(0.15);
  });

  test('says what was declared, what was found and what it rests on', () => {
    const small: ExperimentConfig = {
      ...config,
      arms: config.arms.filter(({ name }) => ['two-stage', 'reasoning'].includes(name)),
    };
    const result: ExperimentResult = {
      name: 'two-stage',
      sha256: 'ab'.repeat(32),
      measured: 'heldout',
      seeds: [1, 2],
      settings: [setting],
      outcomes: [
        {
          setting: 'scenes-severe',
          outcome: config.outcomes[0],
          value: 0.15,
          interval: { difference: 0.15, low: 0.05, high: 0.25 },
          holds: true,
        },
      ],
    };
    const files = reportFiles(small, result, [], {
      command: 'npm run pebr -- experiment',
      when: '2000-01-01',
    });
    const markdown = files.get('two-stage.md') ?? '';
    expect(markdown).toContain('ab'.repeat(32));
    expect(markdown).toContain('+0.150 [+0.050, +0.250] | **yes**');
    expect(markdown).toContain('2 seeds (1, 2)');
    expect(markdown).toContain('| count | 100 |');
    const svg = files.get('two-stage-curves.svg') ?? '';
    expect(svg).toContain('two-stage: label of two-stage');
    expect(svg).not.toContain('NaN');
    expect(JSON.parse(files.get('two-stage.json') ?? '')).toMatchObject({ seeds: [1, 2] });
  });
});

/** `eval` and `card` as a user runs them: real processes, a copy of the shipped nano checkpoint. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MEASURE_NAMES } from '../engine/eval/measures.ts';
import type { EvalReport } from '../engine/eval/summarise.ts';
import type { PebrExtras } from '../engine/rl/runParts.ts';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
let checkpoint: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pebr-eval-'));
  checkpoint = join(folder, 'nano-copy');
  await cp(join('public', 'models', 'nano'), checkpoint, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function pebr(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile('node', ['scripts/pebr.mjs', ...args, '--backend', 'wasm'], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr });
    });
  });
}

const evaluate = (...more: string[]): Promise<Outcome> =>
  pebr('eval', '--checkpoint', checkpoint, '--tasks', 'scenes', ...more);

describe('eval', () => {
  test('prints the stable fields, and with samples pass@k, means and greedy apart', async () => {
    const { code, stdout, stderr } = await evaluate('--n', '10', '--samples', '2', '--json');
    expect(code).toBe(0);
    expect(stderr).not.toContain('Warning');
    const report = JSON.parse(stdout) as EvalReport;
    expect(Object.keys(report)).toEqual(
      expect.arrayContaining(['tasks', 'part', 'n', 'by_kind', ...MEASURE_NAMES]),
    );
    expect(report).toMatchObject({ tasks: 'scenes-nano', part: 'heldout', n: 10, samples: 2 });
    expect(report.accuracy).toBe(report.mean?.accuracy);
    expect(report.pass_at_k?.['1']).toBeCloseTo(report.accuracy, 12);
    expect(report.pass_at_k?.['2']).toBeGreaterThanOrEqual(report.accuracy);
    const kinds = Object.values(report.by_kind);
    expect(kinds.reduce((sum, { n }) => sum + n, 0)).toBe(10);
    expect(kinds[0].intervals.accuracy).toHaveLength(2);

    const greedy = JSON.parse((await evaluate('--n', '10', '--json')).stdout) as EvalReport;
    expect(report.greedy).toEqual(greedy.greedy);
    expect(greedy.accuracy).toBe(greedy.greedy.accuracy);
  });

  test('prints tables for people', async () => {
    const { stdout } = await evaluate('--n', '6', '--samples', '2');
    expect(stdout).toMatch(/^scenes-nano, heldout part, 6 samples/);
    expect(stdout).toMatch(/accuracy +\d\.\d{3} \[\d\.\d{3}, \d\.\d{3}\] +\d\.\d{3} \[/);
    expect(stdout).toMatch(/pass@2 +\d\.\d{3} \[/);
    expect(stdout).toMatch(/greedy, by kind/);
  });

  test('warns when the tokenizer has to spell the words of the tasks', async () => {
    const { code, stderr } = await evaluate('--tasks', 'scenes-hard', '--n', '1');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /Warning: the tokenizer of .*nano-copy has to spell \d+ of \d+ words of scenes-hard/,
    );
  });

  test('names an empty part and a missing checkpoint, and prints nothing', async () => {
    const set = join(folder, 'empty.json');
    await writeFile(set, '[]');
    const empty = await evaluate('--tasks', set);
    expect(empty.code).toBe(1);
    expect(empty.stdout).toBe('');
    expect(empty.stderr).toMatch(/empty|no (samples|records)/);
    const missing = await pebr('eval', '--checkpoint', join(folder, 'nowhere'), '--tasks', 'scenes');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/nowhere: .*config\.json/);
  });
});

describe('card', () => {
  test('tells the numbers that eval tells, in config.json and in a README named after the folder', async () => {
    const made = await pebr(
      ...['card', '--checkpoint', checkpoint, '--preset', 'nano', '--n', '12', '--questions', '6'],
    );
    expect(made.stderr).toContain('Written to');
    expect(made.code).toBe(0);
    const report = JSON.parse((await evaluate('--n', '12', '--json')).stdout) as EvalReport;
    const { pebr: extras } = JSON.parse(await readFile(join(checkpoint, 'config.json'), 'utf8')) as {
      pebr: PebrExtras;
    };
    for (const name of MEASURE_NAMES) expect(extras.card?.measured[name]).toBe(report[name]);
    expect(extras.card?.measured).toMatchObject({ heldout_n: 12, split_questions: 6 });

    const readme = await readFile(join(checkpoint, 'README.md'), 'utf8');
    expect(readme).toMatch(/^# nano-copy\n/);
    const cell = (name: 'accuracy' | 'format', row: EvalReport['by_kind'][string]): string =>
      `${row[name].toFixed(3)} (${row.intervals[name].map((end) => end.toFixed(3)).join('–')})`;
    expect(readme).toContain(`| accuracy | ${cell('accuracy', report)} |`);
    for (const [kind, row] of Object.entries(report.by_kind)) {
      expect(readme).toContain(`| ${kind} | ${row.n} | ${cell('accuracy', row)} |`);
      expect(readme).toContain(`| ${cell('format', row)} |\n`);
    }
  });

  test('a damaged checkpoint is named and stays as it was', async () => {
    const damaged = join(folder, 'damaged');
    await cp(checkpoint, damaged, { recursive: true });
    const weights = join(damaged, 'model.safetensors');
    await writeFile(weights, (await readFile(weights)).subarray(0, 5000));
    const before = await readFile(join(damaged, 'README.md'), 'utf8');
    const { code, stderr } = await pebr('card', '--checkpoint', damaged, '--preset', 'nano', '--n', '2');
    expect(code).toBe(1);
    expect(stderr).toMatch(/damaged: .*model\.safetensors/);
    expect(await readFile(join(damaged, 'README.md'), 'utf8')).toBe(before);
  });
});

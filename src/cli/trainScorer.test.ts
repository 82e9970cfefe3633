/** `train-scorer` as a user runs it: finished, interrupted, resumed, and with bad input. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadScorer } from '../engine/rewards/scorer/index.ts';
import { selectBackend } from '../engine/compute/backend.ts';
import { readIfThere } from './output.ts';
import { pebr } from './testProcess.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pebr-scorer-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const command = (out: string, steps: number, ...more: string[]): string[] => [
  ...['train-scorer', '--tasks', 'scenes-nano', '--backend', 'wasm', '--steps', String(steps)],
  ...['--out', out, ...more],
];

describe('train-scorer', () => {
  test('makes a scorer that loads, with a card, and no longer a state', async () => {
    const out = join(folder, 'made');
    const { code, stderr } = await pebr(...command(out, 1));
    expect(code, stderr).toBe(0);
    expect((await readdir(out)).sort()).toEqual([
      'README.md',
      'config.json',
      'measures.json',
      'model.safetensors',
    ]);
    await selectBackend({ forced: 'cpu' });
    const scorer = await loadScorer((name) => readIfThere(join(out, name)));
    expect(scorer.id).toBe('dual-encoder-scenes-nano');
    scorer.dispose();
    const card = await readFile(join(out, 'README.md'), 'utf8');
    expect(card).toContain(`Threshold (similarity from which the clip reward is 1): ${scorer.threshold}`);
    expect(card).toMatch(/\| scenes-nano \| [\d.]+ % \| [\d.]+ % \| – \|/);
    // Measured anew with a policy's rollouts: the same weights, the card with one number more.
    const measured = join(folder, 'measured');
    const anew = await pebr(...command(measured, 1, '--measure', out, '--checkpoint', 'public/models/nano'));
    expect(anew.code, anew.stderr).toBe(0);
    for (const name of ['config.json', 'model.safetensors'])
      expect(await readFile(join(measured, name))).toEqual(await readFile(join(out, name)));
    const [row, other] = await Promise.all(
      [measured, out].map(async (dir) =>
        /\| scenes-nano .*/.exec(await readFile(join(dir, 'README.md'), 'utf8')),
      ),
    );
    expect(row?.[0]).toMatch(/ -?0\.\d+ \|$/);
    expect(row?.[0].split('|').slice(0, 4)).toEqual(other?.[0].split('|').slice(0, 4));
    const none = await pebr(...command(join(folder, 'none'), 1, '--measure', folder));
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/Scorer .*config\.json is missing/)]);
    const again = await pebr(...command(out, 1, '--resume'));
    expect([again.code, again.stderr]).toEqual([1, expect.stringMatching(/finished scorer/)]);
  }, 300_000);

  test('saves its state when it is interrupted, and refuses to resume another run', async () => {
    const out = join(folder, 'interrupted');
    const child = spawn('node', ['scripts/pebr.mjs', ...command(out, 100_000, '--save-every', '1')]);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while (child.exitCode === null && !(await readIfThere(join(out, 'state', 'state.json')))) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    const state = await readFile(join(out, 'state', 'state.json'), 'utf8');
    const other = await pebr(...command(out, 50, '--resume'));
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringMatching(/another config \(steps: was 100000, now 50\)/),
    ]);
    expect(await readFile(join(out, 'state', 'state.json'), 'utf8')).toBe(state);
  }, 300_000);

  test('names bad input and writes nothing', async () => {
    const full = join(folder, 'full');
    await mkdir(full);
    await writeFile(join(full, 'note.txt'), 'mine');
    const taken = await pebr(...command(full, 1));
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringMatching(/not empty \(note\.txt\)/)]);
    expect(await readdir(full)).toEqual(['note.txt']);

    const none = join(folder, 'none');
    const options = ['--steps', '1', '--out', none];
    const unknown = await pebr('train-scorer', '--tasks', 'scenes,zebras', ...options);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/got "zebras"/)]);
    const stranger = await pebr('train-scorer', '--tasks', 'scenes', '--checkpoint', 'charts=x', ...options);
    expect([stranger.code, stranger.stderr]).toEqual([
      2,
      expect.stringMatching(/--checkpoint.*got "charts"/),
    ]);
    expect(await readIfThere(join(none, 'config.json'))).toBeNull();
  }, 120_000);
});

/** `warmup` as a user runs it: real processes, the shipped nano checkpoint. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pebr, readLines, type Outcome } from './testProcess.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pebr-warmup-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const nano = join('public', 'models', 'nano');
describe('warmup', () => {
  test('resumes to the same weights, and a damaged checkpoint is named', async () => {
    const warmup = (out: string, ...more: string[]): Promise<Outcome> =>
      pebr(
        'warmup',
        '--preset',
        'nano',
        '--steps',
        '4',
        '--batch',
        '8',
        '--micro-batch',
        '8',
        '--save-every',
        '2',
        ...more,
        '--backend',
        'wasm',
        '--out',
        out,
      );
    const whole = join(folder, 'warm');
    expect((await warmup(whole, '--faults', 'perception=0.5')).code).toBe(0);
    expect(await readLines(whole, 'metrics.jsonl')).toHaveLength(4);
    const damaged = join(folder, 'damaged');
    await pebr(
      'warmup',
      '--preset',
      'nano',
      '--from-scratch',
      '--steps',
      '1',
      '--batch',
      '4',
      '--backend',
      'wasm',
      '--out',
      damaged,
    );
    const weights = join(damaged, 'checkpoint', 'model.safetensors');
    await writeFile(weights, (await readFile(weights)).subarray(0, 5000));
    const { code, stderr } = await pebr(
      'eval',
      '--checkpoint',
      join(damaged, 'checkpoint'),
      '--tasks',
      'scenes-nano',
      '--backend',
      'wasm',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('model.safetensors');
  });

  test('--transfer starts from what another policy has learned', async () => {
    const pretrain = async (out: string, ...more: string[]): Promise<number> => {
      const args = [
        '--preset',
        'nano',
        '--from-scratch',
        '--steps',
        '1',
        '--batch',
        '8',
        '--backend',
        'wasm',
      ];
      expect((await pebr('warmup', ...args, ...more, '--out', join(folder, out))).code).toBe(0);
      const [line] = await readLines(join(folder, out), 'metrics.jsonl');
      return (line as { loss: number }).loss;
    };
    const random = await pretrain('from-random');
    expect(await pretrain('from-learned', '--transfer', nano)).toBeLessThan(random / 2);
    const { code, stderr } = await pebr(
      'warmup',
      '--steps',
      '1',
      '--transfer',
      nano,
      '--out',
      join(folder, 'no'),
    );
    expect(code).toBe(2);
    expect(stderr).toContain('--transfer needs --from-scratch');
  });
});

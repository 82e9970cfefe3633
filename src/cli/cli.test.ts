/** The command line as a user runs it: real processes, real files, the shipped nano checkpoint. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pebr, readLines, type Outcome } from './testProcess.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pebr-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const nano = join('public', 'models', 'nano');

const timeless = (lines: Record<string, unknown>[]): unknown[] =>
  lines.map((line) => Object.fromEntries(Object.entries(line).filter(([key]) => !/time|second/.test(key))));

describe('train', () => {
  const train = (out: string, steps: number, ...more: string[]): Promise<Outcome> =>
    pebr(
      'train',
      '--preset',
      'nano',
      '--steps',
      String(steps),
      '--seed',
      '1',
      '--backend',
      'wasm',
      '--out',
      out,
      ...more,
    );

  test('is the same twice, and the same again when it is resumed', async () => {
    const [first, second, resumed] = ['first', 'second', 'resumed'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const run of [await train(first, 4), await train(second, 4), await train(resumed, 2)]) {
      expect(run.stderr).toContain('wasm');
      expect(run.code).toBe(0);
    }
    expect((await train(resumed, 4, '--resume')).code).toBe(0);
    const metrics = await readLines(first, 'metrics.jsonl');
    expect(metrics.map((line) => line.step)).toEqual([1, 2, 3, 4]);
    expect(metrics.map((line) => line.stage)).toEqual(['perception', 'perception', 'reasoning', 'reasoning']);
    for (const line of metrics) expect(line.grad_norm).toBeGreaterThan(0);
    expect(timeless(await readLines(second, 'metrics.jsonl'))).toEqual(timeless(metrics));
    expect(timeless(await readLines(resumed, 'metrics.jsonl'))).toEqual(timeless(metrics));
    const weights = (run: string): Promise<Buffer> => readFile(join(run, 'checkpoint', 'model.safetensors'));
    expect((await weights(resumed)).equals(await weights(first))).toBe(true);
    const rollouts = await readLines(first, 'rollouts', 'step_00001.jsonl');
    expect(rollouts).toHaveLength(16);
    expect(Object.keys(rollouts[0])).toEqual(
      expect.arrayContaining(['qid', 'response', 'terms', 'reward', 'advantage', 'tokenIds', 'logProbs']),
    );
  });

  test('does not write over a run, nor resume one of another config', async () => {
    const first = join(folder, 'first');
    const again = await train(first, 4);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/not empty.*--resume/);
    const other = await pebr(
      ...[
        'train',
        '--preset',
        'nano',
        '--steps',
        '6',
        '--seed',
        '2',
        '--backend',
        'wasm',
        '--out',
        first,
        '--resume',
      ],
    );
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/config\.seed: was 1, now 2/);
    expect(await readLines(first, 'metrics.jsonl')).toHaveLength(4);
  });

  test('names what is wrong with a config', async () => {
    const file = join(folder, 'config.json');
    await writeFile(file, JSON.stringify({ objective: { clipHigh: 'wide' } }));
    const { code, stderr } = await train(join(folder, 'never'), 1, '--config', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/objective\.clipHigh.*finite number.*"wide"/);
    await expect(readdir(join(folder, 'never'))).rejects.toThrow();
  });
});

describe('usage', () => {
  test.each([
    [['frobnicate'], /Unknown command "frobnicate"/],
    [['train', '--steps', '2'], /--out DIR is missing/],
    [['train', '--steps', 'two', '--out', 'x'], /--steps takes a whole number; got "two"/],
    [['train', '--steps', '0', '--out', 'x'], /--steps is at least 1; got 0/],
    [['train', '--preset', 'huge', '--steps', '1', '--out', 'x'], /--preset is one of .*; got "huge"/],
    [['eval', '--checkpoint', nano, '--tasks', 'nonsense'], /--tasks is one of .*; got "nonsense"/],
    [['score', '--stage', '3', 'x.jsonl'], /--stage is one of .*; got "3"/],
    [['verify', 'x', '--require', 'cuda'], /--require knows .*; got "cuda"/],
  ])('%j ends with 2 and says why', async (args, message) => {
    const { code, stdout, stderr } = await pebr(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
  });

  test.each(['train', 'warmup', 'sample', 'score', 'eval', 'verify', 'train-scorer', 'card'])(
    '%s --help tells its options',
    async (command) => {
      const { code, stdout } = await pebr(command, '--help');
      expect(code).toBe(0);
      expect(stdout).toContain(`npm run pebr -- ${command}`);
      expect(stdout).toContain('--seed');
      expect(stdout).toContain('--backend');
    },
  );
});

describe('sample', () => {
  test('writes the split in PeBR’s format, which train reads back', async () => {
    const out = join(folder, 'split');
    const args = [
      'sample',
      '--checkpoint',
      nano,
      '--tasks',
      'scenes-nano',
      '--preset',
      'nano',
      '--questions',
      '10',
    ];
    expect((await pebr(...args, '--n', '4', '--backend', 'wasm', '--out', out)).code).toBe(0);
    const passes = await readLines(out, 'passes.jsonl');
    expect(passes).toHaveLength(10);
    const pools = await Promise.all(
      ['easy', 'medium', 'hard'].map(
        async (name) =>
          JSON.parse(await readFile(join(out, `${name}.json`), 'utf8')) as Record<string, unknown>[],
      ),
    );
    expect(pools.flat()).toHaveLength(10);
    for (const record of pools.flat()) {
      expect(Object.keys(record).sort()).toEqual(['answer', 'images', 'key_words', 'problem', 'qid']);
    }
    const again = await pebr(...args, '--n', '3', '--backend', 'wasm', '--out', out, '--resume');
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/n 4, asked for 3/);
    const run = join(folder, 'from-split');
    const options = ['--stage', 'reasoning', '--split', out, '--backend', 'wasm', '--out', run];
    expect((await pebr('train', '--preset', 'nano', '--steps', '1', ...options)).code).toBe(0);
  });
});

describe('score', () => {
  test('scores lines in order and says what it could not compute', async () => {
    const file = join(folder, 'in.jsonl');
    const oracle = JSON.parse(await readFile('fixtures/oracles/stage1-reward.json', 'utf8')) as {
      rows: Record<string, number | string>[];
    };
    const lines = oracle.rows.map((row, index) => ({
      qid: String(index),
      response: row.response,
      answer: '',
      key_words: row.key_words,
      similarity: row.similarity,
      response_tokens: row.response_tokens,
    }));
    const unknown = { qid: 'unknown', response: 'no sections', answer: '1' };
    await writeFile(file, [...lines, unknown].map((line) => JSON.stringify(line)).join('\n'));
    const { code, stdout } = await pebr('score', '--stage', '1', file);
    expect(code).toBe(0);
    const scored = stdout
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as { qid: string; overall: number | null; missing?: Record<string, number> },
      );
    expect(scored.map((line) => line.qid)).toEqual([...lines.map((line) => line.qid), 'unknown']);
    oracle.rows.forEach((row, index) => {
      expect(scored[index].overall).toBeCloseTo(row.overall as number, 9);
    });
    expect(scored.at(-1)!.overall).toBeNull();
    expect(scored.at(-1)!.missing).toEqual({ clip: 0.4, keyword: 0.4, length: 0.1 });
  });

  test('names a broken line and scores the rest', async () => {
    const file = join(folder, 'broken.jsonl');
    await writeFile(file, '{"qid": "a", "response": "7", "answer": "7"}\n{"qid": "b"\n');
    const { code, stdout, stderr } = await pebr('score', '--stage', 'reasoning', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/line 2 is not JSON/);
    expect((JSON.parse(stdout) as { overall: number }).overall).toBeCloseTo(0.9, 9);
  });
});

describe('eval', () => {
  test('eval prints one JSON object, the same each time', async () => {
    const args = [
      'eval',
      '--checkpoint',
      nano,
      '--tasks',
      'scenes-nano',
      '--n',
      '32',
      '--json',
      '--backend',
      'wasm',
    ];
    const [first, second] = [await pebr(...args), await pebr(...args)];
    expect(first.code).toBe(0);
    expect(first.stdout).toBe(second.stdout);
    expect(JSON.parse(first.stdout)).toMatchObject({ tasks: 'scenes-nano', part: 'heldout', n: 32 });
    const bySuite = await pebr(...args.map((arg) => (arg === 'scenes-nano' ? 'scenes' : arg)));
    expect(bySuite.stdout).toBe(first.stdout);
  });
});

/** Custom reward terms from --config, in training from a terminal. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pebr } from './testProcess.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pebr-custom-'));
});
afterAll(() => rm(folder, { recursive: true }));

const CODE = `function score(sample, { text, tokens }) {
  if (tokens % 2) throw new Error('odd');
  return { value: tokens / 100, evidence: [{ start: 0, end: Math.min(3, text.length), label: sample.answer }] };
}`;

async function train(custom: unknown, out: string) {
  const config = join(folder, 'config.json');
  await writeFile(config, JSON.stringify({ recipes: { perception: { custom } } }));
  return pebr(
    ...['train', '--preset', 'nano', '--backend', 'cpu', '--stage', 'perception', '--steps', '1'],
    ...['--config', config, '--out', join(folder, out)],
  );
}

test('they train as terms of the recipe, and a failure counts 0 with its reason', async () => {
  const { code, stderr } = await train([{ name: 'even', weight: 0.5, code: CODE }], 'run');
  expect(stderr).toContain('Backend');
  expect(code).toBe(0);
  const lines = (await readFile(join(folder, 'run', 'rollouts', 'step_00001.jsonl'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { tokenIds: number[]; reward: number; terms: Term[] });
  expect(lines).toHaveLength(16);
  for (const { tokenIds, reward, terms } of lines) {
    const isOdd = tokenIds.length % 2 === 1;
    expect(terms.at(-1)).toMatchObject({
      name: 'custom:even',
      weight: 0.5,
      value: isOdd ? 0 : tokenIds.length / 100,
      evidence: { kind: 'custom', ...(isOdd ? { error: 'Error: odd (line 2)' } : {}) },
    });
    expect(reward).toBe(terms.reduce((sum, { value, weight }) => sum + value * weight, 0));
  }
  const metrics = JSON.parse(await readFile(join(folder, 'run', 'metrics.jsonl'), 'utf8')) as object;
  expect(metrics).toHaveProperty(['rewards/custom:even/mean']);
});

test('a term that is none is refused by its place in the config', async () => {
  const { code, stderr } = await train([{ name: 'Even', weight: 1, code: CODE }], 'refused');
  expect([code, stderr]).toEqual([1, expect.stringContaining('recipes.perception.custom[0].name')]);
});

interface Term {
  readonly name: string;
  readonly value: number;
  readonly weight: number;
}

/** Rows of the shipped nano policy on wasm. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { loadScorer } from '../rewards/scorer/index.ts';
import { scoreKeywords } from '../rewards/keyword.ts';
import { loadRunParts, type RunParts } from '../rl/runParts.ts';
import { taskSetByName } from '../tasks/index.ts';
import { evaluate } from './evaluate.ts';
import { evaluateRows, rowsOf, type EvalOptions } from './evaluateRows.ts';

const tasks = taskSetByName('scenes-nano');
const shipped =
  (model: string) =>
  (name: string): Promise<Uint8Array | null> =>
    readFile(join('public', 'models', model, name)).catch(() => null);

const options: EvalOptions = {
  part: 'heldout',
  n: 7,
  samples: 3,
  temperature: 1,
  topP: 1,
  maxNewTokens: 32,
  seed: 5,
};

let parts: RunParts;
beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
  parts = await loadRunParts(shipped('nano'), tasks, await loadScorer(shipped('scorer')));
});

test('rows do not depend on how the samples are cut, and sampled ones do on the seed', async () => {
  const whole = await evaluateRows(parts, options);
  expect(whole.map(({ qid, decoding, draw }) => `${qid} ${decoding} ${draw}`).slice(0, 5)).toEqual([
    `${tasks.sample('heldout', 0).qid} greedy 0`,
    ...[0, 1, 2].map((draw) => `${tasks.sample('heldout', 0).qid} sampled ${draw}`),
    `${tasks.sample('heldout', 1).qid} greedy 0`,
  ]);
  expect(whole).toHaveLength(7 * 4);
  for (const samplesAtOnce of [1, 3]) {
    expect(await evaluateRows(parts, { ...options, samplesAtOnce })).toEqual(whole);
  }
  const other = await evaluateRows(parts, { ...options, seed: 6 });
  const greedyOf = (rows: typeof whole) => rows.filter(({ decoding }) => decoding === 'greedy');
  expect(greedyOf(other)).toEqual(greedyOf(whole));
  expect(other).not.toEqual(whole);
});

test('greedy rows are the same with samples and without, and more samples only add', async () => {
  const few = await evaluateRows(parts, { ...options, n: 3, samples: 0 });
  const more = await evaluateRows(parts, { ...options, n: 5, samples: 2 });
  expect(few.every(({ decoding }) => decoding === 'greedy')).toBe(true);
  expect(more.filter(({ decoding }) => decoding === 'greedy').slice(0, 3)).toEqual(few);
});

test('the keyword measure is the reward’s: anywhere in the response', async () => {
  for (const row of await evaluateRows(parts, options)) {
    const { key_words: keyWords } = tasks.find(row.qid)!;
    expect(row.keyword).toBe(scoreKeywords(row.response, keyWords, { weight: 1 }).value);
  }
});

test('reports progress, ends when it is aborted, and leaves no tensor', async () => {
  const { numTensors } = tf.memory();
  const seen: string[] = [];
  const abort = new AbortController();
  const run = evaluate(
    parts,
    { ...options, samplesAtOnce: 2 },
    {
      signal: abort.signal,
      onProgress: (done, total) => {
        seen.push(`${done}/${total}`);
        if (done >= 4) abort.abort(new Error('enough'));
      },
    },
  );
  await expect(run).rejects.toThrow('enough');
  expect(seen).toEqual(['2/7', '4/7']);
  expect(tf.memory().numTensors).toBe(numTensors);
});

test('an empty part is named, and a part is cut to what it has', async () => {
  const empty = { ...tasks, name: 'mine', size: () => 0 };
  await expect(evaluateRows({ ...parts, tasks: empty }, options)).rejects.toThrow('heldout part of mine');
  const small = { ...tasks, size: () => 2, sample: tasks.sample.bind(tasks), find: tasks.find.bind(tasks) };
  const { report } = await evaluate({ ...parts, tasks: small }, { ...options, samples: 0 });
  expect(report.n).toBe(2);
  expect(await rowsOf(parts, [], options)).toEqual([]);
});

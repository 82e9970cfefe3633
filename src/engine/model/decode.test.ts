import * as tf from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { RandomStream } from '../random.ts';
import { readCheckpoint } from './checkpoint.ts';
import { decodeStep, prefill, repeatCache, selectRows } from './decode.ts';
import { hiddenStates, imageFeatures } from './forward.ts';
import { Policy } from './policy.ts';

const FOLDER = new URL('../../../fixtures/oracles/smolvlm-nano/', import.meta.url);
const WIDTH = 32;
const IMAGE_TOKENS = 9;

/** Two prompts of 12 and 14 tokens, images included, and the tokens that four rollouts go on with. */
const random = new RandomStream(7);
const prompts = [12, 14].map((length) =>
  Array.from({ length }, (_, i) => (i >= 1 && i <= IMAGE_TOKENS ? 3 : 4 + random.integer(120))),
);
const responses = Array.from({ length: 4 }, () => Array.from({ length: 52 }, () => 4 + random.integer(120)));

// A software GPU takes half a second a step under load, so there the cache does not grow.
describe.each([
  ['cpu', 52],
  ['wasm', 52],
  ['webgpu', 6],
] as const)('decoding on %s', (backend, steps) => {
  let policy: Policy;
  let features: tf.Tensor3D;

  beforeAll(async () => {
    await prepareNodeBackends();
    await selectBackend({ forced: backend });
    const { config, tensors } = await readCheckpoint((name) =>
      readFile(new URL(name, FOLDER)).catch(() => null),
    );
    policy = Policy.fromTensors(config, tensors);
    const pixels = tf.tensor4d(
      Float32Array.from({ length: 2 * 3 * 24 * 24 }, () => random.normal()),
      [2, 3, 24, 24],
    );
    features = tf.tidy(() => imageFeatures(policy, pixels));
  }, 120_000);

  /** States of the training forward for rows of prompt and response, [row][position · WIDTH]. */
  async function trainingStates(
    rows: readonly number[][],
  ): Promise<(row: number, position: number) => number[]> {
    const length = Math.max(...rows.map((row) => row.length));
    const hidden = tf.tidy(() => {
      const ids = tf.tensor2d(
        rows.flatMap((row) => [...row, ...Array<number>(length - row.length).fill(0)]),
        [rows.length, length],
        'int32',
      );
      const repeated = tf.gather(features, tf.tensor1d([0, 0, 1, 1], 'int32'));
      return hiddenStates(policy, ids, repeated);
    });
    const data = await hidden.data<'float32'>();
    hidden.dispose();
    return (row, position) => {
      const at = (row * length + position) * WIDTH;
      return [...data.subarray(at, at + WIDTH)];
    };
  }

  it('equals the training forward at every token, and frees what it took', async () => {
    const rows = responses.map((response, r) => [...prompts[Math.floor(r / 2)], ...response.slice(0, steps)]);
    const expected = await trainingStates(rows);
    const before = tf.memory().numTensors;
    const inputIds = tf.tensor2d(
      prompts.flatMap((p) => [...p, ...Array<number>(14 - p.length).fill(0)]),
      [2, 14],
      'int32',
    );
    const { cache: shared, lastHidden } = prefill(policy, inputIds, [12, 14], features);
    const cache = repeatCache(shared, 2);
    shared.dispose();
    const check = async (hidden: tf.Tensor2D, step: number, rollouts: readonly number[]) => {
      const data = await hidden.data<'float32'>();
      hidden.dispose();
      rollouts.forEach((r, at) => {
        const golden = expected(r, prompts[Math.floor(r / 2)].length + step);
        golden.forEach((x, i) => expect(Math.abs(data[at * WIDTH + i] - x)).toBeLessThan(1e-4));
      });
    };
    await check(lastHidden, -1, [0, 2]);
    const feed = async (from: typeof cache, step: number, rollouts: readonly number[]) => {
      const tokens = tf.tensor1d(
        rollouts.map((r) => responses[r][step]),
        'int32',
      );
      const hidden = decodeStep(policy, from, tokens);
      tokens.dispose();
      await check(hidden, step, rollouts);
    };
    for (let step = 0; step < 3; step++) await feed(cache, step, [0, 1, 2, 3]);
    const rest = selectRows(cache, [3, 0]);
    cache.dispose();
    for (let step = 3; step < steps; step++) await feed(rest, step, [3, 0]);
    rest.dispose();
    inputIds.dispose();
    expect(tf.memory().numTensors).toBe(before);
  }, 300_000);
});

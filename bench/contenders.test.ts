import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepareNodeBackends } from '../src/engine/compute/nodeBackend.ts';
import { readCheckpoint } from '../src/engine/model/checkpoint.ts';
import { goldenTensor, readGolden } from '../src/engine/model/golden.ts';
import { disagreement } from './agreement.ts';
import type { BenchBatch, Contender } from '../src/engine/measure/index.ts';
import { Ours } from '../src/engine/measure/ours.ts';
import { PlainTfjs } from './plainTfjs/index.ts';

const folder = resolve(import.meta.dirname, '../fixtures/oracles/smolvlm-nano');
const files = async (name: string) => new Uint8Array(await readFile(resolve(folder, name)));
const checkpoint = await readCheckpoint(async (name) => files(name).catch(() => null));
const golden = await readGolden(files);

/** The golden batch, a group a row. */
function goldenBatch(): BenchBatch {
  const tensor = (name: string) => goldenTensor(golden, name);
  const [rows, length] = tensor('input_ids').shape as [number, number];
  const [, width] = tensor('completion_mask').shape as [number, number];
  const groups = Array.from({ length: rows }, (_, row) => {
    const ids = [...tensor('input_ids').data.subarray(row * length, (row + 1) * length)];
    const tokens = tensor('completion_mask')
      .data.subarray(row * width, (row + 1) * width)
      .reduce((a, b) => a + b, 0);
    const reference = tensor('ref_logps').data.subarray(row * width, row * width + tokens);
    const response = ids.slice(length - width, length - width + tokens);
    const advantage = tensor('advantages').data[row];
    return {
      prompt: ids.slice(0, length - width),
      rows: [{ response, advantage, referenceLogProbs: [...reference] }],
    };
  });
  return { groups, pixels: tensor('pixel_values').data, maxNewTokens: 6 };
}

async function run(contender: Contender) {
  await contender.prepare(checkpoint.config, checkpoint.tensors, goldenBatch());
  const updates = [await contender.trainMicroBatch(), await contender.trainMicroBatch()];
  const responses = await contender.rolloutBatch(1);
  contender.dispose();
  return { updates, responses };
}

describe('contenders', () => {
  it('plain tfjs trains and samples as ours does, on the golden checkpoint', async () => {
    await prepareNodeBackends();
    const ours = await run(new Ours({ backend: 'cpu', fusedOps: true }));
    const plain = await run(new PlainTfjs());
    ours.updates.forEach((trained, update) => {
      const both = [
        { contender: 'ours', trained },
        { contender: 'plain tfjs', trained: plain.updates[update] },
      ] as const;
      expect(disagreement(both)).toBeNull();
    });
    expect(plain.responses).toEqual(ours.responses);
    expect(ours.responses.flat().length).toBeGreaterThan(10);
  });
});

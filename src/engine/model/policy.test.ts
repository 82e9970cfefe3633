import * as tf from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { Checkpoint, CheckpointFiles } from './checkpoint.ts';
import { EMBEDDING, HEAD } from './layout.ts';
import { Policy, policyHash } from './policy.ts';
import { writeSafetensors } from './safetensors.ts';

const FOLDER = new URL('../../../fixtures/oracles/smolvlm-nano/', import.meta.url);
const files: CheckpointFiles = (name) => readFile(new URL(name, FOLDER)).catch(() => null);
let checkpoint: Checkpoint;

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
  checkpoint = await readCheckpoint(files);
});

function without(name: string): Map<string, { shape: readonly number[]; data: Float32Array }> {
  const tensors = new Map(checkpoint.tensors);
  tensors.delete(name);
  return tensors;
}

describe('Policy', () => {
  it('holds exactly what the checkpoint held', async () => {
    const policy = Policy.fromTensors(checkpoint.config, checkpoint.tensors);
    expect(policy.parameterCount).toBe(51264);
    const exported = await policy.exportTensors();
    expect(new Set(exported.keys())).toEqual(new Set(checkpoint.tensors.keys()));
    for (const [name, { shape, data }] of checkpoint.tensors)
      expect(exported.get(name)).toEqual({ shape, data });
    policy.dispose();
  });

  it('clones into a policy that changes on its own, and takes values back', async () => {
    const policy = Policy.fromTensors(checkpoint.config, checkpoint.tensors);
    const copy = policy.clone();
    const variable = copy.get(EMBEDDING);
    tf.tidy(() => variable.assign(tf.zerosLike(variable)));
    expect((await policy.exportTensors()).get(EMBEDDING)).toEqual(checkpoint.tensors.get(EMBEDDING));
    expect((await copy.exportTensors()).get(EMBEDDING)!.data.every((x) => x === 0)).toBe(true);
    copy.copyFrom(checkpoint.tensors);
    expect(policyHash(await copy.exportTensors())).toBe(policyHash(checkpoint.tensors));
    const before = tf.memory().numTensors;
    copy.dispose();
    expect(tf.memory().numTensors).toBe(before - copy.parameters.size);
  });

  it('starts from the seed alone', async () => {
    const weights = async (seed: number) =>
      policyHash(await Policy.initialize(checkpoint.config, seed).exportTensors());
    expect(await weights(1)).toBe(await weights(1));
    expect(await weights(2)).not.toBe(await weights(1));
  });

  it('names the tensor that is missing, misshapen or unknown', () => {
    const { config } = checkpoint;
    const build = (tensors: Parameters<typeof Policy.fromTensors>[1]) => () =>
      Policy.fromTensors(config, tensors);
    expect(build(without('model.text_model.norm.weight'))).toThrow(
      /"model\.text_model\.norm\.weight" \[32\] is missing/,
    );
    const strange = { shape: [2], data: new Float32Array(2) };
    expect(build(new Map(checkpoint.tensors).set(EMBEDDING, strange))).toThrow(
      /embed_tokens.weight" has shape \[2\]/,
    );
    expect(build(new Map(checkpoint.tensors).set('extra', strange))).toThrow(
      /"extra" is not part of this model/,
    );
    const untied = { ...config, tie_word_embeddings: false };
    expect(() => Policy.fromTensors(untied, checkpoint.tensors)).toThrow(
      /"lm_head\.weight" \[128, 32\] is missing/,
    );
  });
});

describe('policyHash', () => {
  it('does not depend on order, but on every bit and name', () => {
    const reversed = new Map([...checkpoint.tensors].reverse());
    const hash = policyHash(checkpoint.tensors);
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(policyHash(reversed)).toBe(hash);
    const { shape, data } = checkpoint.tensors.get(EMBEDDING)!;
    const nudged = data.slice();
    nudged[17] += 1e-7;
    expect(policyHash(new Map(checkpoint.tensors).set(EMBEDDING, { shape, data: nudged }))).not.toBe(hash);
    expect(policyHash(without(EMBEDDING).set('other', { shape, data }))).not.toBe(hash);
  });
});

describe('checkpoint', () => {
  const reader =
    (map: ReadonlyMap<string, Uint8Array>): CheckpointFiles =>
    async (name) =>
      map.get(name) ?? null;

  it('survives being written and read, our own key included', async () => {
    const own = {
      ...checkpoint,
      tokenizerJson: { model: {} },
      tokenizerConfig: { a: 1 },
      extras: { pebr: { b: 2 } },
    };
    expect(await readCheckpoint(reader(writeCheckpoint(own)))).toEqual(own);
  });

  it('opens where a tied head is stored too', () => {
    const tensors = new Map(checkpoint.tensors).set(HEAD, checkpoint.tensors.get(EMBEDDING)!);
    const policy = Policy.fromTensors(checkpoint.config, tensors);
    expect(policy.parameters.has(HEAD)).toBe(false);
    policy.dispose();
  });

  it('reads shards named by an index', async () => {
    const names = [...checkpoint.tensors.keys()];
    const part = (keep: (i: number) => boolean) =>
      writeSafetensors(new Map([...checkpoint.tensors].filter((_, i) => keep(i))));
    const weight_map = Object.fromEntries(names.map((name, i) => [name, `${i % 2}.safetensors`]));
    const shards = new Map([
      ['config.json', (await files('config.json'))!],
      ['model.safetensors.index.json', new TextEncoder().encode(JSON.stringify({ weight_map }))],
      ['0.safetensors', part((i) => i % 2 === 0)],
      ['1.safetensors', part((i) => i % 2 === 1)],
    ]);
    expect(policyHash((await readCheckpoint(reader(shards))).tensors)).toBe(policyHash(checkpoint.tensors));
    shards.delete('1.safetensors');
    await expect(readCheckpoint(reader(shards))).rejects.toThrow(/1\.safetensors is missing/);
  });

  it('names the file that is missing or malformed', async () => {
    const complete = writeCheckpoint(checkpoint);
    const broken = (name: string, bytes?: Uint8Array) => {
      const map = new Map<string, Uint8Array>(complete);
      if (bytes) map.set(name, bytes);
      else map.delete(name);
      return readCheckpoint(reader(map));
    };
    await expect(broken('config.json')).rejects.toThrow(/config\.json is missing/);
    await expect(broken('model.safetensors')).rejects.toThrow(/model\.safetensors is missing/);
    await expect(broken('config.json', Uint8Array.of(0x7b))).rejects.toThrow(/config\.json: /);
    const half = complete.get('model.safetensors')!.subarray(0, 100_000);
    await expect(broken('model.safetensors', half)).rejects.toThrow(/model\.safetensors: .*truncated/);
  });
});

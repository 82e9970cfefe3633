import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import type { CheckpointFiles } from './checkpoint.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { verifyDirectory } from './verify.ts';

const ORACLES = new URL('../../../fixtures/oracles/', import.meta.url);

function folder(name: string, without: readonly string[] = []): CheckpointFiles {
  return async (file) => {
    if (without.includes(file)) return null;
    try {
      return await readFile(new URL(`${name}/${file}`, ORACLES));
    } catch {
      return null;
    }
  };
}

describe.each(['cpu', 'wasm', 'webgpu'] as const)('golden values on %s', (backend) => {
  beforeAll(async () => {
    await prepareNodeBackends();
    await selectBackend({ forced: backend });
  }, 120_000);

  // A hundred passes of TRL's cases take minutes on a software GPU; the terminal's `verify` runs them there too.
  const slow = backend === 'webgpu' ? ['trl-losses.json'] : [];

  it.each([
    ['smolvlm-nano', 58],
    ['smolvlm-nano-extreme', 58],
    // Untied head, scale_factor 1, no grouping, the old form of the file.
    ['smolvlm-variants/untied-mha', 43],
    // bfloat16, scale_factor 3, a head size that the SIMD kernels do not take.
    ['smolvlm-variants/bf16-odd', 67],
  ])(
    'reproduces %s',
    async (name, gradients) => {
      const rows = await verifyDirectory(folder(name, slow), backend);
      const quantities = rows.map((row) => row.quantity);
      expect(quantities).toEqual(expect.arrayContaining(['logits', 'kl', 'loss', 'greedy_new_tokens']));
      expect(quantities.filter((quantity) => quantity.startsWith('grad.'))).toHaveLength(gradients);
      expect(rows.filter((row) => !row.ok)).toEqual([]);
    },
    300_000,
  );

  it('finds a weight that is off', async () => {
    const files = folder('smolvlm-nano', ['trl-losses.json']);
    const bent: CheckpointFiles = async (file) => {
      const bytes = await files(file);
      if (file !== 'model.safetensors' || !bytes) return bytes;
      const tensors = new Map(readSafetensors(bytes));
      const { shape, data } = tensors.get('model.text_model.norm.weight')!;
      return writeSafetensors(
        tensors.set('model.text_model.norm.weight', { shape, data: data.map((x) => x * 1.001) }),
      );
    };
    const failed = (await verifyDirectory(bent, backend)).filter((row) => !row.ok);
    expect(failed.map((row) => row.quantity)).toContain('logits');
  }, 300_000);
});

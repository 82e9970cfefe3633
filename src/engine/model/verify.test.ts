import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import type { CheckpointFiles } from './checkpoint.ts';
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

  it.each(['smolvlm-nano', 'smolvlm-nano-extreme'])(
    'reproduces %s',
    async (name) => {
      const rows = await verifyDirectory(folder(name, slow), backend);
      const quantities = rows.map((row) => row.quantity);
      expect(quantities).toEqual(expect.arrayContaining(['logits', 'kl', 'loss', 'greedy_new_tokens']));
      expect(quantities.filter((quantity) => quantity.startsWith('grad.'))).toHaveLength(58);
      expect(rows.filter((row) => !row.ok)).toEqual([]);
    },
    300_000,
  );
});

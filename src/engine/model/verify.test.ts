import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it, test } from 'vitest';
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

/** Of trl-losses.json, the first case with a KL of each loss and importance sampling level. */
function oneCaseALoss(files: CheckpointFiles): CheckpointFiles {
  return async (file) => {
    const bytes = await files(file);
    if (file !== 'trl-losses.json' || !bytes) return bytes;
    const { settings, cases } = JSON.parse(new TextDecoder().decode(bytes)) as {
      settings: unknown;
      cases: { loss_type: string; importance_sampling_level: string; beta: number }[];
    };
    const kind = (row: (typeof cases)[number]) => `${row.loss_type} ${row.importance_sampling_level}`;
    const withKl = cases.filter((row) => row.beta > 0);
    const first = withKl.filter((row, i) => withKl.findIndex((one) => kind(one) === kind(row)) === i);
    return new TextEncoder().encode(JSON.stringify({ settings, cases: first }));
  };
}

test('a loss that is not known here is not passed over', async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
  const files = folder('smolvlm-nano');
  const strange: CheckpointFiles = async (file) => {
    const bytes = await files(file);
    if (file !== 'trl-losses.json' || !bytes) return bytes;
    const json = JSON.parse(new TextDecoder().decode(bytes)) as { cases: object[]; settings: object };
    const cases = [{ ...json.cases[0], loss_type: 'xpo' }];
    return new TextEncoder().encode(JSON.stringify({ settings: json.settings, cases }));
  };
  const failed = (await verifyDirectory(strange, 'wasm')).filter((row) => !row.ok);
  expect(failed.map((row) => row.quantity)).toEqual([
    expect.stringMatching(/^trl xpo .*xpo is not one of grpo/),
  ]);
}, 300_000);

describe.each(['cpu', 'wasm', 'webgpu'] as const)('golden values on %s', (backend) => {
  beforeAll(async () => {
    await prepareNodeBackends();
    await selectBackend({ forced: backend });
  }, 120_000);

  // All of TRL's cases take minutes on a software GPU, and the terminal's `verify` runs them there too; the tests
  // take one a loss and level.
  const files = (name: string) => (backend === 'webgpu' ? oneCaseALoss(folder(name)) : folder(name));

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
      const rows = await verifyDirectory(files(name), backend);
      const quantities = rows.map((row) => row.quantity);
      expect(quantities).toEqual(expect.arrayContaining(['logits', 'kl', 'loss', 'greedy_new_tokens']));
      expect(quantities.filter((quantity) => quantity.startsWith('grad.'))).toHaveLength(gradients);
      expect(rows.filter((row) => !row.ok)).toEqual([]);
      // By the static plans too, where they compute; bf16-odd has sizes that they do not take.
      const planned = backend === 'webgpu' && name !== 'smolvlm-variants/bf16-odd';
      expect(quantities.filter((quantity) => quantity.startsWith('plan grad.'))).toHaveLength(
        planned ? gradients : 0,
      );
      expect(quantities.includes('plan greedy_new_tokens')).toBe(planned);
      const trl = quantities.filter((quantity) => quantity.startsWith('trl '));
      expect(trl).toHaveLength(name !== 'smolvlm-nano' ? 0 : backend === 'webgpu' ? 20 : 70);
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

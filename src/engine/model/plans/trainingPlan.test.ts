import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../compute/backend.ts';
import { onGpuError } from '../../compute/gpu.ts';
import { prepareNodeBackends } from '../../compute/nodeBackend.ts';
import { HARDWARE, SOFTWARE } from '../../compute/webgpu/tuning.ts';
import { readCheckpoint, type CheckpointFiles } from '../checkpoint.ts';
import { goldenTensor, readGolden } from '../golden.ts';
import { Policy } from '../policy.ts';
import { runGoldenPlan } from './goldenPlan.ts';
import { planObstacle } from './workspace.ts';

const folder = (name: string): CheckpointFiles => {
  const path = join(import.meta.dirname, '../../../../fixtures/oracles', name);
  return (file) => {
    try {
      return Promise.resolve(new Uint8Array(readFileSync(join(path, file))));
    } catch {
      return Promise.resolve(null);
    }
  };
};

const errors: string[] = [];

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'webgpu' });
  onGpuError((message) => errors.push(message));
}, 60_000);

async function load(name: string) {
  const files = folder(name);
  const [{ config, tensors }, golden] = [await readCheckpoint(files), await readGolden(files)];
  return { golden, policy: Policy.fromTensors(config, tensors) };
}

const largest = (values: Float32Array): number => values.reduce((a, x) => Math.max(a, Math.abs(x)), 0);
function worst(actual: Float32Array, expected: Float32Array, counts?: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce(
    (a, x, i) => (counts && counts[i] === 0 ? a : Math.max(a, Math.abs(x - expected[i]))),
    0,
  );
}

describe.each(['smolvlm-nano', 'smolvlm-nano-extreme', 'smolvlm-variants/untied-mha'])(
  'the training plan on %s',
  (name) => {
    it.each([
      { device: 'a software adapter', tuning: SOFTWARE, recompute: false },
      {
        device: 'a software adapter, by blocks',
        tuning: { ...SOFTWARE, matmul: 'blocks' },
        recompute: true,
      },
      { device: 'a GPU', tuning: { ...HARDWARE, parts: 3 }, recompute: false },
      {
        device: 'a GPU with subgroups, by tiles',
        tuning: { ...HARDWARE, lanes: 'subgroups', matmul: 'tiles' },
        recompute: true,
      },
    ] as const)(
      'has transformers’ log-probs, losses and gradients as tuned for $device, recomputing: $recompute',
      async ({ tuning, recompute }) => {
        const { golden, policy } = await load(name);
        const run = await runGoldenPlan(policy, golden, { recompute, tuning });
        const { data: logps } = goldenTensor(golden, 'completion_logps');
        const { data: entropy } = goldenTensor(golden, 'completion_entropy');
        expect(worst(run.logProbs, logps, run.mask)).toBeLessThan(1e-4 * Math.max(1, largest(logps)));
        expect(worst(run.entropies, entropy, run.mask)).toBeLessThan(1e-4);
        const relative = (value: number, expected: number) =>
          Math.abs(value - expected) / Math.max(1e-2, Math.abs(expected));
        expect(relative(run.policyLoss, golden.scalars.get('policy_loss')!)).toBeLessThan(1e-4);
        expect(relative(run.kl, golden.scalars.get('kl')!)).toBeLessThan(1e-4);
        for (const [parameter, { data }] of run.gradients) {
          const expected = goldenTensor(golden, `grad.${parameter}`).data;
          expect(worst(data, expected), parameter).toBeLessThan(2e-5 + 2e-4 * largest(expected));
        }
        expect(errors).toEqual([]);
        expect(run.dispatches).toBeLessThanOrEqual(250);
        policy.dispose();
      },
    );
  },
);

it('has no plan for sizes that are no multiples of 4, and says which', async () => {
  const { config } = await readCheckpoint(folder('smolvlm-variants/bf16-odd'));
  expect(planObstacle(config)).toMatch(/is not a multiple of 4/);
});

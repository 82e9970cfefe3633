import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { selectBackend, type BackendName } from '../compute/backend.ts';
import { onGpuError } from '../compute/gpu.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { taskSetByName } from '../tasks/index.ts';
import { presetByName } from './presets.ts';
import { loadRunParts } from './runParts.ts';
import { Warmup, type WarmupConfig } from './warmup.ts';

const shipped = (name: string): Promise<Uint8Array | null> =>
  readFile(join('public', 'models', 'nano', name)).catch(() => null);
const tasks = taskSetByName('scenes-nano');
const errors: string[] = [];

beforeAll(async () => {
  await prepareNodeBackends();
  onGpuError((message) => errors.push(message));
});

async function warmedUp(backend: BackendName, trainEverything: boolean) {
  await selectBackend({ forced: backend });
  // No scorer: warm-up rewards nothing.
  const { policy, ...parts } = await loadRunParts(shipped, tasks, null as never);
  const config: WarmupConfig = {
    seed: 1,
    batchSize: 5,
    steps: 2,
    optimizer: { ...presetByName('nano').optimizer, learningRate: 1e-3 },
    schedule: 'cosine',
    trainEverything,
    faults: null,
    rowsPerMicroBatch: 3,
  };
  const warmup = new Warmup({ ...parts, policy }, config);
  const metrics = [await warmup.advance(), await warmup.advance()];
  const after = await policy.exportTensors();
  warmup.dispose();
  policy.dispose();
  return { metrics, after };
}

it.each([true, false])(
  'a warm-up by static plans has the numbers of wasm, everything trained: %s',
  async (all) => {
    const planned = await warmedUp('webgpu', all);
    const { metrics, after } = await warmedUp('wasm', all);
    metrics.forEach(({ loss, grad_norm, num_tokens }, i) => {
      expect(planned.metrics[i].num_tokens).toBe(num_tokens);
      expect(planned.metrics[i].loss / loss).toBeCloseTo(1, 4);
      expect(planned.metrics[i].grad_norm / grad_norm).toBeCloseTo(1, 3);
    });
    for (const [name, { data }] of after) {
      const actual = planned.after.get(name)!.data;
      const worst = data.reduce((a, value, i) => Math.max(a, Math.abs(value - actual[i])), 0);
      expect(worst, name).toBeLessThan(3e-4);
    }
    expect(errors).toEqual([]);
  },
  120_000,
);

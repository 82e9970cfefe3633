import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../../compute/backend.ts';
import { onGpuError } from '../../compute/gpu.ts';
import { prepareNodeBackends } from '../../compute/nodeBackend.ts';
import { gpuDevice } from '../../compute/webgpu/eager.ts';
import { FlatBuffer } from '../../compute/webgpu/flatBuffer.ts';
import { readBack } from '../../compute/webgpu/readBack.ts';
import { gpuTuning } from '../../compute/webgpu/tuning.ts';
import { lossNormaliser } from '../../rl/aggregation.ts';
import { objectiveUniforms } from '../../rl/objectiveUniforms.ts';
import { readCheckpoint, type CheckpointFiles } from '../checkpoint.ts';
import { goldenTensor, readGolden, type Golden } from '../golden.ts';
import { Policy } from '../policy.ts';
import { TrainingPlan, type MicroBatchInput } from './trainingPlan.ts';
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

/** The golden batch, one picture a row. */
function input(golden: Golden): MicroBatchInput {
  const values = (name: string) => goldenTensor(golden, name).data;
  const inputIds = Int32Array.from(values('input_ids'));
  const [rows, length] = goldenTensor(golden, 'input_ids').shape;
  const [, window] = goldenTensor(golden, 'completion_logps').shape;
  const mask = Float32Array.from(values('completion_mask'));
  const attended = values('attention_mask');
  const counts = Array.from({ length: rows }, (_, b) =>
    attended.slice(b * length, (b + 1) * length).reduce((a, x) => a + x, 0),
  );
  const targets = new Int32Array(rows * window);
  for (let b = 0; b < rows; b++) {
    targets.set(inputIds.subarray((b + 1) * length - window, (b + 1) * length), b * window);
  }
  return {
    pixels: Float32Array.from(values('pixel_values')),
    groups: rows,
    rowsPerGroup: 1,
    length,
    inputIds,
    counts,
    start: length - window - 1,
    window,
    targets,
    mask,
    advantages: Float32Array.from(values('advantages')),
    oldLogProbs: Float32Array.from(values('old_logps')),
    referenceLogProbs: Float32Array.from(values('ref_logps')),
    temperature: golden.temperature,
    objective: objectiveUniforms(
      golden.objective,
      lossNormaliser(golden.objective, {
        rows,
        tokens: mask.reduce((a, b) => a + b, 0),
        maxCompletionLength: window,
      }),
    ),
  };
}

async function run(name: string, parts: number, recompute: boolean) {
  const files = folder(name);
  const [{ config, tensors }, golden] = [await readCheckpoint(files), await readGolden(files)];
  const policy = Policy.fromTensors(config, tensors);
  const device = gpuDevice();
  const gradients = new FlatBuffer(device, policy.flat!.layout, 'gradients');
  const batch = input(golden);
  const plan = new TrainingPlan(device, config, policy.flat!, {
    // Larger than the batch, as a rule.
    capacity: {
      groups: batch.groups + 1,
      rows: batch.groups + 2,
      length: batch.length + 8,
      window: batch.window + 3,
    },
    reference: null,
    gradients,
    guard: device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE }),
    trains: 'everything',
    recompute,
    tuning: { ...gpuTuning(device), parts },
  });
  const encoder = device.createCommandEncoder();
  const { logProbs, entropies, sums } = plan.record(encoder, batch);
  const results = await readBack(device, [logProbs, entropies, sums], encoder);
  const [logProbValues, entropyValues, sumValues] = results.map((bytes) => new Float32Array(bytes));
  return { golden, batch, plan, logProbValues, entropyValues, sumValues, gradients: await gradients.read() };
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
      [1, false],
      [3, false],
      [1, true],
    ])(
      'has transformers’ log-probs, losses and gradients, rows in %s parts, recomputing: %s',
      async (parts, recompute) => {
        const { golden, batch, plan, logProbValues, entropyValues, sumValues, gradients } = await run(
          name,
          parts,
          recompute,
        );
        const { data: logps } = goldenTensor(golden, 'completion_logps');
        const { data: entropy } = goldenTensor(golden, 'completion_entropy');
        expect(worst(logProbValues, logps, batch.mask)).toBeLessThan(1e-4 * Math.max(1, largest(logps)));
        expect(worst(entropyValues, entropy, batch.mask)).toBeLessThan(1e-4);
        const sum = (column: number) =>
          sumValues.reduce((total, value, i) => (i % 2 === column ? total + value : total), 0);
        const relative = (value: number, expected: number) =>
          Math.abs(value - expected) / Math.max(1e-2, Math.abs(expected));
        expect(relative(sum(0), golden.scalars.get('policy_loss')!)).toBeLessThan(1e-4);
        expect(relative(sum(1), golden.scalars.get('kl')!)).toBeLessThan(1e-4);
        for (const [parameter, { data }] of gradients) {
          const expected = goldenTensor(golden, `grad.${parameter}`).data;
          expect(worst(data, expected), parameter).toBeLessThan(2e-5 + 2e-4 * largest(expected));
        }
        expect(errors).toEqual([]);
        expect(plan.dispatches).toBeLessThanOrEqual(250);
        plan.dispose();
      },
    );
  },
);

it('has no plan for sizes that are no multiples of 4, and says which', async () => {
  const { config } = await readCheckpoint(folder('smolvlm-variants/bf16-odd'));
  expect(planObstacle(config)).toMatch(/is not a multiple of 4/);
});

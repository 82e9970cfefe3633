/** The golden batch through the static plans: what `verify` and the tests hold to another implementation's values. */
import { gpuDevice } from '../../compute/webgpu/eager.ts';
import { FlatAdamW } from '../../compute/webgpu/flatAdamW.ts';
import { readBack } from '../../compute/webgpu/readBack.ts';
import { gpuTuning, type GpuTuning } from '../../compute/webgpu/tuning.ts';
import { lossNormaliser } from '../../rl/aggregation.ts';
import { objectiveUniforms } from '../../rl/objectiveUniforms.ts';
import { PRESETS } from '../../rl/presets.ts';
import { goldenTensor, type Golden } from '../golden.ts';
import type { Policy } from '../policy.ts';
import type { NamedTensors } from '../types.ts';
import { TrainingPlan, type MicroBatchInput } from './trainingPlan.ts';

/** The golden batch, one picture a row. */
function goldenInput(golden: Golden): MicroBatchInput {
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
  const tokens = mask.reduce((a, b) => a + b, 0);
  const sizes = { rows, tokens, maxCompletionLength: window };
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
    objective: objectiveUniforms(golden.objective, lossNormaliser(golden.objective, sizes)),
  };
}

export interface GoldenRun {
  /** 1 where a token counts, [rows · window]. */
  readonly mask: Float32Array;
  readonly logProbs: Float32Array;
  readonly entropies: Float32Array;
  readonly policyLoss: number;
  readonly kl: number;
  readonly gradients: NamedTensors;
  readonly dispatches: number;
}

/** Forward and backward of the golden batch by a training plan, in a plan that could take more. */
export async function runGoldenPlan(
  policy: Policy,
  golden: Golden,
  { recompute = false, tuning }: { readonly recompute?: boolean; readonly tuning?: GpuTuning } = {},
): Promise<GoldenRun> {
  const device = gpuDevice();
  const flat = policy.flat!;
  const optimizer = new FlatAdamW(flat, [...policy.parameters.keys()], PRESETS.nano.optimizer);
  const { gradients, guard } = optimizer;
  const input = goldenInput(golden);
  const { groups, length, window, mask } = input;
  const plan = new TrainingPlan(device, policy.config, flat, {
    capacity: { groups: groups + 1, rows: groups + 2, length: length + 8, window: window + 3 },
    reference: null,
    gradients,
    guard,
    trains: 'everything',
    recompute,
    tuning: tuning ?? gpuTuning(device),
  });
  optimizer.attach(plan);
  try {
    const encoder = device.createCommandEncoder();
    const recorded = plan.record(encoder, input);
    const pieces = [recorded.logProbs, recorded.entropies, recorded.sums];
    const bytes = await readBack(device, pieces, encoder);
    const [logProbs, entropies, sums] = bytes.map((values) => new Float32Array(values));
    const sum = (column: number) =>
      sums.reduce((total, value, i) => (i % 2 === column ? total + value : total), 0);
    return {
      mask,
      logProbs,
      entropies,
      policyLoss: sum(0),
      kl: sum(1),
      gradients: await gradients.read(),
      dispatches: plan.dispatches,
    };
  } finally {
    optimizer.dispose();
  }
}

/**
 * The update on WebGPU by static plans (model/plans/trainingPlan.ts): the micro-batches of a mini-batch and its AdamW
 * step are submitted one after the other, and read back once.
 */
import { gpuDevice } from '../compute/webgpu/eager.ts';
import { FlatAdamW } from '../compute/webgpu/flatAdamW.ts';
import { pieceSize, ReadBack, type Piece } from '../compute/webgpu/readBack.ts';
import { gpuTuning } from '../compute/webgpu/tuning.ts';
import { TrainingPlan, type MicroBatchInput } from '../model/plans/trainingPlan.ts';
import { planObstacle, type Capacity } from '../model/plans/workspace.ts';
import type { Normaliser } from './aggregation.ts';
import { gather, scatter, type MicroBatch, type RowLogProbs } from './microBatch.ts';
import { objectiveUniforms } from './objectiveUniforms.ts';
import type { TrainConfig } from './types.ts';
import type { UpdateParts, UpdatePath } from './updatePhase.ts';

/** Sizes grow in steps of so many tokens, so that a run needs few plans. */
const BUCKET = 32;
/** Submits that may wait on the GPU. */
const IN_FLIGHT = 2;

const bucketed = (tokens: number): number => Math.ceil(tokens / BUCKET) * BUCKET;

/** The plan of each optimiser, and the reference it was made for. */
const plans = new WeakMap<FlatAdamW, { plan: TrainingPlan; reference: GPUBuffer | null }>();

/** What all these micro-batches fit into, and what the optimiser's plan could take before. */
function capacityFor(micros: readonly MicroBatch[], before: Capacity | undefined): Capacity {
  const most = (of: (micro: MicroBatch) => number, known = 0) => Math.max(known, ...micros.map(of));
  return {
    groups: most(({ groups }) => groups.length, before?.groups),
    rows: most(({ batch }) => batch.rows, before?.rows),
    length: most(({ batch }) => bucketed(batch.length), before?.length),
    window: most(({ batch }) => bucketed(batch.width), before?.window),
  };
}

function planFor(
  { policy, reference, trained }: UpdateParts,
  optimizer: FlatAdamW,
  micros: readonly MicroBatch[],
): TrainingPlan {
  const known = plans.get(optimizer);
  const referenceBuffer = reference?.flat?.buffer ?? null;
  const capacity = capacityFor(micros, known?.plan.capacity);
  const fits =
    known?.reference === referenceBuffer && JSON.stringify(known.plan.capacity) === JSON.stringify(capacity);
  if (known && fits) return known.plan;
  const plan = new TrainingPlan(gpuDevice(), policy.config, policy.flat!, {
    capacity,
    reference: reference?.flat ?? null,
    gradients: optimizer.gradients,
    guard: optimizer.guard,
    trainVision: [...trained.keys()].some((name) => name.startsWith('model.vision_model.')),
    ...gpuTuning(),
  });
  optimizer.attach(plan);
  plans.set(optimizer, { plan, reference: referenceBuffer });
  return plan;
}

function inputOf(
  micro: MicroBatch,
  { sampling, objective }: TrainConfig,
  normaliser: Normaliser,
): MicroBatchInput {
  const { batch, groups, rows, outputs } = micro;
  const pixels = new Float32Array(groups.length * groups[0].pixels.length);
  groups.forEach((group, g) => pixels.set(group.pixels, g * group.pixels.length));
  return {
    ...batch,
    pixels,
    groups: groups.length,
    rowsPerGroup: micro.rowsPerGroup,
    counts: rows.map(({ prompt, response }) => prompt.length + response.length),
    window: batch.width,
    advantages: Float32Array.from(rows, ({ advantage }) => advantage),
    oldLogProbs: outputs[0].oldLogProbs.length > 0 ? gather(micro, 'oldLogProbs') : null,
    referenceLogProbs: null,
    temperature: sampling.temperature,
    objective: objectiveUniforms(objective, normaliser),
  };
}

/** Submits what `record` records for each micro-batch, never far ahead of the GPU. */
async function submitEach(
  micros: readonly MicroBatch[],
  record: (encoder: GPUCommandEncoder, micro: MicroBatch, index: number) => void,
  onDone?: () => void,
): Promise<void> {
  const device = gpuDevice();
  const flying: Promise<void>[] = [];
  for (const [index, micro] of micros.entries()) {
    const encoder = device.createCommandEncoder({ label: 'micro-batch' });
    record(encoder, micro, index);
    device.queue.submit([encoder.finish()]);
    flying.push(device.queue.onSubmittedWorkDone().then(() => onDone?.()));
    if (flying.length > IN_FLIGHT) await flying.shift();
  }
  await Promise.all(flying);
}

/** The static plans of a policy's updates, or null where it has to go through tfjs. */
export function plannedUpdate(
  parts: UpdateParts,
  config: TrainConfig,
  micros: readonly MicroBatch[],
): UpdatePath | null {
  const { policy, reference, optimizer } = parts;
  if (!(optimizer instanceof FlatAdamW) || !policy.flat || planObstacle(policy.config)) return null;
  if (reference && !reference.flat) return null;
  const device = gpuDevice();
  const plan = planFor(parts, optimizer, micros);
  const read = (bytes: ArrayBuffer) => new Float32Array(bytes);

  /** The log-probs of the policy as it is, before the first of several updates. */
  async function oldLogProbs(normaliser: Normaliser): Promise<void> {
    const floats = micros.reduce((sum, { batch }) => sum + batch.rows * batch.width, 0);
    const back = new ReadBack(device, 4 * floats);
    await submitEach(micros, (encoder, micro) => {
      back.copy(encoder, plan.record(encoder, inputOf(micro, config, normaliser), true).logProbs);
    });
    (await back.read()).forEach((bytes, i) => scatter(micros[i], read(bytes), 'oldLogProbs'));
  }

  /** One update: gradients of all the mini-batch's micro-batches, then AdamW. */
  async function miniBatch(pieces: readonly MicroBatch[], normaliser: Normaliser, onDone: () => void) {
    const adamw = optimizer as FlatAdamW;
    const perRow = (micro: MicroBatch) => (reference ? 3 : 2) * micro.batch.width + 2;
    const floats = pieces.reduce((sum, micro) => sum + micro.batch.rows * perRow(micro), 4);
    const back = new ReadBack(device, 4 * floats);
    await submitEach(
      pieces,
      (encoder, micro, index) => {
        if (index === 0) adamw.clearGradients(encoder);
        const results = plan.record(encoder, inputOf(micro, config, normaliser));
        const { logProbs, entropies, sums, referenceLogProbs } = results;
        const copied: Piece[] = [
          logProbs,
          entropies,
          sums,
          ...(referenceLogProbs ? [referenceLogProbs] : []),
        ];
        for (const piece of copied) if (pieceSize(piece) > 0) back.copy(encoder, piece);
        if (index === pieces.length - 1) {
          back.copy(encoder, adamw.record(encoder, config.optimizer.learningRate));
        }
      },
      onDone,
    );
    const bytes = await back.read();
    const each = reference ? 4 : 3;
    let policyLoss = 0;
    let kl = 0;
    pieces.forEach((micro, i) => {
      const [logProbs, entropies, sums, ofReference] = bytes.slice(each * i, each * (i + 1)).map(read);
      const known = micro.outputs[0].oldLogProbs.length > 0;
      const set = (field: keyof RowLogProbs, values: Float32Array) => scatter(micro, values, field);
      set('logProbs', logProbs);
      set('entropies', entropies);
      if (!known) set('oldLogProbs', logProbs);
      set('referenceLogProbs', ofReference ?? (known ? gather(micro, 'oldLogProbs') : logProbs));
      sums.forEach((value, j) => (j % 2 === 0 ? (policyLoss += value) : (kl += value)));
    });
    const { gradNorm } = adamw.finish(bytes.at(-1)!, policyLoss + kl);
    return { policyLoss, kl, gradNorm };
  }

  return { oldLogProbs, miniBatch };
}

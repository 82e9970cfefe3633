/**
 * The update on WebGPU by static plans (model/plans/trainingPlan.ts): the micro-batches of a mini-batch and its AdamW
 * step are submitted one after the other, and read back once.
 */
import { gpuDevice } from '../compute/webgpu/eager.ts';
import { ReadBack, type Piece } from '../compute/webgpu/readBack.ts';
import type { MicroBatchInput } from '../model/plans/trainingPlan.ts';
import type { Normaliser } from './aggregation.ts';
import { gather, hasReference, scatter, type MicroBatch, type RowLogProbs } from './microBatch.ts';
import { objectiveUniforms } from './objectiveUniforms.ts';
import { submitEach, trainingPlanOf } from './trainingPlans.ts';
import type { TrainConfig } from './types.ts';
import type { UpdateParts, UpdatePath } from './updatePhase.ts';

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
    referenceLogProbs: hasReference(micro) ? gather(micro, 'referenceLogProbs') : null,
    temperature: sampling.temperature,
    objective: objectiveUniforms(objective, normaliser),
  };
}

/** The static plans of a policy's updates, or null where it has to go through tfjs. */
export async function plannedUpdate(
  parts: UpdateParts,
  config: TrainConfig,
  micros: readonly MicroBatch[],
): Promise<UpdatePath | null> {
  const found = await trainingPlanOf({ ...parts, recompute: config.recomputeActivations }, micros);
  if (!found) return null;
  const { plan, adamw } = found;
  const { reference } = parts;
  const device = gpuDevice();
  const read = (bytes: ArrayBuffer) => new Float32Array(bytes);

  /** The log-probs of the policy as it is, before the first of several updates. */
  async function oldLogProbs(normaliser: Normaliser): Promise<void> {
    const floats = micros.reduce((sum, { batch }) => sum + batch.rows * batch.width, 0);
    const back = new ReadBack(device, 4 * floats);
    const bytes = await back.after(() =>
      submitEach(micros, (encoder, micro) => {
        back.copy(encoder, plan.record(encoder, inputOf(micro, config, normaliser), true).logProbs);
      }),
    );
    bytes.forEach((logProbs, i) => scatter(micros[i], read(logProbs), 'oldLogProbs'));
  }

  /** One update: gradients of all the mini-batch's micro-batches, then AdamW. */
  async function miniBatch(pieces: readonly MicroBatch[], normaliser: Normaliser, onDone: () => void) {
    const withReference = reference !== null || hasReference(pieces[0]);
    const perRow = (micro: MicroBatch) => (withReference ? 3 : 2) * micro.batch.width + 2;
    const floats = pieces.reduce((sum, micro) => sum + micro.batch.rows * perRow(micro), 4);
    const back = new ReadBack(device, 4 * floats);
    const bytes = await back.after(() =>
      submitEach(
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
          for (const piece of copied) back.copy(encoder, piece);
          if (index === pieces.length - 1) {
            back.copy(encoder, adamw.record(encoder, config.optimizer.learningRate));
          }
        },
        onDone,
      ),
    );
    const each = withReference ? 4 : 3;
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

/**
 * The update of a step: old and reference log-probs, then one AdamW step a mini-batch, gradients added up over
 * micro-batches. Every log-prob that enters the loss is read back and kept, so that the record holds what trained.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { AdamW } from '../compute/adamw.ts';
import { NonFiniteError } from '../compute/nonFinite.ts';
import { imageFeatures } from '../model/forward.ts';
import type { Policy } from '../model/policy.ts';
import { lossNormaliser } from './aggregation.ts';
import { responseSlice, tokenBatch, windowLogProbs, type TokenBatch } from './batch.ts';
import { policyLoss } from './objective.ts';
import type { TrainConfig } from './types.ts';
import { accumulate } from './warmup.ts';

/** A rollout as the update needs it; rows of one group follow each other. */
export interface UpdateRow {
  readonly prompt: readonly number[];
  readonly response: readonly number[];
  readonly advantage: number;
  /** Given by a caller that has them; all rows have them or none, and then the reference computes them. */
  readonly referenceLogProbs?: readonly number[];
}
export interface UpdateGroup {
  /** [3, S, S] of the group's image. */
  readonly pixels: Float32Array;
  readonly rows: readonly UpdateRow[];
}

/** Log-probs and entropies of one rollout, over its response tokens. */
export interface RowLogProbs {
  oldLogProbs: number[];
  referenceLogProbs: number[];
  logProbs: number[];
  entropies: number[];
}

export interface UpdateStatistics {
  readonly tokens: number;
  readonly policyLoss: number;
  readonly kl: number;
  readonly gradNorm: number;
  readonly learningRate: number;
}

export interface UpdateResult {
  /** [group][rollout]. */
  readonly rows: readonly (readonly RowLogProbs[])[];
  /** One entry an optimiser update. */
  readonly updates: readonly UpdateStatistics[];
}

export interface UpdateParts {
  readonly policy: Policy;
  /** null when no KL is asked for: nothing is computed, log-probs of the reference are the old ones. */
  readonly reference: Policy | null;
  readonly trained: ReadonlyMap<string, tf.Variable>;
  readonly optimizer: AdamW;
}

/** A piece of a mini-batch that goes through the policy together: same number of rows from each of its groups. */
interface MicroBatch {
  readonly groups: readonly UpdateGroup[];
  readonly rowsPerGroup: number;
  readonly batch: TokenBatch;
  /** Where each row's numbers go. */
  readonly outputs: readonly RowLogProbs[];
  readonly rows: readonly UpdateRow[];
}

/** A group and where its rows' numbers go. */
interface Member {
  readonly group: UpdateGroup;
  readonly outputs: readonly RowLogProbs[];
}

type Progress = (done: number, total: number) => void;

/** Runs all updates of a step. Throws NonFiniteError at the first loss or gradient that is not finite. */
export async function updatePolicy(
  parts: UpdateParts,
  groups: readonly UpdateGroup[],
  config: TrainConfig,
  onProgress?: Progress,
): Promise<UpdateResult> {
  const outputs = groups.map((group) =>
    group.rows.map((row): RowLogProbs => ({
      oldLogProbs: [],
      referenceLogProbs: [...(row.referenceLogProbs ?? [])],
      logProbs: [],
      entropies: [],
    })),
  );
  const padId = parts.policy.config.text.pad_token_id;
  const members = groups.map((group, g): Member => ({ group, outputs: outputs[g] }));
  const miniBatches: MicroBatch[][] = [];
  for (let from = 0; from < groups.length; from += config.promptsPerMiniBatch) {
    const miniBatch = members.slice(from, from + config.promptsPerMiniBatch);
    miniBatches.push(microBatches(miniBatch, config.rolloutsPerMicroBatch, padId));
  }
  const total = miniBatches.flat().length;
  // With a single update the policy has not moved yet when its gradient is taken: one forward serves both.
  if (miniBatches.length > 1) {
    for (const micro of miniBatches.flat()) {
      await forwardOnly(parts.policy, micro, config.sampling.temperature, 'oldLogProbs');
    }
  }
  const updates: UpdateStatistics[] = [];
  let done = 0;
  for (const miniBatch of miniBatches) {
    const gradients = new Map<string, tf.Tensor>();
    const rows = miniBatch.flatMap((micro) => micro.rows);
    const tokens = rows.reduce((sum, row) => sum + row.response.length, 0);
    const normaliser = lossNormaliser(config.objective, {
      rows: rows.length,
      tokens,
      maxCompletionLength: config.sampling.maxNewTokens,
    });
    let policyLossSum = 0;
    let klSum = 0;
    try {
      for (const micro of miniBatch) {
        if (parts.reference && !hasReference(micro)) {
          await forwardOnly(parts.reference, micro, config.sampling.temperature, 'referenceLogProbs');
        }
        const losses = await backward(parts, micro, config, normaliser, gradients);
        policyLossSum += losses.policyLoss;
        klSum += losses.kl;
        done += 1;
        onProgress?.(done, total);
      }
      if (!Number.isFinite(policyLossSum + klSum))
        throw new NonFiniteError('update', 'loss', policyLossSum + klSum);
      const learningRate = config.optimizer.learningRate;
      const { gradNorm } = await parts.optimizer.step(gradients, learningRate);
      updates.push({ tokens, policyLoss: policyLossSum, kl: klSum, gradNorm, learningRate });
    } finally {
      for (const gradient of gradients.values()) gradient.dispose();
    }
  }
  return { rows: outputs, updates };
}

/** Cuts a mini-batch into micro-batches: whole groups together, or a group in pieces when it is larger. */
function microBatches(members: readonly Member[], rowsPerMicroBatch: number, padId: number): MicroBatch[] {
  // Groups of like length share a micro-batch: less padding, the same gradient.
  const sorted = [...members].sort((a, b) => longestRow(a.group) - longestRow(b.group));
  const groupSize = sorted[0].group.rows.length;
  const groupsTogether = Math.max(1, Math.floor(rowsPerMicroBatch / groupSize));
  const rowsPerGroup = Math.min(groupSize, rowsPerMicroBatch);
  const result: MicroBatch[] = [];
  for (let first = 0; first < sorted.length; first += groupsTogether) {
    const together = sorted.slice(first, first + groupsTogether);
    for (let row = 0; row < groupSize; row += rowsPerGroup) {
      const rows = together.flatMap(({ group }) => group.rows.slice(row, row + rowsPerGroup));
      result.push({
        groups: together.map(({ group }) => group),
        rowsPerGroup: rows.length / together.length,
        batch: tokenBatch(rows, padId),
        outputs: together.flatMap(({ outputs }) => outputs.slice(row, row + rowsPerGroup)),
        rows,
      });
    }
  }
  return result;
}

const longestRow = ({ rows }: UpdateGroup): number =>
  Math.max(...rows.map(({ prompt, response }) => prompt.length + response.length));

/** True where the reference's log-probs are known, given or computed. */
const hasReference = ({ outputs }: MicroBatch): boolean => outputs[0].referenceLogProbs.length > 0;

/** Image features once a group, repeated for its rows: [rows, imageTokens, width]. */
function rowFeatures(policy: Policy, micro: MicroBatch): tf.Tensor3D {
  const { num_channels, image_size } = policy.config.vision;
  const pixels = new Float32Array(micro.groups.length * num_channels * image_size * image_size);
  micro.groups.forEach((group, g) => pixels.set(group.pixels, g * group.pixels.length));
  const features = imageFeatures(
    policy,
    tf.tensor4d(pixels, [micro.groups.length, num_channels, image_size, image_size]),
  );
  const [count, tokens, width] = features.shape;
  // Expand and tile rather than gather: the gradient is then a plain sum, the same in every run.
  const tiled = tf.tile(tf.reshape(features, [count, 1, tokens, width]), [1, micro.rowsPerGroup, 1, 1]);
  return tf.reshape(tiled, [count * micro.rowsPerGroup, tokens, width]);
}

async function forwardOnly(
  policy: Policy,
  micro: MicroBatch,
  temperature: number,
  field: 'oldLogProbs' | 'referenceLogProbs',
): Promise<void> {
  const logProbs = tf.tidy(
    () => windowLogProbs(policy, micro.batch, rowFeatures(policy, micro), temperature).logProbs,
  );
  scatter(micro, await readBack(logProbs), field);
}

async function backward(
  parts: UpdateParts,
  micro: MicroBatch,
  config: TrainConfig,
  normaliser: ReturnType<typeof lossNormaliser>,
  gradients: Map<string, tf.Tensor>,
): Promise<{ policyLoss: number; kl: number }> {
  const { batch, outputs } = micro;
  const known = outputs[0].oldLogProbs.length > 0;
  const oldValues = known ? gather(micro, 'oldLogProbs') : null;
  const referenceValues = hasReference(micro) ? gather(micro, 'referenceLogProbs') : null;
  const kept: { logProbs?: tf.Tensor; entropies?: tf.Tensor; policyLoss?: tf.Tensor; kl?: tf.Tensor } = {};
  const { value, grads } = tf.variableGrads(() => {
    const features = rowFeatures(parts.policy, micro);
    const { logProbs, entropies } = windowLogProbs(
      parts.policy,
      batch,
      features,
      config.sampling.temperature,
    );
    const shape: [number, number] = [batch.rows, batch.width];
    const result = policyLoss(
      {
        logProbs,
        oldLogProbs: oldValues ? tf.tensor2d(oldValues, shape) : stopGradient(logProbs),
        referenceLogProbs: referenceValues ? tf.tensor2d(referenceValues, shape) : null,
        advantages: tf.tensor1d(micro.rows.map((row) => row.advantage)),
        mask: tf.tensor2d(batch.mask, shape),
      },
      config.objective,
      normaliser,
    );
    kept.logProbs = tf.keep(tf.clone(logProbs));
    kept.entropies = tf.keep(tf.clone(entropies));
    kept.policyLoss = tf.keep(tf.clone(result.policyLoss));
    kept.kl = tf.keep(tf.clone(result.kl));
    return result.loss;
  }, [...parts.trained.values()]);
  value.dispose();
  const logProbs = await readBack(kept.logProbs!);
  scatter(micro, logProbs, 'logProbs');
  scatter(micro, await readBack(kept.entropies!), 'entropies');
  if (!known) scatter(micro, logProbs, 'oldLogProbs');
  if (!referenceValues) scatter(micro, oldValues ?? logProbs, 'referenceLogProbs');
  const policyLossValue = (await readBack(kept.policyLoss!))[0];
  const kl = (await readBack(kept.kl!))[0];
  accumulate(parts.trained, grads, gradients);
  return { policyLoss: policyLossValue, kl };
}

const stopGradient = (x: tf.Tensor2D): tf.Tensor2D =>
  tf.customGrad((input) => ({
    value: tf.clone(input as tf.Tensor),
    gradFunc: () => tf.zerosLike(input as tf.Tensor),
  }))(x) as tf.Tensor2D;

async function readBack(tensor: tf.Tensor): Promise<Float32Array> {
  const values = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return values;
}

function scatter(micro: MicroBatch, values: Float32Array, field: keyof RowLogProbs): void {
  micro.outputs.forEach((output, row) => {
    output[field] = responseSlice(micro.batch, values, row, micro.rows[row].response.length);
  });
}

function gather(micro: MicroBatch, field: keyof RowLogProbs): Float32Array {
  const { batch } = micro;
  const values = new Float32Array(batch.rows * batch.width);
  micro.outputs.forEach((output, row) => values.set(output[field], row * batch.width + batch.offsets[row]));
  return values;
}

/**
 * The update of a step: old and reference log-probs, then one AdamW step a mini-batch, gradients added up over
 * micro-batches. Every log-prob that enters the loss is read back and kept, so that the record holds what trained.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../compute/optimizer.ts';
import { NonFiniteError } from '../compute/nonFinite.ts';
import { imageFeatures } from '../model/forward.ts';
import type { Policy } from '../model/policy.ts';
import { lossNormaliser, type Normaliser } from './aggregation.ts';
import { windowLogProbs } from './batch.ts';
import { gather, hasReference, microBatches, scatter } from './microBatch.ts';
import type {
  Member,
  MicroBatch,
  RowLogProbs,
  UpdateGroup,
  UpdateResult,
  UpdateStatistics,
} from './microBatch.ts';
import { policyLoss } from './objective.ts';
import { plannedUpdate } from './plannedUpdate.ts';
import type { TrainConfig } from './types.ts';
import { accumulate } from './warmup.ts';

export interface UpdateParts {
  readonly policy: Policy;
  /** null when no KL is asked for: nothing is computed, log-probs of the reference are the old ones. */
  readonly reference: Policy | null;
  readonly trained: ReadonlyMap<string, tf.Variable>;
  readonly optimizer: Optimizer;
}

type Progress = (done: number, total: number) => void;

/** How the updates of a step are computed; every number of a row goes to its outputs. */
export interface UpdatePath {
  /** The log-probs of the policy as it is, of all micro-batches, before the first of several updates. */
  oldLogProbs(normaliser: Normaliser): Promise<void>;
  /** One update: the gradients of a mini-batch's pieces, then AdamW. Throws NonFiniteError with nothing changed. */
  miniBatch(
    pieces: readonly MicroBatch[],
    normaliser: Normaliser,
    onDone: () => void,
  ): Promise<{ policyLoss: number; kl: number; gradNorm: number }>;
}

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
  let done = 0;
  const onDone = () => {
    done += 1;
    onProgress?.(done, total);
  };
  const planned = await plannedUpdate(parts, config, miniBatches.flat());
  const path = planned ?? tensorUpdate(parts, config, miniBatches.flat());
  // With a single update the policy has not moved yet when its gradient is taken: one forward serves both.
  if (miniBatches.length > 1) await path.oldLogProbs(normaliserOf(miniBatches.flat(), config));
  const updates: UpdateStatistics[] = [];
  for (const miniBatch of miniBatches) {
    const normaliser = normaliserOf(miniBatch, config);
    const losses = await path.miniBatch(miniBatch, normaliser, onDone);
    updates.push({ ...losses, tokens: normaliser.tokens, learningRate: config.optimizer.learningRate });
  }
  return { rows: outputs, updates };
}

function normaliserOf(miniBatch: readonly MicroBatch[], config: TrainConfig): Normaliser {
  const rows = miniBatch.flatMap((micro) => micro.rows);
  return lossNormaliser(config.objective, {
    rows: rows.length,
    tokens: rows.reduce((sum, row) => sum + row.response.length, 0),
    maxCompletionLength: config.sampling.maxNewTokens,
  });
}

/** The updates as tfjs computes and differentiates them, on every backend. */
function tensorUpdate(parts: UpdateParts, config: TrainConfig, micros: readonly MicroBatch[]): UpdatePath {
  const { temperature } = config.sampling;
  return {
    async oldLogProbs() {
      for (const micro of micros) await forwardOnly(parts.policy, micro, temperature, 'oldLogProbs');
    },
    async miniBatch(pieces, normaliser, onDone) {
      const gradients = new Map<string, tf.Tensor>();
      let policyLoss = 0;
      let kl = 0;
      try {
        for (const micro of pieces) {
          if (parts.reference && !hasReference(micro))
            await forwardOnly(parts.reference, micro, temperature, 'referenceLogProbs');
          const losses = await backward(parts, micro, config, normaliser, gradients);
          policyLoss += losses.policyLoss;
          kl += losses.kl;
          onDone();
        }
        if (!Number.isFinite(policyLoss + kl)) throw new NonFiniteError('update', 'loss', policyLoss + kl);
        const { gradNorm } = await parts.optimizer.step(gradients, config.optimizer.learningRate);
        return { policyLoss, kl, gradNorm };
      } finally {
        for (const gradient of gradients.values()) gradient.dispose();
      }
    },
  };
}

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
  normaliser: Normaliser,
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

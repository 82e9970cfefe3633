/** Loss, gradient and AdamW of a micro-batch, one traced function. */
import { lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import type { PolicyConfig } from '../../src/engine/model/types.ts';
import { KL_BOUND, LOG_RATIO_BOUND, OBJECTIVE, OPTIMIZER } from '../../src/engine/measure/index.ts';
import { embed, headLogits, hiddenStates, imageFeatures, type Params } from './model.ts';

/** A training batch on the device. */
export type TrainArrays = {
  /** [groups · patches, C·P·P]. */
  patches: np.Array;
  /** int32 [rows, length]. */
  ids: np.Array;
  places: np.Array;
  /** [rows, length, 1]. */
  isImage: np.Array;
  cosine: np.Array;
  sine: np.Array;
  /** int32 [rows, width]. */
  targets: np.Array;
};
export type LossArrays = {
  mask: np.Array;
  referenceLogProbs: np.Array;
  advantages: np.Array;
  tokens: np.Array;
};
export type AdamState = { params: Params; first: Params; second: Params; steps: np.Array };

/** Image features a row: each group's for all its rows, [groups, N, width], owned → [rows, N, width]. */
export function forRows(features: np.Array, rows: number): np.Array {
  const [groups] = features.shape;
  return np.repeat(features, rows / groups, 0);
}

/** Log-prob of every target, [rows, width]; params borrowed, the batch owned. */
export function logProbs(params: Params, config: PolicyConfig, batch: TrainArrays, start: number): np.Array {
  const [rows, width] = batch.targets.shape;
  const features = forRows(imageFeatures(params, config, batch.patches), rows);
  const hidden = hiddenStates(
    params,
    config,
    embed(params, batch.ids, features, batch.places, batch.isImage),
    { cosine: batch.cosine, sine: batch.sine },
    (_, q, k, v) => nn.dotProductAttention(q, k, v, { isCausal: true }),
  );
  batch.cosine.dispose();
  batch.sine.dispose();
  const logits = headLogits(params, config, hidden.slice([], [start, start + width]));
  const oneHot = nn.oneHot(batch.targets, config.text.vocab_size);
  const chosen = logits.ref.mul(oneHot).sum(-1);
  return chosen.sub(nn.logsumexp(logits, -1));
}

/** PeBR's objective: [loss, kl]; everything owned. */
function pebrLoss(
  logProbs: np.Array,
  { mask, referenceLogProbs, advantages, tokens }: LossArrays,
): [np.Array, np.Array] {
  const { clipLow, clipHigh, dualClip, klCoefficient } = OBJECTIVE;
  const bound = LOG_RATIO_BOUND;
  const logRatio = logProbs.ref.sub(lax.stopGradient(logProbs.ref));
  const ratio = np.exp(np.clip(logRatio, -bound, bound));
  const negative = advantages.neg();
  const clipped = np.clip(ratio.ref, 1 - clipLow, 1 + clipHigh);
  const surrogate = np.maximum(negative.ref.mul(ratio), negative.ref.mul(clipped));
  const limit = np.where(negative.ref.greater(0), negative.mul(dualClip!), 1e30);
  const difference = np.clip(referenceLogProbs.sub(logProbs), -bound, bound);
  const k3 = np.clip(np.exp(difference.ref).sub(difference).sub(1), -KL_BOUND, KL_BOUND);
  const kl = k3.mul(mask.ref).sum().div(tokens.ref);
  const policy = np.minimum(surrogate, limit).mul(mask).sum().div(tokens);
  return [policy.add(kl.ref.mul(klCoefficient)), kl];
}

/** A step of the optimiser on a batch, all owned → the next state and [loss, kl, gradient norm]. */
export function trainStep(
  config: PolicyConfig,
  start: number,
  state: AdamState,
  batch: TrainArrays,
  loss: LossArrays,
): { state: AdamState; numbers: np.Array } {
  const lossOf = (params: Params, arrays: TrainArrays, inputs: LossArrays): [np.Array, np.Array] => {
    const current = logProbs(params, config, arrays, start);
    tree.dispose(params);
    return pebrLoss(current, inputs);
  };
  const [[value, kl], gradients] = valueAndGrad(lossOf, { hasAux: true })(
    tree.ref(state.params),
    batch,
    loss,
  ) as unknown as [[np.Array, np.Array], Params]; // the declared type does not know hasAux
  const { learningRate, betas, epsilon, weightDecay, maxGradNorm } = OPTIMIZER;
  const [beta1, beta2] = betas;
  const squares = Object.values(gradients).map((gradient) => np.square(gradient.ref).sum());
  const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
  const scale = np.minimum(np.reciprocal(norm.ref.add(1e-6)).mul(maxGradNorm), 1);
  const steps = state.steps.add(1);
  // beta^steps, as exp(steps · log beta).
  const correction = (beta: number): np.Array =>
    np
      .exp(steps.ref.mul(Math.log(beta)))
      .neg()
      .add(1);
  const stepSize = np.reciprocal(correction(beta1)).mul(learningRate);
  const rootCorrection = np.reciprocal(np.sqrt(correction(beta2)));
  const next: AdamState = { params: {}, first: {}, second: {}, steps };
  for (const [name, gradient] of Object.entries(gradients)) {
    const scaled = gradient.mul(scale.ref);
    const first = state.first[name].mul(beta1).add(scaled.ref.mul(1 - beta1));
    const second = state.second[name].mul(beta2).add(np.square(scaled).mul(1 - beta2));
    const denominator = np.sqrt(second.ref).mul(rootCorrection.ref).add(epsilon);
    const decayed = state.params[name].mul(1 - learningRate * weightDecay);
    next.params[name] = decayed.sub(first.ref.mul(stepSize.ref).div(denominator));
    next.first[name] = first;
    next.second[name] = second;
  }
  tree.dispose([scale, stepSize, rootCorrection]);
  return { state: next, numbers: np.stack([value, kl, norm]) };
}

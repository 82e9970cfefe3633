/** The batch that golden values were computed on, and the loss and gradients of a policy on it. */
import * as tf from '@tensorflow/tfjs-core';
import { tokenLogProbs } from '../compute/ops/logProb.ts';
import { lossNormaliser } from '../rl/aggregation.ts';
import { policyLoss } from '../rl/objective.ts';
import type { ObjectiveConfig } from '../rl/types.ts';
import { headLogits, hiddenStates, imageFeatures } from './forward.ts';
import { goldenTensor } from './golden.ts';
import type { Golden } from './golden.ts';
import type { Policy } from './policy.ts';

/** The golden batch as tensors. Rows are image tokens and prompt, then the completion, padded on the right. */
export interface GoldenBatch {
  readonly rows: number;
  readonly length: number;
  readonly completionLength: number;
  readonly ids: Int32Array;
  readonly inputIds: tf.Tensor2D;
  /** Token each completion position predicts, int32 [B·C]. */
  readonly targets: tf.Tensor1D;
  readonly pixels: tf.Tensor4D;
  readonly mask: tf.Tensor2D;
  readonly maskValues: Float32Array;
  readonly oldLogProbs: tf.Tensor2D;
  readonly referenceLogProbs: tf.Tensor2D;
  readonly advantages: tf.Tensor1D;
}

/** Makes the tensors; `disposeBatch` frees them. */
export function goldenBatch(golden: Golden): GoldenBatch {
  const tensor = (name: string) => {
    const { data, shape } = goldenTensor(golden, name);
    return tf.tensor(data, [...shape]);
  };
  const ids = Int32Array.from(goldenTensor(golden, 'input_ids').data);
  const [rows, length] = goldenTensor(golden, 'input_ids').shape as [number, number];
  const [, completionLength] = goldenTensor(golden, 'completion_logps').shape as [number, number];
  const start = length - completionLength;
  const targets = new Int32Array(rows * completionLength);
  for (let b = 0; b < rows; b++) {
    targets.set(ids.subarray(b * length + start, (b + 1) * length), b * completionLength);
  }
  return {
    rows,
    length,
    completionLength,
    ids,
    inputIds: tf.tensor2d(ids, [rows, length], 'int32'),
    targets: tf.tensor1d(targets, 'int32'),
    pixels: tensor('pixel_values') as tf.Tensor4D,
    mask: tensor('completion_mask') as tf.Tensor2D,
    maskValues: goldenTensor(golden, 'completion_mask').data,
    oldLogProbs: tensor('old_logps') as tf.Tensor2D,
    referenceLogProbs: tensor('ref_logps') as tf.Tensor2D,
    advantages: tensor('advantages') as tf.Tensor1D,
  };
}

/** Log-probs and entropies of the completion, [B, C]. */
export function completionLogProbs(
  policy: Policy,
  batch: GoldenBatch,
  hidden: tf.Tensor3D,
  temperature: number,
) {
  const { rows, length, completionLength } = batch;
  const width = policy.config.text.hidden_size;
  const window = tf.slice(hidden, [0, length - completionLength - 1, 0], [rows, completionLength, width]);
  const logits = headLogits(policy, tf.reshape(window, [rows * completionLength, width]));
  const { logProbs, entropies } = tokenLogProbs(logits, batch.targets, temperature);
  const shape: [number, number] = [rows, completionLength];
  return {
    logProbs: tf.reshape<tf.Rank.R2>(logProbs, shape),
    entropies: tf.reshape<tf.Rank.R2>(entropies, shape),
  };
}

export function disposeBatch(batch: GoldenBatch): void {
  tf.dispose(Object.values(batch).filter((value): value is tf.Tensor => value instanceof tf.Tensor));
}

/** Loss parts and the gradient of the loss for every parameter, by name. The caller disposes the gradients. */
export async function lossAndGradients(
  policy: Policy,
  batch: GoldenBatch,
  temperature: number,
  objective: ObjectiveConfig,
  options: { readonly maxCompletionLength?: number; readonly referenceClamp?: number } = {},
): Promise<{ scalars: ReadonlyMap<string, number>; gradients: ReadonlyMap<string, tf.Tensor> }> {
  const tokens = batch.maskValues.reduce((a, b) => a + b, 0);
  const normaliser = lossNormaliser(objective, {
    rows: batch.rows,
    tokens,
    maxCompletionLength: options.maxCompletionLength ?? batch.completionLength,
  });
  const parts: tf.Scalar[] = [];
  const { value, grads } = tf.variableGrads(() => {
    const hidden = hiddenStates(policy, batch.inputIds, imageFeatures(policy, batch.pixels));
    const { logProbs } = completionLogProbs(policy, batch, hidden, temperature);
    const { referenceClamp: c } = options;
    const reference =
      c === undefined
        ? batch.referenceLogProbs
        : tf.maximum<tf.Tensor2D>(
            tf.minimum<tf.Tensor2D>(batch.referenceLogProbs, tf.add(logProbs, c)),
            tf.sub<tf.Tensor2D>(logProbs, c),
          );
    const result = policyLoss({ ...batch, logProbs, referenceLogProbs: reference }, objective, normaliser);
    parts.push(tf.keep(tf.clone(result.policyLoss)), tf.keep(tf.clone(result.kl)));
    return result.loss;
  }, [...policy.parameters.values()]);
  const [policy_loss, kl, loss] = await Promise.all(
    [...parts, value].map(async (scalar) => (await scalar.data<'float32'>())[0]),
  );
  tf.dispose([...parts, value]);
  const gradients = new Map([...policy.parameters].map(([name, variable]) => [name, grads[variable.name]]));
  return { scalars: new Map(Object.entries({ policy_loss: policy_loss, kl: kl, loss: loss })), gradients };
}

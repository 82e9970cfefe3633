import * as tf from '@tensorflow/tfjs-core';
import { runOperation } from '../webgpu/eager.ts';
import { fusedOps } from '../webgpu/fused.ts';
import { LOGITS_GRADIENT, statisticsSections, tokenStatistics } from '../webgpu/tokenStatistics.ts';
import { emptyTensor, hasWasmKernels, runWasmKernel } from '../wasm/kernels.ts';

export interface TokenLogProbs {
  /** log softmax(logits / temperature) of the chosen token, nats [N]. */
  readonly logProbs: tf.Tensor1D;
  /** Entropy of softmax(logits / temperature), nats [N]. No gradient flows through it. */
  readonly entropies: tf.Tensor1D;
}

/** True at the chosen token of each row: ids [N] → bool [N, V]. */
function chosen(ids: tf.Tensor1D, vocabulary: number): tf.Tensor2D {
  return tf.equal(tf.reshape(ids, [-1, 1]), tf.range(0, vocabulary, 1, 'int32'));
}

/** Rows from this length on have a workgroup of their own on webgpu. */
const LONG_ROW = 1024;

/** logits [N, V], ids int32 [N] → log-prob and entropy of each row at the temperature. The gradient is (onehot − softmax)/temperature. */
export function tokenLogProbs(logits: tf.Tensor2D, ids: tf.Tensor1D, temperature: number): TokenLogProbs {
  const [rows, vocabulary] = logits.shape;
  // One output [2 or 3, N], because a custom gradient has one; only its first row carries a gradient.
  const op = tf.customGrad((...args) => {
    const [logits, save] = args as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    if (hasWasmKernels()) {
      const value = emptyTensor<tf.Rank.R2>([2, rows]);
      const logSumExp = emptyTensor([rows]);
      runWasmKernel(
        'token_log_probs_forward',
        logits,
        ids,
        value,
        logSumExp,
        rows,
        vocabulary,
        1 / temperature,
      );
      save([logits, ids, logSumExp]);
      return {
        value,
        gradFunc: (dy, saved) => {
          const dLogits = emptyTensor([rows, vocabulary]);
          // The first row of dy comes first in memory.
          runWasmKernel('token_log_probs_backward', ...saved, dy, dLogits, rows, vocabulary, 1 / temperature);
          return dLogits;
        },
      };
    }
    if (fusedOps()) {
      const sizes = { rows, stride: vocabulary, vocabulary, temperature, ...statisticsSections(rows) };
      const operation = tokenStatistics(vocabulary < LONG_ROW ? 1 : 64);
      const [value] = runOperation(operation, sizes, [logits, ids], [{ shape: [3, rows] }]);
      save([logits, ids, value]);
      return {
        value,
        gradFunc: (dy, saved) => {
          const [logits, ids, statistics] = saved;
          // The kernel writes in place; the first row of dy comes first in memory.
          const dLogits = tf.add(logits, 0);
          runOperation(LOGITS_GRADIENT, sizes, [ids, statistics, dy], [dLogits]);
          return dLogits;
        },
      };
    }
    const scaled = tf.mul(logits, 1 / temperature);
    const shifted = tf.sub(scaled, tf.max(scaled, 1, true));
    const logTotal = tf.log(tf.sum(tf.exp(shifted), 1, true));
    const all = tf.sub(shifted, logTotal);
    const logProbs = tf.sum(tf.mul(all, tf.cast(chosen(ids, vocabulary), 'float32')), 1);
    const entropies = tf.neg(tf.sum(tf.mul(tf.exp(all), all), 1));
    save([logits, ids]);
    return {
      value: tf.stack([logProbs, entropies]),
      gradFunc: (dy, saved) => {
        const scaled = tf.mul(saved[0], 1 / temperature);
        const e = tf.exp(tf.sub(scaled, tf.max(scaled, 1, true)));
        const p = tf.div(e, tf.sum(e, 1, true));
        const weight = tf.mul(tf.reshape(tf.slice(dy, [0, 0], [1, rows]), [rows, 1]), 1 / temperature);
        return tf.mul(tf.sub(tf.cast(chosen(saved[1] as tf.Tensor1D, vocabulary), 'float32'), p), weight);
      },
    };
  });
  const [logProbs, entropies] = tf.unstack(op(logits)) as [tf.Tensor1D, tf.Tensor1D];
  return { logProbs, entropies };
}

import * as tf from '@tensorflow/tfjs-core';
import { runOperation } from '../webgpu/eager.ts';
import { fusedOps } from '../webgpu/fused.ts';
import { embedBackward, embedForward, FIND_SOURCE } from '../webgpu/embed.ts';
import { packOf } from '../webgpu/pack.ts';
import { emptyTensor, hasWasmKernels, runWasmKernel } from '../wasm/kernels.ts';

/**
 * For each position: which image feature of its row it shows (0, 1, …), or −1 for a word. Image tokens beyond the
 * row's features are words: a policy may sample one. ids [B, T] → int32 [B, T].
 */
function featureOrder(ids: tf.Tensor2D, imageToken: number, imageTokens: number): tf.Tensor2D {
  const isImage = tf.cast(tf.equal(ids, imageToken), 'float32');
  const order = tf.cumsum(isImage, 1, true);
  const shows = tf.mul(isImage, tf.cast(tf.less(order, imageTokens), 'float32'));
  return tf.cast(tf.sub(tf.mul(tf.add(order, 1), shows), 1), 'int32');
}

/**
 * Token embeddings with image tokens replaced, in order, by the row's image features, as many as there are.
 * table [V, width], features [B, imageTokens, width], ids int32 [B, T] → [B·T, width].
 * The gradient is a product with one-hot rows where there is no own kernel: no atomics, the same every run.
 */
export function embed(
  table: tf.Tensor2D,
  features: tf.Tensor3D,
  ids: tf.Tensor2D,
  imageToken: number,
): tf.Tensor2D {
  const [vocabulary, width] = table.shape;
  const [batch, length] = ids.shape;
  const imageTokens = features.shape[1];
  const rows = batch * length;
  const sizes = [batch, length, width, imageTokens, imageToken];
  const op = tf.customGrad((...args) => {
    const [table, features, save] = args as unknown as [tf.Tensor2D, tf.Tensor3D, tf.GradSaveFunc];
    save([ids]);
    if (hasWasmKernels()) {
      const value = emptyTensor<tf.Rank.R2>([rows, width]);
      runWasmKernel('embed_forward', table, features, ids, value, ...sizes);
      return {
        value,
        gradFunc: (dy, saved) => {
          const gradients = [emptyTensor([vocabulary, width]), emptyTensor([batch, imageTokens, width])];
          runWasmKernel('embed_backward', dy, saved[0], ...gradients, vocabulary, ...sizes);
          return gradients;
        },
      };
    }
    if (fusedOps()) {
      const pack = packOf(width);
      const call = { rows, length, imageToken, imageTokens, rowsPerGroup: 1, width, table: 0 };
      const shown = { shape: [rows], dtype: 'int32' } as const;
      const [source] = runOperation(FIND_SOURCE, call, [ids], [shown]);
      const inputs = [table, features, source];
      const [value] = runOperation(embedForward(pack), call, inputs, [{ shape: [rows, width] }]);
      return {
        value,
        gradFunc: (dy, saved) => {
          const [source] = runOperation(FIND_SOURCE, call, saved, [shown]);
          const gradients = [tf.zeros([vocabulary, width]), tf.zeros([batch, imageTokens, width])];
          return runOperation(embedBackward(pack), call, [dy, source], gradients);
        },
      };
    }
    const order = featureOrder(ids, imageToken, imageTokens);
    const rowStart = tf.range(0, batch * imageTokens, imageTokens, 'int32');
    const place = tf.reshape(
      tf.add(tf.maximum(order, tf.scalar(0, 'int32')), tf.reshape(rowStart, [batch, 1])),
      [rows],
    );
    const isImage = tf.reshape(tf.greaterEqual(order, tf.scalar(0, 'int32')), [rows, 1]);
    const words = tf.gather(table, tf.reshape<tf.Rank.R1>(ids, [rows]));
    const patches = tf.gather(tf.reshape(features, [batch * imageTokens, width]), place);
    return {
      value: tf.where(isImage, patches, words),
      gradFunc: (dy, saved) => {
        const ids = saved[0] as tf.Tensor2D;
        const order = featureOrder(ids, imageToken, imageTokens);
        const wordIds = tf.where(
          tf.greaterEqual(order, tf.scalar(0, 'int32')),
          tf.fill(ids.shape, -1, 'int32'),
          ids,
        );
        const wordRows = tf.oneHot(tf.reshape(wordIds, [rows]), vocabulary, 1, 0, 'float32') as tf.Tensor2D;
        const patchRows = tf.oneHot(order, imageTokens, 1, 0, 'float32') as tf.Tensor3D;
        const byRow = tf.reshape(dy, [batch, length, width]);
        return [tf.matMul(wordRows, dy, true, false), tf.matMul(patchRows, byRow, true, false)];
      },
    };
  });
  return op(table, features) as tf.Tensor2D;
}

/** What the scorer learns by: entries and patches find each other, from texts alone; no box is ever read. */
import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../compute/ops/linear.ts';
import { DESCRIPTIONS, type EntryBatch } from './batch.ts';
import type { DualEncoder } from './dualEncoder.ts';
import { BIAS, SCALE, SHARPNESS } from './match.ts';
import type { Vocabulary } from './words.ts';

/** Sharpness with which the right description must stand out among its wrong versions. */
const STAND_OUT = 16;
const RECALL_WEIGHT = 4;

/** Of every entry and description of a batch, as `match.ts` has it. */
interface Matches {
  /** Of each entry being in the picture: its chance before the sigmoid [B, T]. */
  readonly logits: tf.Tensor2D;
  /** Share of each description that is seen [B, D]. */
  readonly said: tf.Tensor2D;
  /** Share of the picture that each description covers [B, D]. */
  readonly seen: tf.Tensor2D;
}

/** The similarity's parts as tensors that can be differentiated. pixels [B, 3, S, S]. */
export function matches(
  encoder: DualEncoder,
  vocabulary: Vocabulary,
  pixels: tf.Tensor4D,
  batch: EntryBatch,
): Matches {
  const [B, D, T, L] = [pixels.shape[0], DESCRIPTIONS, batch.keys.length, batch.most];
  const { patches, salience } = encoder.embedPatches(pixels);
  const N = encoder.patchCount;
  const entries = encoder.embedEntries(batch.keys.map((key) => vocabulary.encode(key)));
  const rows = tf.reshape<tf.Rank.R2>(patches, [B * N, -1]);
  const cosines = tf.reshape<tf.Rank.R3>(linear(rows, entries), [B, N, T]);

  const looks = tf.exp(tf.mul(tf.sub(cosines, 1), SHARPNESS));
  const attended = tf.div<tf.Tensor2D>(tf.sum(tf.mul(looks, cosines), 1), tf.sum(looks, 1));
  const logits = tf.sub<tf.Tensor2D>(tf.mul(attended, SCALE), BIAS);

  const said = tf.squeeze<tf.Tensor2D>(
    tf.matMul(tf.tensor3d(batch.shares, [B, D, T]), tf.reshape<tf.Rank.R3>(tf.sigmoid(logits), [B, T, 1])),
    [2],
  );
  const used = tf.matMul<tf.Tensor3D>(tf.tensor3d(batch.used, [B, L, T]), cosines, false, true);
  const open = tf.add(tf.reshape(used, [B, 1, L, N]), tf.tensor4d(batch.absent, [B, D, L, 1]));
  const best = tf.max(open, 2);
  const explained = tf.sigmoid(tf.sub(tf.mul(best, SCALE), BIAS));
  const weights = tf.div(salience, tf.sum(salience, 1, true));
  const seen = tf.sum<tf.Tensor2D>(tf.mul(explained, tf.reshape(weights, [B, 1, N])), 2);
  return { logits, said, seen };
}

/**
 * Sum of three: every entry's verdict for every picture (logistic, with entries of other pictures and of wrong
 * versions as negatives); the squared error of the share of the picture that a description covers; and the
 * cross-entropy of the right description among its wrong versions. pixels [B, 3, S, S] → scalar.
 */
export function scorerLoss(
  encoder: DualEncoder,
  vocabulary: Vocabulary,
  pixels: tf.Tensor4D,
  batch: EntryBatch,
): tf.Scalar {
  const [B, D, T] = [pixels.shape[0], DESCRIPTIONS, batch.keys.length];
  const { logits, said, seen } = matches(encoder, vocabulary, pixels, batch);
  const verdicts = tf.sub(tf.softplus(logits), tf.mul(logits, tf.tensor2d(batch.right, [B, T])));
  const entryLoss = tf.sum(tf.mul(verdicts, tf.tensor2d(batch.weight, [B, T])));

  const recallLoss = tf.mean(tf.squaredDifference(seen, tf.tensor2d(batch.recall, [B, D])));

  const similarity = tf.div(tf.add(said, seen), 2);
  const stands = tf.add(tf.mul(similarity, STAND_OUT), tf.tensor2d(batch.excluded, [B, D]));
  const first = tf.squeeze(tf.slice(stands, [0, 0], [B, 1]), [1]);
  const standOutLoss = tf.mean(tf.sub(tf.logSumExp(stands, 1), first));
  return tf.add(tf.add(entryLoss, tf.mul(recallLoss, RECALL_WEIGHT)), standOutLoss);
}

/**
 * The embedded image–text scorer's two encoders: a small vision transformer whose patches and a text encoder whose
 * entries (what stands between two commas) become unit vectors of one space. FG-CLIP's alignment of regions with
 * phrases, at a hundredth of a percent of its size; `match.ts` makes one similarity of the cosines.
 */
import * as tf from '@tensorflow/tfjs-core';
import { geluTanh } from '../../compute/ops/activation.ts';
import { attention } from '../../compute/ops/attention.ts';
import { linear } from '../../compute/ops/linear.ts';
import { layerNorm } from '../../compute/ops/norm.ts';
import type { NamedTensors } from '../../model/types.ts';
import { STEM_CHANNELS, WINDOW, scorerShapes, type DualEncoderConfig } from './parameters.ts';

const EPSILON = 1e-6;

/** Of each picture, what its patches show [B, patches, embedding], rows of length 1, and how much they show [B, patches], 0 … 1. */
interface EmbeddedPatches {
  readonly patches: tf.Tensor3D;
  readonly salience: tf.Tensor2D;
}

export class DualEncoder {
  readonly config: DualEncoderConfig;
  readonly parameters: ReadonlyMap<string, tf.Variable>;

  /** Throws naming the tensor that is missing or misshapen. */
  constructor(config: DualEncoderConfig, tensors: NamedTensors) {
    this.config = config;
    const shapes = scorerShapes(config);
    for (const [name, shape] of shapes) {
      const tensor = tensors.get(name);
      if (tensor?.shape.join() === shape.join()) continue;
      throw new Error(
        `Scorer tensor "${name}" takes shape [${shape.join()}]; got [${tensor?.shape.join() ?? 'nothing'}].`,
      );
    }
    this.parameters = new Map(
      [...shapes].map(([name, shape]) => [
        name,
        tf.tidy(() => tf.variable(tf.tensor(tensors.get(name)!.data, shape, 'float32'))),
      ]),
    );
  }

  /** Patches a picture is cut into. */
  get patchCount(): number {
    return (this.config.imageSize / this.config.patchSize) ** 2;
  }

  /** pixels [B, 3, S, S] in −1 … 1. */
  embedPatches(pixels: tf.Tensor4D): EmbeddedPatches {
    const { width, heads, layers, embedding } = this.config;
    const [batch] = pixels.shape;
    const length = this.patchCount;
    const placed = tf.add(
      tf.reshape(this.#dense('image.patch', this.#stem(pixels)), [batch, length, width]),
      this.#get('image.position'),
    );
    let x = tf.reshape<tf.Rank.R2>(placed, [batch * length, width]);
    for (let layer = 0; layer < layers; layer++) {
      const name = (rest: string): string => `image.layers.${layer}.${rest}`;
      const normed = this.#norm(name('norm1'), x);
      const mixed = attention(
        this.#dense(name('q'), normed),
        this.#dense(name('k'), normed),
        this.#dense(name('v'), normed),
        { batch, length, heads, keyValueHeads: heads, headDim: width / heads, causal: false },
      );
      x = tf.add(x, this.#dense(name('out'), mixed));
      x = tf.add(
        x,
        this.#dense(name('fc2'), geluTanh(this.#dense(name('fc1'), this.#norm(name('norm2'), x)))),
      );
    }
    const shown = this.#norm('image.norm', x);
    return {
      patches: tf.reshape(unit(this.#dense('image.projection', shown)), [batch, length, embedding]),
      salience: tf.reshape(tf.sigmoid(this.#dense('image.salience', shown)), [batch, length]),
    };
  }

  /** Word ids of entries, one list each, none empty → unit vectors [entries, embedding]. */
  embedEntries(entries: readonly (readonly number[])[]): tf.Tensor2D {
    const { wordWidth, textWidth, vocabularySize } = this.config;
    const count = entries.length;
    const length = Math.max(...entries.map((entry) => entry.length));
    const oneHot = new Float32Array(count * length * vocabularySize);
    const mask = new Float32Array(count * length);
    entries.forEach((entry, e) => {
      entry.forEach((id, w) => {
        oneHot[(e * length + w) * vocabularySize + id] = 1;
        mask[e * length + w] = 1;
      });
    });
    const words = linear(
      tf.tensor2d(oneHot, [count * length, vocabularySize]),
      this.#get('text.words') as tf.Tensor as tf.Tensor2D,
    );
    const padded = tf.pad(tf.reshape(words, [count, length, wordWidth]), [
      [0, 0],
      [WINDOW - 1, 0],
      [0, 0],
    ]);
    const shifted = Array.from({ length: WINDOW }, (_, s) =>
      tf.slice(padded, [0, s, 0], [count, length, wordWidth]),
    );
    const windows = tf.reshape<tf.Rank.R2>(tf.concat(shifted, 2), [count * length, WINDOW * wordWidth]);
    const read = tf.reshape(geluTanh(this.#dense('text.window', windows)), [count, length, textWidth]);
    const pooled = tf.sum<tf.Tensor2D>(tf.mul(read, tf.tensor3d(mask, [count, length, 1])), 1);
    return unit(this.#dense('text.projection', geluTanh(this.#dense('text.entry', pooled))));
  }

  dispose(): void {
    for (const variable of this.parameters.values()) variable.dispose();
  }

  /**
   * Squares of half a patch, and of them the four by four around each patch, so that neighbouring patches see
   * what lies across their border: [B, 3, S, S] → [B·patches, 16·STEM_CHANNELS].
   */
  #stem(pixels: tf.Tensor4D): tf.Tensor2D {
    const { imageSize, patchSize } = this.config;
    const [batch] = pixels.shape;
    const side = imageSize / patchSize;
    const [squares, size] = [2 * side, patchSize / 2];
    const cut = tf.reshape(pixels, [batch * 3, squares, size, squares, size]);
    const perChannel = tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [batch, 3, squares ** 2, size ** 2]);
    const rows = tf.reshape<tf.Rank.R2>(tf.transpose(perChannel, [0, 2, 1, 3]), [
      batch * squares ** 2,
      3 * size ** 2,
    ]);
    const fine = tf.reshape(geluTanh(this.#dense('image.stem', rows)), [
      batch,
      squares,
      squares,
      STEM_CHANNELS,
    ]);
    const padded = tf.pad(fine, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]);
    // Two by two squares a block; a patch's window is four neighbouring blocks.
    const wide = 2 * STEM_CHANNELS;
    const twoRows = tf.reshape(padded, [batch * (side + 1), 2, side + 1, wide]);
    const blocks = tf.reshape(tf.transpose(twoRows, [0, 2, 1, 3]), [batch, side + 1, side + 1, 2 * wide]);
    const corners = [0, 1].flatMap((down) =>
      [0, 1].map((right) => tf.slice(blocks, [0, down, right, 0], [batch, side, side, 2 * wide])),
    );
    return tf.reshape(tf.concat(corners, 3), [batch * side ** 2, 8 * wide]);
  }
  #get(name: string): tf.Variable {
    return this.parameters.get(name)!;
  }
  #dense(name: string, x: tf.Tensor2D): tf.Tensor2D {
    const weight = this.#get(`${name}.weight`) as tf.Tensor as tf.Tensor2D;
    return linear(x, weight, this.#get(`${name}.bias`) as tf.Tensor as tf.Tensor1D);
  }
  #norm(name: string, x: tf.Tensor2D): tf.Tensor2D {
    const weight = this.#get(`${name}.weight`) as tf.Tensor as tf.Tensor1D;
    return layerNorm(x, weight, this.#get(`${name}.bias`) as tf.Tensor as tf.Tensor1D, EPSILON);
  }
}

/** Rows scaled to length 1: [N, D] → [N, D]. */
function unit(x: tf.Tensor2D): tf.Tensor2D {
  return tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-8)));
}

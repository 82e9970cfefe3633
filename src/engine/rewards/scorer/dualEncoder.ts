/**
 * The embedded image–text scorer: a small vision transformer and a text encoder that reads words in windows of
 * five, both pooled by a sum over what they found, so that a description's phrases and a picture's objects add up
 * to vectors that can be compared. CLIP's form (cosine of two embeddings), at a hundredth of a percent of its size.
 */
import * as tf from '@tensorflow/tfjs-core';
import { geluTanh } from '../../compute/ops/activation.ts';
import { attention } from '../../compute/ops/attention.ts';
import { linear } from '../../compute/ops/linear.ts';
import { layerNorm } from '../../compute/ops/norm.ts';
import type { NamedTensor, NamedTensors } from '../../model/types.ts';
import { RandomStream, hashText } from '../../random.ts';

export interface DualEncoderConfig {
  readonly imageSize: number;
  readonly patchSize: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly wordWidth: number;
  readonly textWidth: number;
  readonly embedding: number;
  readonly words: readonly string[];
  /** Of the vocabulary, padding and unknown buckets included. */
  readonly vocabularySize: number;
}

/** Words a window of the text encoder holds: the one it ends at and four before. */
const WINDOW = 5;
const EPSILON = 1e-6;

/** Name → shape of every parameter. */
export function scorerShapes(config: DualEncoderConfig): Map<string, number[]> {
  const { width, patchSize, imageSize, layers, wordWidth, textWidth, embedding, vocabularySize } = config;
  const shapes = new Map<string, number[]>([
    ['image.patch.weight', [width, 3 * patchSize * patchSize]],
    ['image.patch.bias', [width]],
    ['image.position', [(imageSize / patchSize) ** 2, width]],
    ['image.norm.weight', [width]],
    ['image.norm.bias', [width]],
    ['image.found.weight', [textWidth, width]],
    ['image.found.bias', [textWidth]],
    ['image.projection', [embedding, textWidth]],
    ['text.words', [wordWidth, vocabularySize]],
    ['text.window.weight', [textWidth, WINDOW * wordWidth]],
    ['text.window.bias', [textWidth]],
    ['text.found.weight', [textWidth, textWidth]],
    ['text.found.bias', [textWidth]],
    ['text.projection', [embedding, textWidth]],
  ]);
  for (let layer = 0; layer < layers; layer++) {
    const add = (name: string, shape: number[]): void =>
      void shapes.set(`image.layers.${layer}.${name}`, shape);
    for (const norm of ['norm1', 'norm2']) {
      add(`${norm}.weight`, [width]);
      add(`${norm}.bias`, [width]);
    }
    for (const name of ['q', 'k', 'v', 'out']) {
      add(`${name}.weight`, [width, width]);
      add(`${name}.bias`, [width]);
    }
    add('fc1.weight', [2 * width, width]);
    add('fc1.bias', [2 * width]);
    add('fc2.weight', [width, 2 * width]);
    add('fc2.bias', [width]);
  }
  return shapes;
}

/** Random parameters, a function of config and seed. */
export function initialScorer(config: DualEncoderConfig, seed: number): NamedTensors {
  const tensors = new Map<string, NamedTensor>();
  for (const [name, shape] of scorerShapes(config)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (/norm\d?\.weight$/.test(name)) data.fill(1);
    else if (!name.endsWith('.bias')) {
      const draws = new RandomStream(seed, hashText(name));
      const table = name === 'text.words' || name === 'image.position';
      const deviation = table ? 0.5 : 1 / Math.sqrt(shape[1]);
      for (let i = 0; i < data.length; i++) data[i] = deviation * draws.normal();
    }
    tensors.set(name, { shape, data });
  }
  return tensors;
}

export class DualEncoder {
  readonly config: DualEncoderConfig;
  readonly parameters: ReadonlyMap<string, tf.Variable>;

  /** Throws naming the tensor that is missing or misshapen. */
  constructor(config: DualEncoderConfig, tensors: NamedTensors) {
    this.config = config;
    const parameters = new Map<string, tf.Variable>();
    for (const [name, shape] of scorerShapes(config)) {
      const tensor = tensors.get(name);
      if (!tensor || tensor.shape.join() !== shape.join()) {
        throw new Error(
          `Scorer tensor "${name}" takes shape [${shape.join()}]; got [${tensor?.shape.join() ?? 'nothing'}].`,
        );
      }
      parameters.set(
        name,
        tf.tidy(() => tf.variable(tf.tensor(tensor.data, shape, 'float32'))),
      );
    }
    this.parameters = parameters;
  }

  /** pixels [B, 3, S, S] in −1 … 1 → what each patch shows [B, patches, textWidth]. */
  patchFindings(pixels: tf.Tensor4D): tf.Tensor3D {
    const { imageSize, patchSize, width, heads, layers, textWidth } = this.config;
    const [batch] = pixels.shape;
    const side = imageSize / patchSize;
    const cut = tf.reshape(pixels, [batch * 3, side, patchSize, side, patchSize]);
    const perChannel = tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [
      batch,
      3,
      side * side,
      patchSize ** 2,
    ]);
    const rows = tf.reshape(tf.transpose(perChannel, [0, 2, 1, 3]), [
      batch * side * side,
      3 * patchSize ** 2,
    ]);
    const placed = tf.add(
      tf.reshape(this.#dense('image.patch', rows as tf.Tensor2D), [batch, side * side, width]),
      this.#get('image.position'),
    );
    let x = tf.reshape<tf.Rank.R2>(placed, [batch * side * side, width]);
    for (let layer = 0; layer < layers; layer++) {
      const name = (rest: string): string => `image.layers.${layer}.${rest}`;
      const normed = this.#norm(name('norm1'), x);
      const mixed = attention(
        this.#dense(name('q'), normed),
        this.#dense(name('k'), normed),
        this.#dense(name('v'), normed),
        { batch, length: side * side, heads, keyValueHeads: heads, headDim: width / heads, causal: false },
      );
      x = tf.add(x, this.#dense(name('out'), mixed));
      x = tf.add(
        x,
        this.#dense(name('fc2'), geluTanh(this.#dense(name('fc1'), this.#norm(name('norm2'), x)))),
      );
    }
    const found = geluTanh(this.#dense('image.found', this.#norm('image.norm', x)));
    return tf.reshape(found, [batch, side * side, textWidth]);
  }

  /** pixels [B, 3, S, S] → unit vectors [B, embedding]. */
  embedImages(pixels: tf.Tensor4D): tf.Tensor2D {
    const found = tf.sum<tf.Tensor2D>(this.patchFindings(pixels), 1);
    return unit(linear(found, this.#get('image.projection') as tf.Tensor as tf.Tensor2D));
  }

  /** Word ids, one list a text → unit vectors [texts, embedding]. A text without words embeds as padding. */
  embedTexts(texts: readonly (readonly number[])[]): tf.Tensor2D {
    const { wordWidth, textWidth, vocabularySize } = this.config;
    const length = Math.max(1, ...texts.map((text) => text.length));
    const count = texts.length;
    const oneHot = new Float32Array(count * length * vocabularySize);
    const mask = new Float32Array(count * length);
    texts.forEach((text, t) => {
      for (let w = 0; w < length; w++) {
        oneHot[(t * length + w) * vocabularySize + (text[w] ?? 0)] = 1;
        if (w < Math.max(1, text.length)) mask[t * length + w] = 1;
      }
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
    const windows = tf.reshape(tf.concat(shifted, 2), [count * length, WINDOW * wordWidth]);
    const inner = geluTanh(this.#dense('text.window', windows as tf.Tensor2D));
    const found = tf.reshape(geluTanh(this.#dense('text.found', inner)), [count, length, textWidth]);
    const pooled = tf.sum<tf.Tensor2D>(tf.mul(found, tf.tensor3d(mask, [count, length, 1])), 1);
    return unit(linear(pooled, this.#get('text.projection') as tf.Tensor as tf.Tensor2D));
  }

  /** What each patch shows against a text: pixels [1, 3, S, S], text unit vector [embedding] → [patches]. */
  patchSimilarities(pixels: tf.Tensor4D, text: tf.Tensor2D): tf.Tensor1D {
    const found = tf.squeeze<tf.Tensor2D>(this.patchFindings(pixels), [0]);
    const embedded = unit(linear(found, this.#get('image.projection') as tf.Tensor as tf.Tensor2D));
    return tf.squeeze(tf.matMul(embedded, text, false, true), [1]);
  }

  dispose(): void {
    for (const variable of this.parameters.values()) variable.dispose();
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

/** The dual encoder's sizes and parameters by name. */
import type { NamedTensor, NamedTensors } from '../../model/types.ts';
import { RandomStream, hashText } from '../../random.ts';

export interface DualEncoderConfig {
  /** A multiple of patchSize, px. */
  readonly imageSize: number;
  /** Even, px. */
  readonly patchSize: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  readonly wordWidth: number;
  readonly textWidth: number;
  readonly embedding: number;
  readonly words: readonly string[];
  /** Of the vocabulary, padding, unknown buckets and the mark of repetition included. */
  readonly vocabularySize: number;
}

/** Words a window of the text encoder holds: the one it ends at and two before. */
export const WINDOW = 3;
/** Channels of a square of half a patch. */
export const STEM_CHANNELS = 32;

/** Name → shape of every parameter. */
export function scorerShapes(config: DualEncoderConfig): Map<string, number[]> {
  const { width, patchSize, imageSize, layers, wordWidth, textWidth, embedding, vocabularySize } = config;
  const shapes = new Map<string, number[]>([
    ['image.position', [(imageSize / patchSize) ** 2, width]],
    ['text.words', [wordWidth, vocabularySize]],
  ]);
  const dense = (name: string, outputs: number, inputs: number): void => {
    shapes.set(`${name}.weight`, [outputs, inputs]);
    shapes.set(`${name}.bias`, [outputs]);
  };
  const norm = (name: string): void => {
    shapes.set(`${name}.weight`, [width]);
    shapes.set(`${name}.bias`, [width]);
  };
  dense('image.stem', STEM_CHANNELS, 3 * (patchSize / 2) ** 2);
  dense('image.patch', width, 16 * STEM_CHANNELS);
  for (let layer = 0; layer < layers; layer++) {
    const name = `image.layers.${layer}`;
    norm(`${name}.norm1`);
    for (const part of ['q', 'k', 'v', 'out']) dense(`${name}.${part}`, width, width);
    norm(`${name}.norm2`);
    dense(`${name}.fc1`, 2 * width, width);
    dense(`${name}.fc2`, width, 2 * width);
  }
  norm('image.norm');
  dense('image.projection', embedding, width);
  dense('image.salience', 1, width);
  dense('text.window', textWidth, WINDOW * wordWidth);
  dense('text.entry', textWidth, textWidth);
  dense('text.projection', embedding, textWidth);
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
      const deviation = table ? 0.4 : 0.6 / Math.sqrt(shape[1]);
      for (let i = 0; i < data.length; i++) data[i] = deviation * draws.normal();
    }
    tensors.set(name, { shape, data });
  }
  return tensors;
}

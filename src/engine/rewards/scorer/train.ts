/**
 * Trains the embedded scorer on pictures and worked descriptions. A step is one batch and one update, a function
 * of seed and step, so that a run saved between two steps goes on as if it had not been interrupted.
 */
import * as tf from '@tensorflow/tfjs-core';
import { AdamW } from '../../compute/adamw.ts';
import type { NamedTensor, NamedTensors } from '../../model/types.ts';
import { RandomStream, hashText } from '../../random.ts';
import type { RasterImage, Sample, TaskSet } from '../../tasks/types.ts';
import { extractDescription } from '../description.ts';
import { entryBatch } from './batch.ts';
import { DualEncoder } from './dualEncoder.ts';
import { scorerPixels } from './index.ts';
import { scorerLoss } from './loss.ts';
import { initialScorer, type DualEncoderConfig } from './parameters.ts';
import type { WordClasses } from './wrongDescriptions.ts';
import { Vocabulary, entriesOf, splitWords } from './words.ts';

export interface ScorerTraining {
  readonly seed: number;
  /** Of the whole schedule. */
  readonly steps: number;
}

/** A task set to learn from, with the words of its descriptions that can stand in each other's place. */
export interface ScorerSource {
  readonly tasks: TaskSet;
  readonly classes: WordClasses;
}

/** What a resumed training starts from. */
export interface ScorerState {
  readonly step: number;
  readonly parameters: NamedTensors;
  readonly optimizer: NamedTensors;
}

/** PeBR-R1 cuts the description at 248 tokens; here they are words and commas. */
export const MAX_TOKENS = 248;
const BATCH = 32;
const LEARNING_RATE = 2e-3;
/** Share of the steps in which the rate rises. */
const RISE = 0.05;

const SIZES = {
  imageSize: 96,
  patchSize: 12,
  width: 96,
  heads: 4,
  layers: 2,
  wordWidth: 48,
  textWidth: 128,
  embedding: 96,
};

/** The worked description of a sample, as the teacher without faults writes it. */
export const workedDescription = (tasks: TaskSet, sample: Sample): string =>
  extractDescription(tasks.workedResponse!(sample, null));

export class ScorerTrainer {
  readonly config: DualEncoderConfig;
  readonly encoder: DualEncoder;
  readonly #sources: readonly ScorerSource[];
  readonly #training: ScorerTraining;
  readonly #vocabulary: Vocabulary;
  readonly #optimizer: AdamW;
  #step = 0;

  constructor(sources: readonly ScorerSource[], training: ScorerTraining, state?: ScorerState) {
    this.#sources = sources;
    this.#training = training;
    this.#vocabulary = new Vocabulary(wordsOf(sources));
    this.config = { ...SIZES, words: this.#vocabulary.words, vocabularySize: this.#vocabulary.size };
    this.encoder = new DualEncoder(
      this.config,
      state?.parameters ?? initialScorer(this.config, training.seed),
    );
    this.#optimizer = new AdamW(this.encoder.parameters, {
      learningRate: LEARNING_RATE,
      betas: [0.9, 0.98],
      epsilon: 1e-8,
      weightDecay: 0.01,
      maxGradNorm: 1,
    });
    if (state) {
      this.#step = state.step;
      this.#optimizer.importState(state.optimizer);
    }
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** One batch, one update → the loss. Throws NonFiniteError when its gradient is not finite. */
  async advance(): Promise<number> {
    const { seed } = this.#training;
    const draws = new RandomStream(seed, hashText('scorer'), this.#step);
    const drawn = Array.from({ length: BATCH }, (_, i) => {
      const source = this.#sources[i % this.#sources.length];
      const sample = source.tasks.sample('train', draws.integer(source.tasks.size('train')));
      return { source, sample };
    });
    const images: readonly RasterImage[] = await Promise.all(
      drawn.map(({ sample }) => sample.images[0].load()),
    );
    const pictures = drawn.map(({ source: { tasks, classes }, sample }) => ({
      entries: entriesOf(workedDescription(tasks, sample), MAX_TOKENS),
      classes,
    }));
    const batch = entryBatch(pictures, draws);
    const { imageSize } = this.config;
    const pixels = scorerPixels(images, imageSize);
    const { value, grads } = tf.tidy(() =>
      tf.variableGrads(
        () =>
          scorerLoss(
            this.encoder,
            this.#vocabulary,
            tf.tensor4d(pixels, [BATCH, 3, imageSize, imageSize]),
            batch,
          ),
        [...this.encoder.parameters.values()],
      ),
    );
    const gradients = new Map(
      [...this.encoder.parameters].map(([name, variable]) => [name, grads[variable.name]]),
    );
    await this.#optimizer.step(gradients, rate(this.#step, this.#training.steps));
    tf.dispose(grads);
    const [loss] = await value.data();
    value.dispose();
    this.#step += 1;
    return loss;
  }

  async exportState(): Promise<ScorerState> {
    const parameters = new Map<string, NamedTensor>();
    for (const [name, variable] of this.encoder.parameters) {
      parameters.set(name, { shape: variable.shape, data: (await variable.data<'float32'>()).slice() });
    }
    return { step: this.#step, parameters, optimizer: await this.#optimizer.exportState() };
  }

  dispose(): void {
    this.#optimizer.dispose();
    this.encoder.dispose();
  }
}

/** Every word of the sources' classes and of their first descriptions, in a fixed order. */
function wordsOf(sources: readonly ScorerSource[]): string[] {
  const SEEN = 256;
  const words = sources.flatMap(({ tasks, classes }) => [
    ...classes.flat(),
    ...Array.from({ length: Math.min(SEEN, tasks.size('train')) }, (_, index) =>
      splitWords(workedDescription(tasks, tasks.sample('train', index))),
    ).flat(),
  ]);
  return [...new Set(words)].filter((word) => word !== ',');
}

/** Short linear rise, then a cosine to zero. */
function rate(step: number, steps: number): number {
  const rise = Math.min(1, (step + 1) / (RISE * steps));
  return LEARNING_RATE * rise * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
}

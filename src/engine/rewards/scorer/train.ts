/**
 * Trains the embedded scorer on pictures and worked descriptions: each picture must find its description among
 * the batch's and among wrong versions of its own (one word changed, one entry dropped).
 */
import * as tf from '@tensorflow/tfjs-core';
import { AdamW } from '../../compute/adamw.ts';
import { writeSafetensors } from '../../model/safetensors.ts';
import type { NamedTensor } from '../../model/types.ts';
import { RandomStream, hashText } from '../../random.ts';
import type { RasterImage, Sample, TaskSet } from '../../tasks/types.ts';
import { extractDescription } from '../description.ts';
import { DualEncoder, initialScorer, type DualEncoderConfig } from './dualEncoder.ts';
import { DualEncoderScorer, scorerPixels, type ScorerConfig } from './index.ts';
import { changeOneWord, dropOneEntry, type WordClasses } from './oneWord.ts';
import { splitWords, Vocabulary } from './words.ts';

export interface ScorerTraining {
  readonly seed: number;
  readonly steps: number;
}

/** A task set to learn from, with the words of its descriptions that can stand in each other's place. */
export interface ScorerSource {
  readonly tasks: TaskSet;
  readonly classes: WordClasses;
}

const BATCH = 64;
const ONE_WORD_NEGATIVES = 5;
const DROPPED_NEGATIVES = 1;
/** Fixed, so that similarities spread out rather than crowd under a large learned scale. */
const LOGIT_SCALE = 16;
const LEARNING_RATE = 1.5e-3;
const MAX_TOKENS = 248;
const CALIBRATION = 512;

interface Pair {
  readonly image: RasterImage;
  readonly description: string;
  readonly classes: WordClasses;
}

/** The worked description of a sample, as the teacher without faults writes it. */
async function worked({ tasks, classes }: ScorerSource, sample: Sample): Promise<Pair> {
  const description = extractDescription(tasks.workedResponse!(sample, null));
  return { image: await sample.images[0].load(), description, classes };
}

/** Trains and measures; returns the folder's files and the card's numbers. */
export async function trainScorer(
  sources: readonly ScorerSource[],
  { seed, steps }: ScorerTraining,
  onProgress: (done: number, total: number, note: string) => void,
): Promise<{ files: Map<string, Uint8Array>; measured: Record<string, number> }> {
  const vocabulary = new Vocabulary([
    ...new Set([',', ...sources.flatMap(({ classes }) => classes.flat().flatMap(splitWords))]),
  ]);
  const config: DualEncoderConfig = {
    imageSize: 48,
    patchSize: 8,
    width: 96,
    heads: 4,
    layers: 2,
    wordWidth: 48,
    textWidth: 128,
    embedding: 128,
    words: vocabulary.words,
    vocabularySize: vocabulary.size,
  };
  const encoder = new DualEncoder(config, initialScorer(config, seed));
  const optimizer = new AdamW(encoder.parameters, {
    learningRate: LEARNING_RATE,
    betas: [0.9, 0.98],
    epsilon: 1e-8,
    weightDecay: 0.01,
    maxGradNorm: 1,
  });
  for (let step = 0; step < steps; step++) {
    const draws = new RandomStream(seed, hashText('scorer'), step);
    const pairs = await Promise.all(
      Array.from({ length: BATCH }, (_, i) => {
        const source = sources[i % sources.length];
        return worked(source, source.tasks.sample('train', draws.integer(source.tasks.size('train'))));
      }),
    );
    const loss = await update(encoder, optimizer, vocabulary, pairs, draws, rate(step, steps));
    onProgress(step + 1, steps, `loss ${loss.toFixed(4)}`);
  }
  optimizer.dispose();
  const result = await packed(encoder, config, sources, seed, steps);
  encoder.dispose();
  return result;
}

/** Short linear rise, then a cosine to zero. */
function rate(step: number, steps: number): number {
  const rise = Math.min(1, (step + 1) / (0.05 * steps));
  return LEARNING_RATE * rise * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
}

async function update(
  encoder: DualEncoder,
  optimizer: AdamW,
  vocabulary: Vocabulary,
  pairs: readonly Pair[],
  draws: RandomStream,
  learningRate: number,
): Promise<number> {
  const { imageSize } = encoder.config;
  const ids = (text: string): number[] => vocabulary.encode(text, MAX_TOKENS);
  const right = pairs.map((pair) => ids(pair.description));
  const wrong = pairs.flatMap(({ description, classes }) => negatives(description, classes, draws).map(ids));
  const pixels = scorerPixels(
    pairs.map((pair) => pair.image),
    imageSize,
  );
  const count = ONE_WORD_NEGATIVES + DROPPED_NEGATIVES;
  const { value, grads } = tf.tidy(() =>
    tf.variableGrads(() => {
      const images = encoder.embedImages(tf.tensor4d(pixels, [pairs.length, 3, imageSize, imageSize]));
      const texts = encoder.embedTexts([...right, ...wrong]);
      const own = tf.slice(texts, [0, 0], [pairs.length, -1]);
      const others = tf.reshape(tf.slice(texts, [pairs.length, 0], [-1, -1]), [pairs.length, count, -1]);
      const all = tf.add<tf.Tensor2D>(
        tf.mul(tf.matMul(images, tf.transpose(own)), LOGIT_SCALE),
        twins(pairs),
      );
      const hard = tf.mul(tf.sum(tf.mul(tf.expandDims(images, 1), others), 2), LOGIT_SCALE);
      const eye = tf.eye(pairs.length);
      const diagonal = tf.sum(tf.mul(all, eye), 1);
      const toText = tf.sub(tf.logSumExp(tf.concat([all, hard], 1), 1), diagonal);
      const toImage = tf.sub(tf.logSumExp(all, 0), diagonal);
      return tf.mean<tf.Scalar>(tf.add(toText, tf.mul(toImage, 0.5)));
    }, [...encoder.parameters.values()]),
  );
  const gradients = new Map([...encoder.parameters].map(([name, variable]) => [name, grads[variable.name]]));
  await optimizer.step(gradients, learningRate);
  tf.dispose(grads);
  const [loss] = await value.data();
  value.dispose();
  return loss;
}

/** −1e9 where another pair of the batch has the same description (it would be a false negative), else 0: [B, B]. */
function twins(pairs: readonly Pair[]): tf.Tensor2D {
  const mask = new Float32Array(pairs.length ** 2);
  pairs.forEach((a, i) => {
    pairs.forEach((b, j) => {
      if (i !== j && a.description === b.description) mask[i * pairs.length + j] = -1e9;
    });
  });
  return tf.tensor2d(mask, [pairs.length, pairs.length]);
}

/** Wrong versions of a description, always the same number of them. */
function negatives(description: string, classes: WordClasses, draws: RandomStream): string[] {
  const changed = Array.from(
    { length: ONE_WORD_NEGATIVES },
    () => changeOneWord(description, classes, draws) ?? '',
  );
  const dropped = Array.from({ length: DROPPED_NEGATIVES }, () => dropOneEntry(description, draws));
  return [...changed, ...dropped];
}

/** Share of held-out samples whose right description scores above one changed word. */
export async function oneWordAccuracy(
  scorer: DualEncoderScorer,
  source: ScorerSource,
  count: number,
  seed: number,
): Promise<number> {
  const pairs = await Promise.all(
    Array.from({ length: count }, (_, index) => worked(source, source.tasks.sample('heldout', index))),
  );
  const draws = new RandomStream(seed, hashText('one-word'));
  const images = pairs.map((pair) => pair.image);
  const right = await scorer.score(
    images,
    pairs.map((pair) => pair.description),
  );
  const wrong = await scorer.score(
    images,
    pairs.map((pair) => changeOneWord(pair.description, source.classes, draws)!),
  );
  return right.filter((similarity, i) => similarity > wrong[i]).length / count;
}

async function packed(
  encoder: DualEncoder,
  config: DualEncoderConfig,
  sources: readonly ScorerSource[],
  seed: number,
  steps: number,
): Promise<{ files: Map<string, Uint8Array>; measured: Record<string, number> }> {
  const about = { ...config, id: `dual-encoder-${names(sources)}`, maxTokens: MAX_TOKENS };
  const uncalibrated = new DualEncoderScorer({ ...about, threshold: 1 }, encoder);
  const pairs = await Promise.all(
    Array.from({ length: CALIBRATION }, (_, index) => {
      const source = sources[index % sources.length];
      return worked(source, source.tasks.sample('train', index));
    }),
  );
  const similarities = await uncalibrated.score(
    pairs.map((pair) => pair.image),
    pairs.map((pair) => pair.description),
  );
  const threshold = Number(similarities.toSorted()[CALIBRATION / 2].toFixed(4));
  const scorerConfig: ScorerConfig = { ...about, threshold };
  const tensors = new Map<string, NamedTensor>();
  for (const [name, variable] of encoder.parameters) {
    tensors.set(name, { shape: variable.shape, data: (await variable.data<'float32'>()).slice() });
  }
  const measured: Record<string, number> = { threshold };
  for (const source of sources) {
    measured[`one_word_accuracy/${source.tasks.name}`] = await oneWordAccuracy(
      uncalibrated,
      source,
      512,
      seed,
    );
  }
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  return {
    measured,
    files: new Map([
      ['config.json', text(`${JSON.stringify(scorerConfig, null, 2)}\n`)],
      ['model.safetensors', writeSafetensors(tensors)],
      ['README.md', text(card(names(sources), seed, steps, measured))],
    ]),
  };
}

const names = (sources: readonly ScorerSource[]): string => sources.map(({ tasks }) => tasks.name).join(',');

function card(
  suites: string,
  seed: number,
  steps: number,
  measured: Readonly<Record<string, number>>,
): string {
  const accuracies = Object.entries(measured).flatMap(([name, value]) => {
    const [kind, suite] = name.split('/');
    return kind === 'one_word_accuracy' ? [`${(100 * value).toFixed(1)} % on ${suite}`] : [];
  });
  return `# Embedded image–text scorer

A small dual encoder for the coarse term of the perception reward. It sees pixels and text, never a scene's truth.

- Made by \`npm run pebr -- train-scorer --tasks ${suites} --steps ${steps} --seed ${seed} --out DIR\`, on worked descriptions without faults.
- Threshold (similarity from which the clip reward is 1): ${measured.threshold}, the median over ${CALIBRATION} correct train descriptions.
- The right description beats a one-word change, of 512 held-out samples each: ${accuracies.join(', ')}.
- It knows the words of its suites; on other pictures and words its similarity means little.
`;
}

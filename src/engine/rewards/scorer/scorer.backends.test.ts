/** One small scorer on every backend: the same similarities, patches, and gradient of the loss. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BackendName } from '../../compute/backend.ts';
import { selectBackend } from '../../compute/backend.ts';
import { prepareNodeBackends } from '../../compute/nodeBackend.ts';
import { RandomStream } from '../../random.ts';
import { taskSetByName, suiteOf } from '../../tasks/index.ts';
import { DESCRIPTIONS, entryBatch } from './batch.ts';
import { DualEncoder } from './dualEncoder.ts';
import { DualEncoderScorer, scorerPixels } from './index.ts';
import { matches, scorerLoss } from './loss.ts';
import { initialScorer } from './parameters.ts';
import { workedDescription } from './train.ts';
import { Vocabulary, entriesOf } from './words.ts';
import { wordClasses } from './wrongDescriptions.ts';

const vocabulary = new Vocabulary(['red', 'green', 'blue', 'cube', 'sphere']);
const config = {
  imageSize: 24,
  patchSize: 8,
  width: 16,
  heads: 2,
  layers: 1,
  wordWidth: 8,
  textWidth: 16,
  embedding: 16,
  words: vocabulary.words,
  vocabularySize: vocabulary.size,
};
const tasks = taskSetByName('scenes-nano');
const classes = wordClasses(suiteOf('scenes-nano').attributeValues);
const samples = Array.from({ length: 3 }, (_, i) => tasks.sample('heldout', i));
const texts = [...samples.map((sample) => workedDescription(tasks, sample)), 'a red zebra, a red zebra', ''];

interface Numbers {
  readonly similarities: Float32Array;
  readonly patches: Float32Array;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

async function onBackend(backend: BackendName): Promise<Numbers> {
  await selectBackend({ forced: backend });
  const before = tf.memory().numTensors;
  const encoder = new DualEncoder(config, initialScorer(config, 3));
  const scorer = new DualEncoderScorer(
    { ...config, id: 'untrained', threshold: 0.5, maxTokens: 64 },
    encoder,
  );
  const images = await Promise.all(samples.map(({ images }) => images[0].load()));
  const similarities = await scorer.score([...images, images[0], images[1]], texts);
  const patches = await scorer.patchScores(images[0], texts[0]);
  const batch = entryBatch(
    samples.map((sample) => ({ entries: entriesOf(workedDescription(tasks, sample), 64), classes })),
    new RandomStream(7),
  );
  const pixels = (): tf.Tensor4D => tf.tensor4d(scorerPixels(images, 24), [3, 3, 24, 24]);
  const { value, grads } = tf.tidy(() =>
    tf.variableGrads(
      () => scorerLoss(encoder, vocabulary, pixels(), batch),
      [...encoder.parameters.values()],
    ),
  );
  const gradients = new Map<string, Float32Array>([['loss', (await value.data<'float32'>()).slice()]]);
  for (const [name, variable] of encoder.parameters) {
    gradients.set(name, (await grads[variable.name].data<'float32'>()).slice());
  }
  const trained = tf.tidy(() => {
    const { said, seen } = matches(encoder, vocabulary, pixels(), batch);
    return tf.div(tf.add(said, seen), 2);
  });
  const ofBatch = await trained.data();
  // What the loss is taken of is what is scored.
  samples.forEach((_, i) => {
    expect(ofBatch[i * DESCRIPTIONS]).toBeCloseTo(similarities[i], 5);
  });
  tf.dispose([value, grads, trained]);
  scorer.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return { similarities, patches, gradients };
}

let expected: Numbers;
beforeAll(async () => {
  await prepareNodeBackends();
  expected = await onBackend('cpu');
}, 120_000);

it('gives a similarity in [0, 1] to every pair, and 0 to a text without words', () => {
  expect(expected.similarities).toHaveLength(5);
  for (const similarity of expected.similarities) {
    expect(similarity).toBeGreaterThanOrEqual(0);
    expect(similarity).toBeLessThanOrEqual(1);
  }
  expect(expected.similarities[4]).toBe(0);
  expect(expected.patches).toHaveLength(9);
  for (const name of expected.gradients.keys()) {
    expect(
      expected.gradients.get(name)!.some((x) => x !== 0),
      name,
    ).toBe(true);
  }
});

describe.each<BackendName>(['wasm', 'webgpu'])('on %s', (backend) => {
  it('scores and learns as on cpu', async () => {
    const actual = await onBackend(backend);
    const close = (a: Float32Array, b: Float32Array, what: string): void => {
      const scale = b.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-3);
      const worst = a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
      expect(worst / scale, what).toBeLessThan(2e-4);
    };
    close(actual.similarities, expected.similarities, 'similarities');
    close(actual.patches, expected.patches, 'patches');
    for (const [name, values] of expected.gradients) close(actual.gradients.get(name)!, values, name);
  }, 120_000);
});

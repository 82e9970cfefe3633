import * as tf from '@tensorflow/tfjs-core';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from '../compute/backend.ts';
import { prepareNodeBackends } from '../compute/nodeBackend.ts';
import { attentionWeights } from '../compute/ops/attention.ts';
import { imageFeatures } from '../model/forward.ts';
import { toPixelValues } from '../model/preprocess.ts';
import { loadScorer } from '../rewards/scorer/index.ts';
import { taskSetByName } from '../tasks/index.ts';
import type { Sample } from '../tasks/types.ts';
import { responseSlice, tokenBatch, windowLogProbs } from './batch.ts';
import { promptOf } from './promptOf.ts';
import { responseAttention } from './responseAttention.ts';
import { loadRunParts, type RunParts } from './runParts.ts';

const reader = (folder: string) => (name: string) =>
  readFile(new URL(`../../../public/models/${folder}/${name}`, import.meta.url)).catch(() => null);
const tasks = taskSetByName('scenes-nano');
let parts: RunParts;
let sample: Sample;
let response: number[];

beforeAll(async () => {
  await prepareNodeBackends();
  await selectBackend({ forced: 'wasm' });
  parts = await loadRunParts(reader('nano'), tasks, await loadScorer(reader('scorer')));
  sample = tasks.sample('train', 3);
  response = parts.tokenizer.encode('### Image Description: a red square\n### The final answer is: 2');
});

const attend = (layer: number, policy = parts.policy) =>
  responseAttention({ ...parts, policy }, sample, response, layer, 1);

describe('attention of a response', () => {
  it('adds up to 1 for every head and token, with nothing on what is not written yet', async () => {
    for (let layer = 0; layer < parts.policy.config.text.num_hidden_layers; layer++) {
      const { heads, tokens, imageTokens, image, prompt, response: before } = await attend(layer);
      expect([heads, tokens, imageTokens]).toEqual([4, response.length, 9]);
      for (let row = 0; row < heads * tokens; row++) {
        const onImage = image.subarray(row * imageTokens, (row + 1) * imageTokens).reduce((a, b) => a + b, 0);
        expect(onImage + prompt[row] + before[row]).toBeCloseTo(1, 5);
        expect(Math.min(onImage, prompt[row], before[row])).toBeGreaterThanOrEqual(-1e-6);
        // The first token is chosen when nothing of the response is there.
        if (row % tokens === 0) expect(before[row]).toBe(0);
      }
    }
  });

  it('gives, with the values it weighs, what the layer itself passed on in the forward', async () => {
    const prompt = promptOf(parts, sample);
    const batch = tokenBatch([{ prompt, response }], parts.policy.config.text.pad_token_id);
    const pixels = toPixelValues([await sample.images[0].load()], parts.preprocessing);
    let compared = 0;
    tf.tidy(() => {
      const features = imageFeatures(parts.policy, tf.tensor4d(pixels, [1, 3, 24, 24]));
      windowLogProbs(parts.policy, batch, features, 1, ({ q, k, v, mixed, shape }) => {
        const { length, heads, keyValueHeads, headDim } = shape;
        const weights = attentionWeights(q, k, shape);
        const values = tf.transpose(tf.reshape(v, [length, keyValueHeads, headDim]), [1, 0, 2]);
        // Each key-value head serves the query heads that follow one another.
        const repeated = tf.gather(
          values,
          tf.tensor1d(
            Array.from({ length: heads }, (_, h) => Math.floor((h * keyValueHeads) / heads)),
            'int32',
          ),
        );
        const weighted = tf.matMul(tf.reshape(weights, [heads, length, length]), repeated);
        const again = tf.reshape(tf.transpose(weighted, [1, 0, 2]), mixed.shape);
        expect(tf.max(tf.abs(tf.sub(again, mixed))).dataSync()[0]).toBeLessThan(1e-5);
        compared += 1;
      });
    });
    expect(compared).toBe(parts.policy.config.text.num_hidden_layers);
  });

  it('reads the very log-probs of the ordinary forward, and others under other weights', async () => {
    const prompt = promptOf(parts, sample);
    const batch = tokenBatch([{ prompt, response }], parts.policy.config.text.pad_token_id);
    const pixels = toPixelValues([await sample.images[0].load()], parts.preprocessing);
    const plain = tf.tidy(() => {
      const features = imageFeatures(parts.policy, tf.tensor4d(pixels, [1, 3, 24, 24]));
      return windowLogProbs(parts.policy, batch, features, 1).logProbs.dataSync<'float32'>();
    });
    const { logProbs } = await attend(1);
    expect(logProbs).toEqual(responseSlice(batch, plain, 0, response.length));
    const other = parts.policy.clone();
    const name = 'model.text_model.layers.0.self_attn.q_proj.weight';
    tf.tidy(() => other.get(name).assign(tf.mul(other.get(name), 2)));
    expect((await attend(1, other)).logProbs).not.toEqual(logProbs);
    other.dispose();
  });

  it('leaves no tensor behind, and names a layer that is not there', async () => {
    await attend(0);
    const before = tf.memory().numTensors;
    await attend(1);
    expect(tf.memory().numTensors).toBe(before);
    await expect(attend(7)).rejects.toThrow('no layer 7: the policy has 2');
  });
});

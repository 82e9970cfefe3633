/** Where a policy looks while it writes a response: the attention of one language layer, computed again. */
import * as tf from '@tensorflow/tfjs-core';
import { attentionWeights } from '../compute/ops/attention.ts';
import { imageFeatures } from '../model/forward.ts';
import { toPixelValues } from '../model/preprocess.ts';
import type { ImagePreprocessing } from '../model/types.ts';
import type { Sample } from '../tasks/types.ts';
import { responseSlice, tokenBatch, windowLogProbs } from './batch.ts';
import { promptOf, type PromptParts } from './promptOf.ts';

export interface AttentionParts extends PromptParts {
  readonly preprocessing: ImagePreprocessing;
}

/**
 * Attention of the position that chose each response token, which is the one before it. Of every head and token, image,
 * prompt and response weights add up to 1.
 */
export interface ResponseAttention {
  readonly layers: number;
  readonly layer: number;
  readonly heads: number;
  readonly tokens: number;
  /** Image tokens of the prompt, a square, row-major. */
  readonly imageTokens: number;
  /** [heads, tokens, imageTokens]. */
  readonly image: Float32Array;
  /** Weight on the prompt's other tokens, [heads, tokens]. */
  readonly prompt: Float32Array;
  /** Weight on the response so far, [heads, tokens]. */
  readonly response: Float32Array;
  /** Log-probs of the response in the same forward, nats: equal to the recorded ones where the weights are the same. */
  readonly logProbs: readonly number[];
}

/**
 * Runs the training forward on prompt and response and keeps the weights of one layer. Throws for a layer that the
 * policy does not have and for a response without tokens.
 */
export async function responseAttention(
  parts: AttentionParts,
  sample: Sample,
  response: readonly number[],
  layer: number,
  temperature: number,
): Promise<ResponseAttention> {
  const { policy, preprocessing } = parts;
  const { text, vision, image_token_id } = policy.config;
  const layers = text.num_hidden_layers;
  if (!Number.isInteger(layer) || layer < 0 || layer >= layers) {
    throw new Error(`There is no layer ${layer}: the policy has ${layers}, 0 to ${layers - 1}.`);
  }
  if (response.length === 0)
    throw new Error('A response without tokens attends to nothing; give one with tokens.');
  const prompt = promptOf(parts, sample);
  const batch = tokenBatch([{ prompt, response }], text.pad_token_id);
  const pixels = toPixelValues([await sample.images[0].load()], preprocessing);
  const [weights, logProbs] = tf.tidy(() => {
    const features = imageFeatures(
      policy,
      tf.tensor4d(pixels, [1, vision.num_channels, vision.image_size, vision.image_size]),
    );
    let rows: tf.Tensor4D | null = null;
    const forward = windowLogProbs(policy, batch, features, temperature, (call) => {
      if (call.layer !== layer) return;
      const all = attentionWeights(call.q, call.k, call.shape);
      rows = tf.slice(
        all,
        [0, 0, prompt.length - 1, 0],
        [1, call.shape.heads, response.length, batch.length],
      );
    });
    // The forward has just passed every layer.
    return [rows as unknown as tf.Tensor4D, forward.logProbs] as const;
  });
  try {
    const [values, logs] = await Promise.all([weights.data<'float32'>(), logProbs.data<'float32'>()]);
    return {
      layers,
      layer,
      ...sumsOf(values, {
        heads: text.num_attention_heads,
        tokens: response.length,
        length: batch.length,
        prompt,
        imageTokenId: image_token_id,
      }),
      logProbs: responseSlice(batch, logs, 0, response.length),
    };
  } finally {
    tf.dispose([weights, logProbs]);
  }
}

interface Rows {
  readonly heads: number;
  readonly tokens: number;
  readonly length: number;
  readonly prompt: readonly number[];
  readonly imageTokenId: number;
}

/** weights [heads, tokens, length] → what lies on each image token, on the prompt's text and on the response. */
function sumsOf(
  weights: Float32Array,
  { heads, tokens, length, prompt, imageTokenId }: Rows,
): Pick<ResponseAttention, 'heads' | 'tokens' | 'imageTokens' | 'image' | 'prompt' | 'response'> {
  const places = prompt.flatMap((id, at) => (id === imageTokenId ? [at] : []));
  const imageTokens = places.length;
  const image = new Float32Array(heads * tokens * imageTokens);
  const onPrompt = new Float32Array(heads * tokens);
  const onResponse = new Float32Array(heads * tokens);
  for (let row = 0; row < heads * tokens; row++) {
    const of = weights.subarray(row * length, (row + 1) * length);
    places.forEach((place, i) => (image[row * imageTokens + i] = of[place]));
    const sum = (from: number, to: number): number => of.subarray(from, to).reduce((a, b) => a + b, 0);
    const onImage = places.reduce((total, place) => total + of[place], 0);
    onPrompt[row] = sum(0, prompt.length) - onImage;
    onResponse[row] = sum(prompt.length, length);
  }
  return { heads, tokens, imageTokens, image, prompt: onPrompt, response: onResponse };
}

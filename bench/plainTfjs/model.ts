/**
 * The policy in plain tfjs, as a careful user of it would write it: stock ops and their stock gradients, products kept
 * two-dimensional, no kernel of our own. Names of weights are Hugging Face's.
 */
import * as tf from '@tensorflow/tfjs';
import type { NamedTensors, PolicyConfig } from '../../src/engine/model/types.ts';

export type Weights = ReadonlyMap<string, tf.Variable>;
/** cos and sin, broadcastable to [B, heads, T, headDim]. */
export interface Rotary {
  readonly cosine: tf.Tensor;
  readonly sine: tf.Tensor;
}
/** Attention of a language layer over what it has seen: q [B, heads, T, D], k and v [B, keyValueHeads, T, D] → as q. */
export type Attend = (layer: number, q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.Tensor;

const TEXT = 'model.text_model.';
const VISION = 'model.vision_model.';
/** Masked scores: far below any real one, and finite. */
const MASKED = -1e9;

export function makeWeights(tensors: NamedTensors): Weights {
  const made = [...tensors].map(([name, { shape, data }]): [string, tf.Variable] => [
    name,
    tf.tidy(() => tf.variable(tf.tensor(data, [...shape], 'float32'), true)),
  ]);
  return new Map(made);
}

function weight(weights: Weights, name: string): tf.Tensor {
  const variable = weights.get(name);
  if (!variable) throw new Error(`plain tfjs: no weight "${name}"`);
  return variable;
}

/** x [N, in] → [N, out] with a weight [out, in] and, where there is one, a bias. */
function linear(weights: Weights, name: string, x: tf.Tensor): tf.Tensor {
  const y = tf.matMul(x, weight(weights, `${name}.weight`), false, true);
  return weights.has(`${name}.bias`) ? tf.add(y, weight(weights, `${name}.bias`)) : y;
}

function layerNorm(weights: Weights, name: string, x: tf.Tensor, epsilon: number): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  const normed = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(normed, weight(weights, `${name}.weight`)), weight(weights, `${name}.bias`));
}

function rmsNorm(weights: Weights, name: string, x: tf.Tensor, epsilon: number): tf.Tensor {
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
  return tf.mul(tf.mul(x, scale), weight(weights, `${name}.weight`));
}

const geluTanh = (x: tf.Tensor): tf.Tensor => {
  const inner = tf.mul(tf.mul(x, tf.add(tf.mul(tf.square(x), 0.044715), 1)), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
};

/** [B·T, heads·D] → [B, heads, T, D]. */
function toHeads(x: tf.Tensor, batch: number, heads: number): tf.Tensor {
  const [rows, width] = x.shape as [number, number];
  return tf.transpose(tf.reshape(x, [batch, rows / batch, heads, width / heads]), [0, 2, 1, 3]);
}

/** [B, heads, T, D] → [B·T, heads·D]. */
function fromHeads(x: tf.Tensor): tf.Tensor {
  const [batch, heads, length, dim] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * length, heads * dim]);
}

/** Softmax attention of q over k and v with a bias on the scores; key-value heads are repeated for the queries. */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, bias: tf.Tensor | null): tf.Tensor {
  const scale = 1 / Math.sqrt(q.shape[3]!);
  const repeated = (x: tf.Tensor): tf.Tensor => {
    const [batch, heads, length, dim] = x.shape as [number, number, number, number];
    const times = q.shape[1]! / heads;
    if (times === 1) return x;
    // Of four dimensions: tfjs has no gradient of tile for five.
    const tiled = tf.tile(tf.reshape(x, [batch * heads, 1, length, dim]), [1, times, 1, 1]);
    return tf.reshape(tiled, [batch, heads * times, length, dim]);
  };
  const scores = tf.mul(tf.matMul(q, repeated(k), false, true), scale);
  return tf.matMul(tf.softmax(bias ? tf.add(scores, bias) : scores), repeated(v));
}

/** Scores' bias of the causal mask, [T, T]. */
export function causalBias(length: number): tf.Tensor {
  const values = Float32Array.from({ length: length * length }, (_, at) =>
    at % length > Math.floor(at / length) ? MASKED : 0,
  );
  return tf.tensor2d(values, [length, length]);
}

/** Scores' bias that hides slots past each row's position: positions int32 [B] → [B, 1, 1, capacity]. */
export function cacheBias(positions: tf.Tensor, capacity: number): tf.Tensor {
  const slots = tf.reshape(tf.range(0, capacity, 1, 'int32'), [1, 1, 1, capacity]);
  const hidden = tf.greater(slots, tf.reshape(positions, [-1, 1, 1, 1]));
  return tf.mul(tf.cast(hidden, 'float32'), MASKED);
}

function rotate(x: tf.Tensor, { cosine, sine }: Rotary): tf.Tensor {
  const [first, second] = tf.split(x, 2, -1);
  return tf.add(tf.mul(x, cosine), tf.mul(tf.concat([tf.neg(second), first], -1), sine));
}

/** Patches [B·patches, C·P·P] of B pictures → image features [B, imageTokens, width]. */
export function imageFeatures(weights: Weights, config: PolicyConfig, patches: tf.Tensor): tf.Tensor3D {
  const { vision, scale_factor: s } = config;
  const { hidden_size: width, num_attention_heads: heads, layer_norm_eps: epsilon } = vision;
  const side = vision.image_size / vision.patch_size;
  const batch = patches.shape[0] / (side * side);
  const kernel = tf.reshape(weight(weights, `${VISION}embeddings.patch_embedding.weight`), [width, -1]);
  const bias = weight(weights, `${VISION}embeddings.patch_embedding.bias`);
  const embedded = tf.reshape(tf.add(tf.matMul(patches, kernel, false, true), bias), [batch, -1, width]);
  const placed = tf.add(embedded, weight(weights, `${VISION}embeddings.position_embedding.weight`));
  let x: tf.Tensor = tf.reshape(placed, [-1, width]);
  for (let i = 0; i < vision.num_hidden_layers; i++) {
    const layer = `${VISION}encoder.layers.${i}`;
    const normed = layerNorm(weights, `${layer}.layer_norm1`, x, epsilon);
    const project = (name: string): tf.Tensor =>
      toHeads(linear(weights, `${layer}.self_attn.${name}`, normed), batch, heads);
    const mixed = fromHeads(attention(project('q_proj'), project('k_proj'), project('v_proj'), null));
    x = tf.add(x, linear(weights, `${layer}.self_attn.out_proj`, mixed));
    const inner = linear(weights, `${layer}.mlp.fc1`, layerNorm(weights, `${layer}.layer_norm2`, x, epsilon));
    x = tf.add(x, linear(weights, `${layer}.mlp.fc2`, geluTanh(inner)));
  }
  x = layerNorm(weights, `${VISION}post_layernorm`, x, epsilon);
  const shuffled = tf.transpose(tf.reshape(x, [(batch * side) / s, s, side / s, s * width]), [0, 2, 1, 3]);
  const rows = tf.reshape(shuffled, [batch * (side / s) ** 2, s * s * width]);
  const features = linear(weights, 'model.connector.modality_projection.proj', rows);
  return tf.reshape(features, [batch, (side / s) ** 2, config.text.hidden_size]);
}

/** Token embeddings [N, width] of int32 ids [N]. */
export function embedWords(weights: Weights, ids: tf.Tensor): tf.Tensor {
  return tf.gather(weight(weights, `${TEXT}embed_tokens.weight`), ids);
}

/** Words with image tokens replaced: ids and places int32 [N], isImage [N, 1], features [B, imageTokens, width]. */
export function embed(
  weights: Weights,
  ids: tf.Tensor,
  features: tf.Tensor3D,
  places: tf.Tensor,
  isImage: tf.Tensor,
): tf.Tensor {
  const shown = tf.gather(tf.reshape(features, [-1, features.shape[2]]), places);
  return tf.add(tf.mul(embedWords(weights, ids), tf.sub(1, isImage)), tf.mul(shown, isImage));
}

/** The language model: embedded tokens [B·T, width] → states after the final norm [B·T, width]. */
export function hiddenStates(
  weights: Weights,
  { text }: PolicyConfig,
  embedded: tf.Tensor,
  batch: number,
  rotary: Rotary,
  attend: Attend,
): tf.Tensor2D {
  let x = embedded;
  for (let i = 0; i < text.num_hidden_layers; i++) {
    const layer = `${TEXT}layers.${i}`;
    const normed = rmsNorm(weights, `${layer}.input_layernorm`, x, text.rms_norm_eps);
    const project = (name: string, heads: number): tf.Tensor =>
      toHeads(linear(weights, `${layer}.self_attn.${name}`, normed), batch, heads);
    const q = rotate(project('q_proj', text.num_attention_heads), rotary);
    const k = rotate(project('k_proj', text.num_key_value_heads), rotary);
    const mixed = fromHeads(attend(i, q, k, project('v_proj', text.num_key_value_heads)));
    x = tf.add(x, linear(weights, `${layer}.self_attn.o_proj`, mixed));
    const after = rmsNorm(weights, `${layer}.post_attention_layernorm`, x, text.rms_norm_eps);
    const gate = linear(weights, `${layer}.mlp.gate_proj`, after);
    const inner = tf.mul(tf.mul(gate, tf.sigmoid(gate)), linear(weights, `${layer}.mlp.up_proj`, after));
    x = tf.add(x, linear(weights, `${layer}.mlp.down_proj`, inner));
  }
  return rmsNorm(weights, `${TEXT}norm`, x, text.rms_norm_eps) as tf.Tensor2D;
}

/** States [N, width] → logits over the vocabulary [N, V]. */
export function headLogits(weights: Weights, config: PolicyConfig, hidden: tf.Tensor): tf.Tensor2D {
  const name = config.tie_word_embeddings ? `${TEXT}embed_tokens` : 'lm_head';
  return tf.matMul(hidden, weight(weights, `${name}.weight`), false, true);
}

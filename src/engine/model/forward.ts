import * as tf from '@tensorflow/tfjs-core';
import { geluTanh, swiglu } from '../compute/ops/activation.ts';
import { attention, type AttentionShape } from '../compute/ops/attention.ts';
import { embed } from '../compute/ops/embed.ts';
import { linear } from '../compute/ops/linear.ts';
import { layerNorm, rmsNorm } from '../compute/ops/norm.ts';
import { rope, rotaryTable } from '../compute/ops/rope.ts';
import type { RotaryTable } from '../compute/ops/rope.ts';
import { CONNECTOR, EMBEDDING, HEAD, TEXT_PREFIX, textLayer, VISION_PREFIX, visionLayer } from './layout.ts';
import type { Policy } from './policy.ts';
import type { PolicyConfig } from './types.ts';

/** A weight matrix by name. */
export function matrix(policy: Policy, name: string): tf.Tensor2D {
  return policy.get(name) as tf.Tensor as tf.Tensor2D;
}
/** A weight vector by name. */
export function vector(policy: Policy, name: string): tf.Tensor1D {
  return policy.get(name) as tf.Tensor as tf.Tensor1D;
}

function dense(policy: Policy, name: string, x: tf.Tensor2D): tf.Tensor2D {
  return linear(x, matrix(policy, `${name}.weight`), vector(policy, `${name}.bias`));
}

/** pixels [B, C, S, S] → one row a patch [B·patches, C·P·P], in the order of a convolution's weights. */
export function patchRows(pixels: tf.Tensor4D, { vision }: PolicyConfig): tf.Tensor2D {
  const [batch] = pixels.shape;
  const { num_channels: channels, patch_size: patch, image_size } = vision;
  const side = image_size / patch;
  const cut = tf.reshape(pixels, [batch * channels, side, patch, side, patch]);
  const perChannel = tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [
    batch,
    channels,
    side * side,
    patch * patch,
  ]);
  return tf.reshape(tf.transpose(perChannel, [0, 2, 1, 3]), [batch * side * side, channels * patch * patch]);
}

function visionBlock(policy: Policy, index: number, x: tf.Tensor2D, batch: number): tf.Tensor2D {
  const { hidden_size, num_attention_heads: heads, layer_norm_eps } = policy.config.vision;
  const name = (rest: string) => visionLayer(index, rest);
  const norm = (which: string, x: tf.Tensor2D) =>
    layerNorm(
      x,
      vector(policy, name(`${which}.weight`)),
      vector(policy, name(`${which}.bias`)),
      layer_norm_eps,
    );
  const normed = norm('layer_norm1', x);
  const mixed = attention(
    dense(policy, name('self_attn.q_proj'), normed),
    dense(policy, name('self_attn.k_proj'), normed),
    dense(policy, name('self_attn.v_proj'), normed),
    {
      batch,
      length: x.shape[0] / batch,
      heads,
      keyValueHeads: heads,
      headDim: hidden_size / heads,
      causal: false,
    },
  );
  const seen = tf.add<tf.Tensor2D>(x, dense(policy, name('self_attn.out_proj'), mixed));
  const inner = geluTanh(dense(policy, name('mlp.fc1'), norm('layer_norm2', seen)));
  return tf.add(seen, dense(policy, name('mlp.fc2'), inner));
}

/** Neighbouring patches side by side: [B·side², W] → [B·side²/s², W·s²] (Idefics3's pixel shuffle). */
export function pixelShuffle(
  x: tf.Tensor2D,
  batch: number,
  { vision, scale_factor: s }: PolicyConfig,
): tf.Tensor2D {
  const side = vision.image_size / vision.patch_size / s;
  const width = vision.hidden_size;
  const split = tf.reshape(x, [batch * side, s, side, s * width]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [batch * side * side, s * s * width]);
}

/** pixelValues [B, 3, S, S], normalised → image features [B, imageTokens, width] (vision tower and connector). */
export function imageFeatures(policy: Policy, pixelValues: tf.Tensor4D): tf.Tensor3D {
  const { config } = policy;
  const [batch] = pixelValues.shape;
  const { hidden_size, num_hidden_layers, layer_norm_eps } = config.vision;
  const kernel = tf.reshape(policy.get(`${VISION_PREFIX}embeddings.patch_embedding.weight`), [
    hidden_size,
    -1,
  ]);
  const patches = linear(
    patchRows(pixelValues, config),
    kernel as tf.Tensor2D,
    vector(policy, `${VISION_PREFIX}embeddings.patch_embedding.bias`),
  );
  const positions = policy.get(`${VISION_PREFIX}embeddings.position_embedding.weight`);
  const placed = tf.add(tf.reshape(patches, [batch, -1, hidden_size]), positions);
  let x = tf.reshape<tf.Rank.R2>(placed, [-1, hidden_size]);
  for (let i = 0; i < num_hidden_layers; i++) x = visionBlock(policy, i, x, batch);
  x = layerNorm(
    x,
    vector(policy, `${VISION_PREFIX}post_layernorm.weight`),
    vector(policy, `${VISION_PREFIX}post_layernorm.bias`),
    layer_norm_eps,
  );
  const features = linear(pixelShuffle(x, batch, config), matrix(policy, CONNECTOR));
  return tf.reshape(features, [batch, -1, config.text.hidden_size]);
}

/** What one language layer makes of its normed input before attention: q, k turned by position, and v. */
export function textProjections(
  policy: Policy,
  index: number,
  normed: tf.Tensor2D,
  table: RotaryTable,
): [q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D] {
  const { head_dim } = policy.config.text;
  const project = (name: string) =>
    linear(normed, matrix(policy, textLayer(index, `self_attn.${name}.weight`)));
  return [
    rope(project('q_proj'), table, head_dim),
    rope(project('k_proj'), table, head_dim),
    project('v_proj'),
  ];
}

/** Attention's result back into the residual stream, then the gated MLP: x, mixed → next x. */
export function textRest(policy: Policy, index: number, x: tf.Tensor2D, mixed: tf.Tensor2D): tf.Tensor2D {
  const { rms_norm_eps } = policy.config.text;
  const weight = (rest: string) => matrix(policy, textLayer(index, `${rest}.weight`));
  const seen = tf.add<tf.Tensor2D>(x, linear(mixed, weight('self_attn.o_proj')));
  const normed = rmsNorm(
    seen,
    vector(policy, textLayer(index, 'post_attention_layernorm.weight')),
    rms_norm_eps,
  );
  const inner = swiglu(linear(normed, weight('mlp.gate_proj')), linear(normed, weight('mlp.up_proj')));
  return tf.add(seen, linear(inner, weight('mlp.down_proj')));
}

/** The norm that opens language layer `index`, or, past the last layer, the final one. */
export function textNorm(policy: Policy, index: number, x: tf.Tensor2D): tf.Tensor2D {
  const { num_hidden_layers, rms_norm_eps } = policy.config.text;
  const name =
    index < num_hidden_layers ? textLayer(index, 'input_layernorm.weight') : `${TEXT_PREFIX}norm.weight`;
  return rmsNorm(x, vector(policy, name), rms_norm_eps);
}

/** What a language layer's attention reads and gives in a forward: q, k, v [B·T, …] and mixed [B·T, heads·D]. */
export interface AttentionCall {
  readonly layer: number;
  readonly q: tf.Tensor2D;
  readonly k: tf.Tensor2D;
  readonly v: tf.Tensor2D;
  readonly mixed: tf.Tensor2D;
  readonly shape: AttentionShape;
}

/**
 * inputIds int32 [B, T] with image tokens replaced, in order, by features [B, imageTokens, width] → states after
 * the final norm [B, T, width]. Rows start at position 0 and are padded on the right, where results mean nothing.
 * `observe` sees every layer's attention on the way; it may keep what it makes of it, the rest goes with the forward.
 */
export function hiddenStates(
  policy: Policy,
  inputIds: tf.Tensor2D,
  features: tf.Tensor3D,
  observe?: (call: AttentionCall) => void,
): tf.Tensor3D {
  const { text, image_token_id } = policy.config;
  const [batch, length] = inputIds.shape;
  const shape = {
    batch,
    length,
    heads: text.num_attention_heads,
    keyValueHeads: text.num_key_value_heads,
    headDim: text.head_dim,
    causal: true,
  };
  const positions = Uint32Array.from({ length }, (_, i) => i);
  const table = rotaryTable(positions, text.head_dim, text.rope_theta);
  let x = embed(matrix(policy, EMBEDDING), features, inputIds, image_token_id);
  for (let i = 0; i < text.num_hidden_layers; i++) {
    const [q, k, v] = textProjections(policy, i, textNorm(policy, i, x), table);
    const mixed = attention(q, k, v, shape);
    observe?.({ layer: i, q, k, v, mixed, shape });
    x = textRest(policy, i, x, mixed);
  }
  return tf.reshape(textNorm(policy, text.num_hidden_layers, x), [batch, length, text.hidden_size]);
}

/** hidden [N, width] → logits over the vocabulary [N, V]. */
export function headLogits(policy: Policy, hidden: tf.Tensor2D): tf.Tensor2D {
  return linear(hidden, matrix(policy, policy.config.tie_word_embeddings ? EMBEDDING : HEAD));
}

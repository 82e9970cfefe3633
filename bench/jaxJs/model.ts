/**
 * The policy in jax-js's NumPy API, to be traced by grad and jit. jax-js counts references: a function owns its
 * arguments, and `.ref` is one more use. Here parameters are borrowed (each use takes a ref, the caller disposes the
 * tree), everything else is owned.
 */
import { nn, numpy as np } from '@jax-js/jax';
import type { PolicyConfig } from '../../src/engine/model/types.ts';

// A type, not an interface: only these are trees to jax-js.
export type Params = Record<string, np.Array>;
/** cos and sin, broadcastable to [B, T, heads, headDim]. */
export type Rotary = { cosine: np.Array; sine: np.Array };
/** Attention of a language layer: q [B, T, heads, D], k and v [B, T, keyValueHeads, D], all owned → as q. */
export type Attend = (layer: number, q: np.Array, k: np.Array, v: np.Array) => np.Array;

const TEXT = 'model.text_model.';
const VISION = 'model.vision_model.';

/** x [.., in] → [.., out], with a bias where there is one. */
function linear(params: Params, name: string, x: np.Array): np.Array {
  const y = np.matmul(x, params[`${name}.weight`].ref.transpose());
  return `${name}.bias` in params ? y.add(params[`${name}.bias`].ref) : y;
}

function layerNorm(params: Params, name: string, x: np.Array, epsilon: number): np.Array {
  const centred = x.ref.sub(x.mean(-1, { keepdims: true }));
  const variance = np.square(centred.ref).mean(-1, { keepdims: true });
  const normed = centred.mul(np.reciprocal(np.sqrt(variance.add(epsilon))));
  return normed.mul(params[`${name}.weight`].ref).add(params[`${name}.bias`].ref);
}

function rmsNorm(params: Params, name: string, x: np.Array, epsilon: number): np.Array {
  const scale = np.reciprocal(np.sqrt(np.square(x.ref).mean(-1, { keepdims: true }).add(epsilon)));
  return x.mul(scale).mul(params[`${name}.weight`].ref);
}

function rotate(x: np.Array, { cosine, sine }: Rotary): np.Array {
  const half = x.shape[3] / 2;
  const first = x.ref.slice([], [], [], [0, half]);
  const second = x.ref.slice([], [], [], [half]);
  const turned = np.concatenate([second.neg(), first], -1);
  return x.mul(cosine.ref).add(turned.mul(sine.ref));
}

/** Patches [B·patches, C·P·P], owned → image features [B, imageTokens, width]. */
export function imageFeatures(params: Params, config: PolicyConfig, patches: np.Array): np.Array {
  const { vision, scale_factor: s } = config;
  const { hidden_size: width, num_attention_heads: heads, layer_norm_eps: epsilon } = vision;
  const side = vision.image_size / vision.patch_size;
  const batch = patches.shape[0] / side ** 2;
  const kernel = params[`${VISION}embeddings.patch_embedding.weight`].ref.reshape([width, patches.shape[1]]);
  const embedded = np
    .matmul(patches, kernel.transpose())
    .add(params[`${VISION}embeddings.patch_embedding.bias`].ref);
  let x = embedded
    .reshape([batch, side ** 2, width])
    .add(params[`${VISION}embeddings.position_embedding.weight`].ref);
  for (let i = 0; i < vision.num_hidden_layers; i++) {
    const layer = `${VISION}encoder.layers.${i}`;
    const normed = layerNorm(params, `${layer}.layer_norm1`, x.ref, epsilon);
    const project = (name: string): np.Array =>
      linear(params, `${layer}.self_attn.${name}`, normed.ref).reshape([
        batch,
        side ** 2,
        heads,
        width / heads,
      ]);
    const mixed = nn.dotProductAttention(project('q_proj'), project('k_proj'), project('v_proj'));
    normed.dispose();
    x = x.add(linear(params, `${layer}.self_attn.out_proj`, mixed.reshape([batch, side ** 2, width])));
    const inner = linear(
      params,
      `${layer}.mlp.fc1`,
      layerNorm(params, `${layer}.layer_norm2`, x.ref, epsilon),
    );
    x = x.add(linear(params, `${layer}.mlp.fc2`, nn.gelu(inner)));
  }
  x = layerNorm(params, `${VISION}post_layernorm`, x, epsilon);
  const shuffled = x.reshape([(batch * side) / s, s, side / s, s * width]).transpose([0, 2, 1, 3]);
  const rows = shuffled.reshape([batch, (side / s) ** 2, s * s * width]);
  return linear(params, 'model.connector.modality_projection.proj', rows);
}

/** Embeddings [.., width] of int32 ids, owned. */
export function embedWords(params: Params, ids: np.Array): np.Array {
  return np.take(params[`${TEXT}embed_tokens.weight`].ref, ids, 0);
}

/** Words with image tokens replaced by features [B, imageTokens, width]; ids and places [B, T], isImage [B, T, 1]; all owned. */
export function embed(
  params: Params,
  ids: np.Array,
  features: np.Array,
  places: np.Array,
  isImage: np.Array,
): np.Array {
  const [batch, tokens, width] = features.shape;
  const shown = np.take(features.reshape([batch * tokens, width]), places, 0);
  return np.where(isImage.greater(0), shown, embedWords(params, ids));
}

/** The language model: embedded [B, T, width], owned → states after the final norm [B, T, width]. */
export function hiddenStates(
  params: Params,
  { text }: PolicyConfig,
  embedded: np.Array,
  rotary: Rotary,
  attend: Attend,
): np.Array {
  const [batch, length] = embedded.shape;
  const { head_dim: dim, num_attention_heads: heads, num_key_value_heads: keyValueHeads } = text;
  let x = embedded;
  for (let i = 0; i < text.num_hidden_layers; i++) {
    const layer = `${TEXT}layers.${i}`;
    const normed = rmsNorm(params, `${layer}.input_layernorm`, x.ref, text.rms_norm_eps);
    const project = (name: string, count: number): np.Array =>
      linear(params, `${layer}.self_attn.${name}`, normed.ref).reshape([batch, length, count, dim]);
    const q = rotate(project('q_proj', heads), rotary);
    const k = rotate(project('k_proj', keyValueHeads), rotary);
    const mixed = attend(i, q, k, project('v_proj', keyValueHeads));
    normed.dispose();
    x = x.add(linear(params, `${layer}.self_attn.o_proj`, mixed.reshape([batch, length, heads * dim])));
    const after = rmsNorm(params, `${layer}.post_attention_layernorm`, x.ref, text.rms_norm_eps);
    const gate = nn.silu(linear(params, `${layer}.mlp.gate_proj`, after.ref));
    const inner = gate.mul(linear(params, `${layer}.mlp.up_proj`, after));
    x = x.add(linear(params, `${layer}.mlp.down_proj`, inner));
  }
  return rmsNorm(params, `${TEXT}norm`, x, text.rms_norm_eps);
}

/** States [.., width], owned → logits [.., V]. */
export function headLogits(params: Params, config: PolicyConfig, hidden: np.Array): np.Array {
  return linear(params, config.tie_word_embeddings ? `${TEXT}embed_tokens` : 'lm_head', hidden);
}

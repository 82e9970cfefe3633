import type { PolicyConfig } from './types.ts';

export const EMBEDDING = 'model.text_model.embed_tokens.weight';
export const HEAD = 'lm_head.weight';
export const CONNECTOR = 'model.connector.modality_projection.proj.weight';
export const TEXT_PREFIX = 'model.text_model.';
export const VISION_PREFIX = 'model.vision_model.';

/** Name of a parameter of a vision encoder layer. */
export function visionLayer(index: number, rest: string): string {
  return `${VISION_PREFIX}encoder.layers.${index}.${rest}`;
}
/** Name of a parameter of a language-model layer. */
export function textLayer(index: number, rest: string): string {
  return `${TEXT_PREFIX}layers.${index}.${rest}`;
}

/** Every parameter's name and shape, as transformers' SmolVLMForConditionalGeneration stores them. */
export function parameterShapes(config: PolicyConfig): ReadonlyMap<string, readonly number[]> {
  const { vision: v, text: t } = config;
  const shapes = new Map<string, readonly number[]>();
  const add = (name: string, ...shape: number[]) => shapes.set(name, shape);
  const dense = (name: string, out: number, inputs: number) => {
    add(`${name}.weight`, out, inputs);
    add(`${name}.bias`, out);
  };
  const norm = (name: string) => {
    add(`${name}.weight`, v.hidden_size);
    add(`${name}.bias`, v.hidden_size);
  };
  add(
    `${VISION_PREFIX}embeddings.patch_embedding.weight`,
    v.hidden_size,
    v.num_channels,
    v.patch_size,
    v.patch_size,
  );
  add(`${VISION_PREFIX}embeddings.patch_embedding.bias`, v.hidden_size);
  add(
    `${VISION_PREFIX}embeddings.position_embedding.weight`,
    (v.image_size / v.patch_size) ** 2,
    v.hidden_size,
  );
  for (let i = 0; i < v.num_hidden_layers; i++) {
    for (const p of ['k_proj', 'v_proj', 'q_proj', 'out_proj']) {
      dense(visionLayer(i, `self_attn.${p}`), v.hidden_size, v.hidden_size);
    }
    norm(visionLayer(i, 'layer_norm1'));
    dense(visionLayer(i, 'mlp.fc1'), v.intermediate_size, v.hidden_size);
    dense(visionLayer(i, 'mlp.fc2'), v.hidden_size, v.intermediate_size);
    norm(visionLayer(i, 'layer_norm2'));
  }
  norm(`${VISION_PREFIX}post_layernorm`);
  add(CONNECTOR, t.hidden_size, v.hidden_size * config.scale_factor ** 2);
  add(EMBEDDING, t.vocab_size, t.hidden_size);
  const queries = t.num_attention_heads * t.head_dim;
  const keys = t.num_key_value_heads * t.head_dim;
  for (let i = 0; i < t.num_hidden_layers; i++) {
    add(textLayer(i, 'self_attn.q_proj.weight'), queries, t.hidden_size);
    add(textLayer(i, 'self_attn.k_proj.weight'), keys, t.hidden_size);
    add(textLayer(i, 'self_attn.v_proj.weight'), keys, t.hidden_size);
    add(textLayer(i, 'self_attn.o_proj.weight'), t.hidden_size, queries);
    add(textLayer(i, 'mlp.gate_proj.weight'), t.intermediate_size, t.hidden_size);
    add(textLayer(i, 'mlp.up_proj.weight'), t.intermediate_size, t.hidden_size);
    add(textLayer(i, 'mlp.down_proj.weight'), t.hidden_size, t.intermediate_size);
    add(textLayer(i, 'input_layernorm.weight'), t.hidden_size);
    add(textLayer(i, 'post_attention_layernorm.weight'), t.hidden_size);
  }
  add(`${TEXT_PREFIX}norm.weight`, t.hidden_size);
  if (!config.tie_word_embeddings) add(HEAD, t.vocab_size, t.hidden_size);
  return shapes;
}

/** Parameters of the language model: what warm-up trains, the vision tower and the connector staying as they are. */
export function isLanguageParameter(name: string): boolean {
  return name.startsWith(TEXT_PREFIX) || name === HEAD;
}

import type { PolicyConfig, TextConfig, VisionConfig } from './types.ts';

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}

function section(json: Json, name: string): Json {
  const value = json[name];
  if (!isObject(value)) throw new Error(`config.json: ${name} must be an object, got ${show(value)}`);
  return value;
}

/** Reads numbers and switches of one section; errors name the field with its section. */
class Fields {
  readonly #json: Json;
  readonly #prefix: string;
  constructor(json: Json, prefix: string) {
    this.#json = json;
    this.#prefix = prefix;
  }
  #fail(name: string, must: string): never {
    throw new Error(`config.json: ${this.#prefix}${name} must be ${must}, got ${show(this.#json[name])}`);
  }
  number(name: string, fallback?: number): number {
    const value = this.#json[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value)) this.#fail(name, 'a number');
    return value;
  }
  positive(name: string, fallback?: number): number {
    const value = this.number(name, fallback);
    if (!(value > 0)) this.#fail(name, 'positive');
    return value;
  }
  count(name: string, fallback?: number): number {
    const value = this.number(name, fallback);
    if (!Number.isInteger(value) || value < 1) this.#fail(name, 'a positive integer');
    return value;
  }
  id(name: string, fallback?: number): number {
    const value = this.number(name, fallback);
    if (!Number.isInteger(value) || value < 0) this.#fail(name, 'a token id');
    return value;
  }
  /** Refuses another value than the one that is built; absent means that one. */
  only(name: string, value: string | boolean): void {
    const given = this.#json[name];
    if (given != null && given !== value) this.#fail(name, `${show(value)} (nothing else is built)`);
  }
}

function readVision(json: Json): VisionConfig {
  const fields = new Fields(json, 'vision_config.');
  fields.only('hidden_act', 'gelu_pytorch_tanh');
  const vision: VisionConfig = {
    hidden_size: fields.count('hidden_size', 1152),
    intermediate_size: fields.count('intermediate_size', 3072),
    num_hidden_layers: fields.count('num_hidden_layers', 12),
    num_attention_heads: fields.count('num_attention_heads', 16),
    num_channels: fields.count('num_channels', 3),
    image_size: fields.count('image_size', 224),
    patch_size: fields.count('patch_size', 32),
    layer_norm_eps: fields.positive('layer_norm_eps', 1e-6),
  };
  if (vision.num_channels !== 3) {
    throw new Error(`config.json: vision_config.num_channels must be 3, got ${vision.num_channels}`);
  }
  if (vision.hidden_size % vision.num_attention_heads !== 0) {
    throw new Error(
      `config.json: vision_config.hidden_size ${vision.hidden_size} must be a multiple of num_attention_heads ${vision.num_attention_heads}`,
    );
  }
  return vision;
}

function readRopeTheta(json: Json): number {
  const parameters = json.rope_parameters ?? json.rope_scaling;
  if (isObject(parameters)) {
    const type = parameters.rope_type ?? parameters.type ?? 'default';
    if (type !== 'default') {
      throw new Error(
        `config.json: text_config.rope_parameters.rope_type must be "default", got ${show(type)}`,
      );
    }
    if (parameters.rope_theta != null) {
      return new Fields(parameters, 'text_config.rope_parameters.').positive('rope_theta');
    }
  }
  return new Fields(json, 'text_config.').positive('rope_theta', 10000);
}

function readText(json: Json, top: Json): TextConfig {
  const fields = new Fields(json, 'text_config.');
  fields.only('hidden_act', 'silu');
  fields.only('attention_bias', false);
  fields.only('mlp_bias', false);
  const hidden = fields.count('hidden_size', 4096);
  const heads = fields.count('num_attention_heads', 32);
  const keyValueHeads = fields.count('num_key_value_heads', heads);
  if (heads % keyValueHeads !== 0) {
    throw new Error(
      `config.json: text_config.num_attention_heads ${heads} must be a multiple of num_key_value_heads ${keyValueHeads}`,
    );
  }
  const headDim = fields.count('head_dim', hidden / heads);
  if (headDim % 2 !== 0) throw new Error(`config.json: text_config.head_dim must be even, got ${headDim}`);
  const eos = Array.isArray(json.eos_token_id)
    ? { ...json, eos_token_id: json.eos_token_id[0] as unknown }
    : json;
  const pad = typeof json.pad_token_id === 'number' ? json.pad_token_id : top.pad_token_id;
  return {
    vocab_size: fields.count('vocab_size', 32000),
    hidden_size: hidden,
    intermediate_size: fields.count('intermediate_size', 11008),
    num_hidden_layers: fields.count('num_hidden_layers', 32),
    num_attention_heads: heads,
    num_key_value_heads: keyValueHeads,
    head_dim: headDim,
    rms_norm_eps: fields.positive('rms_norm_eps', 1e-6),
    rope_theta: readRopeTheta(json),
    max_position_embeddings: fields.count('max_position_embeddings', 2048),
    bos_token_id: fields.id('bos_token_id', 1),
    eos_token_id: new Fields(eos, 'text_config.').id('eos_token_id', 2),
    pad_token_id: new Fields({ pad_token_id: pad }, '').id('pad_token_id', 0),
  };
}

/**
 * Reads a SmolVLM or Idefics3 `config.json`, new and old rope form, with transformers' defaults for what is
 * absent. Throws an Error that names the field and its value for anything that is wrong or not built.
 */
export function readConfig(json: unknown): PolicyConfig {
  if (!isObject(json)) throw new Error(`config.json must hold an object, got ${show(json)}`);
  if (json.model_type !== 'smolvlm' && json.model_type !== 'idefics3') {
    throw new Error(`config.json: model_type must be "smolvlm" or "idefics3", got ${show(json.model_type)}`);
  }
  const fields = new Fields(json, '');
  const vision = readVision(section(json, 'vision_config'));
  const textJson = section(json, 'text_config');
  const text = readText(textJson, json);
  const scale_factor = fields.count('scale_factor', 2);
  const side = vision.image_size / vision.patch_size;
  if (!Number.isInteger(side / scale_factor)) {
    throw new Error(
      `config.json: image_size ${vision.image_size} / patch_size ${vision.patch_size} must be a multiple of scale_factor ${scale_factor}`,
    );
  }
  const tie = json.tie_word_embeddings ?? textJson.tie_word_embeddings ?? false;
  if (typeof tie !== 'boolean') {
    throw new Error(`config.json: tie_word_embeddings must be true or false, got ${show(tie)}`);
  }
  const image_token_id = fields.id('image_token_id', 128257);
  if (image_token_id >= text.vocab_size) {
    throw new Error(
      `config.json: image_token_id ${image_token_id} is outside the vocabulary of ${text.vocab_size}`,
    );
  }
  return { image_token_id, scale_factor, tie_word_embeddings: tie, vision, text };
}

/** Image tokens of one image: (image_size / patch_size / scale_factor)². */
export function imageTokenCount({ vision, scale_factor }: PolicyConfig): number {
  return (vision.image_size / vision.patch_size / scale_factor) ** 2;
}

/** `config.json` as transformers' SmolVLMForConditionalGeneration reads it; `extra` adds top-level keys. */
export function writeConfig(
  config: PolicyConfig,
  extra: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const { rope_theta, ...text } = config.text;
  return {
    architectures: ['SmolVLMForConditionalGeneration'],
    model_type: 'smolvlm',
    dtype: 'float32',
    image_token_id: config.image_token_id,
    pad_token_id: config.text.pad_token_id,
    scale_factor: config.scale_factor,
    tie_word_embeddings: config.tie_word_embeddings,
    text_config: {
      model_type: 'llama',
      ...text,
      hidden_act: 'silu',
      attention_bias: false,
      mlp_bias: false,
      tie_word_embeddings: config.tie_word_embeddings,
      // Both forms: transformers 5 reads the first, older ones the second.
      rope_parameters: { rope_theta, rope_type: 'default' },
      rope_theta,
    },
    vision_config: { model_type: 'smolvlm_vision', ...config.vision, hidden_act: 'gelu_pytorch_tanh' },
    ...extra,
  };
}

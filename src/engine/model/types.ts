/** Field names are Hugging Face's (SmolVLMForConditionalGeneration); see `readConfig` for what is accepted. */
export interface VisionConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_channels: number;
  readonly image_size: number;
  readonly patch_size: number;
  readonly layer_norm_eps: number;
}
export interface TextConfig {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  readonly max_position_embeddings: number;
  readonly bos_token_id: number;
  readonly eos_token_id: number;
  readonly pad_token_id: number;
}
export interface PolicyConfig {
  readonly image_token_id: number;
  readonly scale_factor: number;
  readonly tie_word_embeddings: boolean;
  readonly vision: VisionConfig;
  readonly text: TextConfig;
}

/** A named parameter as it lies in a safetensors file, widened to float32. */
export interface NamedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export type NamedTensors = ReadonlyMap<string, NamedTensor>;

/** How pixels become the vision tower's input. */
export interface ImagePreprocessing {
  readonly imageSize: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

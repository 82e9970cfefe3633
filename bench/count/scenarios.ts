/** What is counted: the presets, and tiny grown in one direction at a time. */
import { architecture } from '../../src/engine/model/architectures.ts';
import type { PolicyConfig } from '../../src/engine/model/types.ts';
import type { BatchSizes } from '../../src/engine/measure/batch.ts';

export interface Scenario {
  readonly name: string;
  readonly config: PolicyConfig;
  readonly sizes: BatchSizes;
}

/** Tokens of the shipped tokenizers, and of a question. */
const VOCABULARY = 354;
export const QUESTION_TOKENS = 20;

const TINY: BatchSizes = { groups: 4, groupSize: 8, maxNewTokens: 64 };

/** Policies that never end a response, so that every count is of all tokens: the null backend computes nothing. */
function endless(preset: string): PolicyConfig {
  const config = architecture(preset, VOCABULARY);
  return { ...config, text: { ...config.text, eos_token_id: -1 } };
}

const tiny = endless('tiny');

function wider(config: PolicyConfig): PolicyConfig {
  const twice = <T extends { hidden_size: number; intermediate_size: number }>(part: T): T => ({
    ...part,
    hidden_size: 2 * part.hidden_size,
    intermediate_size: 2 * part.intermediate_size,
  });
  const text = twice(config.text);
  return { ...config, vision: twice(config.vision), text: { ...text, head_dim: 2 * text.head_dim } };
}

function deeper(config: PolicyConfig): PolicyConfig {
  const twice = <T extends { num_hidden_layers: number }>(part: T): T => ({
    ...part,
    num_hidden_layers: 2 * part.num_hidden_layers,
  });
  return { ...config, vision: twice(config.vision), text: twice(config.text) };
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'nano', config: endless('nano'), sizes: { groups: 4, groupSize: 4, maxNewTokens: 48 } },
  { name: 'tiny', config: tiny, sizes: TINY },
  { name: 'small', config: endless('small'), sizes: { groups: 2, groupSize: 8, maxNewTokens: 64 } },
  { name: 'tiny, batch × 2', config: tiny, sizes: { ...TINY, groups: 2 * TINY.groups } },
  { name: 'tiny, length × 2', config: tiny, sizes: { ...TINY, maxNewTokens: 2 * TINY.maxNewTokens } },
  { name: 'tiny, width × 2', config: wider(tiny), sizes: TINY },
  { name: 'tiny, depth × 2', config: deeper(tiny), sizes: TINY },
];

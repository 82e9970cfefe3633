import { imageTokenCount } from '../model/config.ts';
import type { Policy } from '../model/policy.ts';
import { buildPrompt } from '../model/prompt.ts';
import type { Tokenizer } from '../model/tokenizer.ts';
import type { Sample } from '../tasks/types.ts';

/** What a prompt is made with. */
export interface PromptParts {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  /** Asks for the response's sections; one token for the built-in models. */
  readonly instruction: string;
}

/** Prompt tokens of a sample for this policy, image tokens included. */
export function promptOf({ policy, tokenizer, instruction }: PromptParts, sample: Sample): number[] {
  return buildPrompt(tokenizer, sample.problem, imageTokenCount(policy.config), instruction);
}

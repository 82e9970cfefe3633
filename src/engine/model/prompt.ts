import type { Tokenizer } from './tokenizer.ts';

/** Asks for PeBR's sections, in full, for checkpoints that were not made here. */
export const INSTRUCTION = `Answer the question about the image in exactly this form.
### Image Description: every object that matters, with its attributes.
### Rationales: which facts the question needs and how you will use them.
### Let's think step by step.
### Step 1: the first step.
### Step 2: the next step, and so on.
### The final answer is: the answer alone, on this line.
Question: `;

/** The same request as the built-in models know it: one token of their tokenizer. */
export const SHORT_INSTRUCTION = 'Describe the image, then reason step by step.\n';

const PLACEHOLDER = '<image>';

/**
 * Token ids of a prompt: bos, the image's tokens, instruction, problem, line break; a response's text starts right
 * after. A problem's first `<image>` says where the image goes (at its very start, or absent: before the
 * instruction); further ones are dropped.
 */
export function buildPrompt(
  tokenizer: Tokenizer,
  problem: string,
  imageTokens: number,
  instruction: string,
): number[] {
  const [before = '', ...rest] = problem.split(PLACEHOLDER);
  const after = rest.join('');
  const image = Array.from({ length: imageTokens }, () => tokenizer.ids.image);
  const { bos } = tokenizer.ids;
  if (before.trim() === '' || rest.length === 0) {
    return [bos, ...image, ...tokenizer.encode(`${instruction}${before.trimStart()}${after.trimStart()}\n`)];
  }
  return [bos, ...tokenizer.encode(`${instruction}${before}`), ...image, ...tokenizer.encode(`${after}\n`)];
}

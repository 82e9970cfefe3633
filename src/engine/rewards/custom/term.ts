/** A custom term as one of a recipe's terms. */
import type { ScoringMode } from '../context.ts';
import { rewardText } from '../rewardText.ts';
import type { Evidence, TermScore } from '../types.ts';
import {
  failed,
  type CustomInput,
  type CustomResult,
  type CustomTerm,
  type CustomTermName,
} from './types.ts';

type CustomEvidence = Extract<Evidence, { kind: 'custom' }>;

/** What a term sees of a response to a sample; in training, in a trial and in a what-if alike. */
export function customInput(
  { problem, answer, key_words }: Pick<CustomInput, 'problem' | 'answer' | 'key_words'>,
  { response, responseTokens }: { readonly response: string; readonly responseTokens: number },
): CustomInput {
  return { problem, answer, key_words, text: rewardText(response), tokens: responseTokens };
}

const termName = (name: string): CustomTermName => `custom:${name}`;

/** What the sandbox gave a response, as a term; null: nothing ran it. */
export function scoreCustom(
  { name, weight }: Pick<CustomTerm, 'name' | 'weight'>,
  result: CustomResult | null,
  mode: ScoringMode,
): TermScore {
  const { value, note, spans, error } = result ?? failed('not run: there is no sandbox here');
  const evidence: CustomEvidence = {
    kind: 'custom',
    returned: value,
    note,
    spans,
    ...(error === null ? {} : { error }),
  };
  return {
    name: termName(name),
    raw: value,
    value: recomputeCustom(evidence, mode),
    weight,
    evidence,
  };
}

/** The value that the evidence gives: what the code returned; after an error 0 in training, unknown offline. */
export function recomputeCustom({ returned }: CustomEvidence, mode: ScoringMode): number | null {
  return returned ?? (mode === 'training' ? 0 : null);
}

import { gradeAnswer } from './grader/index.ts';
import { headingPattern, strip, stripBounds, WHITESPACE } from './pythonText.ts';
import type { Evidence, TermScore } from './types.ts';

type AccuracyEvidence = Extract<Evidence, { kind: 'accuracy' }>;

const FINAL_ANSWER = new RegExp(
  `${headingPattern('### The final answer is:', true)}[${WHITESPACE}]*([^\\n]*)`,
  'd',
);

/**
 * 1 when the grader accepts the final answer, else 0. The answer is the rest of the line after the first
 * `### The final answer is:`, matched with its exact case and its one space (so `###The final answer is:`
 * passes the format term but not this pattern); without a match the whole text is the answer.
 * PeBR-R1, both stages (weight 0 in stage 1). The answer and the truth are stripped.
 */
export function scoreAccuracy(text: string, truth: string, context: { readonly weight: number }): TermScore {
  const { extracted, span } = extractAnswer(text);
  const { correct, rule } = gradeAnswer(extracted, strip(truth));
  const evidence: AccuracyEvidence = {
    kind: 'accuracy',
    extracted,
    headingFound: span !== null,
    span,
    truth: strip(truth),
    correct,
    rule,
  };
  const value = correct ? 1 : 0;
  return { name: 'accuracy', raw: value, value, weight: context.weight, evidence };
}

/** The value that the evidence gives: the extracted answer graded again. */
export function recomputeAccuracy({ extracted, truth }: AccuracyEvidence): number {
  return gradeAnswer(extracted, truth).correct ? 1 : 0;
}

/** The final answer of a reward text; span null: no heading matched and the whole text was taken. */
export function extractAnswer(text: string): { extracted: string; span: [number, number] | null } {
  const match = FINAL_ANSWER.exec(text);
  if (match === null) return { extracted: strip(text), span: null };
  const [start, end] = stripBounds(match[1]);
  const from = match.indices![1]![0];
  return { extracted: match[1].slice(start, end), span: [from + start, from + end] };
}

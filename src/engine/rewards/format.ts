import { headingPattern } from './pythonText.ts';
import type { Evidence, TermScore } from './types.ts';

type FormatEvidence = Extract<Evidence, { kind: 'format' }>;

/** The four headings; `_` in the pattern is any whitespace, none included. */
const HEADINGS = [
  ['### Image Description:', '###_Image Description:'],
  ['### Rationales:', '###_Rationales:'],
  ['### Step 1:', '###_Step_1:'],
  ['### The final answer is:', '###_The final answer is:'],
].map(([heading, pattern]) => ({ heading: heading, pattern: new RegExp(headingPattern(pattern)) }));

/**
 * 1 when all four headings occur, in any case and any order, else 0. PeBR-R1, both stages.
 * `### Let's think step by step.` is asked for but not checked.
 */
export function scoreFormat(text: string, context: { readonly weight: number }): TermScore {
  const evidence: FormatEvidence = {
    kind: 'format',
    headings: HEADINGS.map(({ heading, pattern }) => {
      const match = pattern.exec(text);
      const span: [number, number] | null = match && [match.index, match.index + match[0].length];
      return { heading, found: span !== null, span };
    }),
  };
  const value = recomputeFormat(evidence);
  return { name: 'format', raw: value, value, weight: context.weight, evidence };
}

/** The value that the evidence gives. */
export function recomputeFormat(evidence: FormatEvidence): number {
  return evidence.headings.every((heading) => heading.found) ? 1 : 0;
}

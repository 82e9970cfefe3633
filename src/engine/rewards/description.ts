import { headingPattern, strip } from './pythonText.ts';

const DESCRIPTION = new RegExp(
  `${headingPattern('###_Image Description:')}([\\s\\S]*?)${headingPattern('###_Rationales:')}`,
);

/**
 * The image description of a reward text: what stands between the first `### Image Description:` and the next
 * `### Rationales:`, in any case, stripped. Empty when either heading is absent.
 */
export function extractDescription(text: string): string {
  return strip(DESCRIPTION.exec(text)?.[1] ?? '');
}

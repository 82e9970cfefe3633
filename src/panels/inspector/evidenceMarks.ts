/** Where a reward's evidence lies: in the reward text, and in the tokens. */
import type { DraftRollout, TermScore } from '../../engine/index.ts';
import { mapRewardText } from '../../engine/rewards/rewardText.ts';
import type { Mark } from '../../ui/index.ts';

/** Spans of found key words, found headings and the extracted answer, in the reward text. */
export function evidenceMarks(terms: readonly TermScore[]): Mark[] {
  return terms.flatMap(({ evidence }): Mark[] => {
    switch (evidence.kind) {
      case 'keyword':
        return evidence.keywords.flatMap(({ spans }) =>
          spans.map(([start, end]) => ({ start, end, kind: 'keyword' })),
        );
      case 'format':
        return evidence.headings.flatMap(({ span }) =>
          span ? [{ start: span[0], end: span[1], kind: 'heading' }] : [],
        );
      case 'accuracy':
        return evidence.span ? [{ start: evidence.span[0], end: evidence.span[1], kind: 'answer' }] : [];
      case 'clip':
      case 'length':
        return [];
      default:
        return evidence satisfies never;
    }
  });
}

/**
 * For each token, the key words whose spans it touches. null when the tokens' texts do not join to the response
 * (a character split over several byte tokens), where no honest mapping exists.
 */
export function keywordHits(rollout: DraftRollout): readonly (readonly string[])[] | null {
  const { response, tokenTexts, terms } = rollout;
  if (!terms || !tokenTexts.join('').startsWith(response)) return null;
  const { sourceOffsets } = mapRewardText(response);
  const spans = terms.flatMap(({ evidence }) =>
    evidence.kind === 'keyword'
      ? evidence.keywords.flatMap(({ keyword, spans: found }) =>
          found.map(([start, end]) => ({
            keyword,
            start: sourceOffsets[start],
            end: sourceOffsets[end - 1] + 1,
          })),
        )
      : [],
  );
  let at = 0;
  return tokenTexts.map((text) => {
    const start = at;
    at += text.length;
    return [
      ...new Set(spans.filter((span) => span.start < at && span.end > start).map((span) => span.keyword)),
    ];
  });
}

/** Where found key words lie in the tokens. */
import type { DraftRollout } from '../../engine/index.ts';
import { mapRewardText } from '../../engine/rewards/rewardText.ts';

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

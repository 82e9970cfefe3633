import { isSpace } from './pythonText.ts';

/** The text that every reward term reads, and where each of its characters came from. */
export interface RewardText {
  readonly text: string;
  /** Offset in the response of each UTF-16 unit of `text`; one more entry for the end. */
  readonly sourceOffsets: Int32Array;
}

/**
 * What every term reads: the response without the whitespace around `<`, `>` and `/`, as both stages and the
 * sampling script do before scoring (`re.sub(r"\s*(<|>|/)\s*", r"\1", response)`). PeBR-R1 "Reward text".
 */
export function rewardText(response: string): string {
  return mapRewardText(response).text;
}

/**
 * `rewardText` with the way back to the response. A run of whitespace goes when it touches one of the three
 * on either side. One linear pass: the pattern itself is quadratic on long runs.
 */
export function mapRewardText(response: string): RewardText {
  const offsets = new Int32Array(response.length + 1);
  const kept: string[] = [];
  let length = 0;
  const keep = (from: number, to: number) => {
    kept.push(response.slice(from, to));
    for (let i = from; i < to; i++) offsets[length++] = i;
  };
  let at = 0;
  while (at < response.length) {
    const spacesFrom = at;
    while (at < response.length && isSpace(response[at])) at++;
    const touches =
      (spacesFrom > 0 && isMark(response[spacesFrom - 1])) || (at < response.length && isMark(response[at]));
    if (!touches) keep(spacesFrom, at);
    const wordFrom = at;
    while (at < response.length && !isSpace(response[at])) at++;
    keep(wordFrom, at);
  }
  offsets[length] = response.length;
  return { text: kept.join(''), sourceOffsets: offsets.slice(0, length + 1) };
}

function isMark(character: string): boolean {
  return character === '<' || character === '>' || character === '/';
}

/** Two rollouts of a group side by side: which terms make the difference, and where the texts part. */
import type { DraftRollout, TermName } from '../../engine/index.ts';

export interface TermGap {
  readonly name: TermName;
  /** What the term adds to the reward, of one and of the other: value × weight. */
  readonly one: number;
  readonly other: number;
  readonly gap: number;
}

export interface TextPart {
  readonly text: string;
  readonly in: 'both' | 'one' | 'other';
}

/** The rollout that says most about this one: the group's best, or for the best one its worst. null: none scored. */
export function tellingSibling(rollouts: readonly DraftRollout[], at: number): number | null {
  const others = rollouts.flatMap(({ reward }, index) =>
    index === at || reward === undefined ? [] : [{ index, reward }],
  );
  const own = rollouts[at].reward;
  if (others.length === 0 || own === undefined) return null;
  const best = others.reduce((most, each) => (each.reward > most.reward ? each : most));
  const worst = others.reduce((least, each) => (each.reward < least.reward ? each : least));
  return (best.reward > own ? best : worst).index;
}

/** Every term of both, the one that parts them most first. */
export function termGaps(one: DraftRollout, other: DraftRollout): TermGap[] {
  const added = (rollout: DraftRollout, name: TermName) => {
    const term = rollout.terms?.find((each) => each.name === name);
    return (term?.value ?? 0) * (term?.weight ?? 0);
  };
  return (one.terms ?? [])
    .map(({ name }) => ({ name, one: added(one, name), other: added(other, name) }))
    .map((gap) => ({ ...gap, gap: gap.one - gap.other }))
    .sort((a, b) => Math.abs(b.gap) - Math.abs(a.gap));
}

/** Both texts as one: words in common, words of one alone, words of the other alone (longest common subsequence). */
export function diffTexts(one: string, other: string): TextPart[] {
  const a = one.match(/\s*\S+/g) ?? [];
  const b = other.match(/\s*\S+/g) ?? [];
  // common[i][j]: how many words a from i and b from j have in common, in order.
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i][j] =
        a[i].trim() === b[j].trim() ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
  const parts: { text: string; in: TextPart['in'] }[] = [];
  const add = (text: string, of: TextPart['in']) => {
    const last = parts.at(-1);
    if (last?.in === of) last.text += text;
    else parts.push({ text, in: of });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i].trim() === b[j].trim()) {
      add(a[i++], 'both');
      j++;
    } else if (j === b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) add(a[i++], 'one');
    else add(b[j++], 'other');
  }
  return parts;
}

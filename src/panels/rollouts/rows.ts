/** From the groups of a step to the flat list of rows on screen: filter, find, sort, unfold. */
import type { DraftGroup, DraftRollout, Signal } from '../../engine/index.ts';

export const SORTS = ['order', 'mean ↓', 'mean ↑', 'std ↓', 'length ↓'] as const;
export type Sort = (typeof SORTS)[number];
export type Filter = 'all' | Signal;

export interface RowOptions {
  readonly sort: Sort;
  readonly filter: Filter;
  /** Case-insensitive; in responses it narrows a group to the rollouts that have it. */
  readonly find: string;
  readonly isOpen: (group: number) => boolean;
}
export interface GroupRow {
  readonly kind: 'group';
  readonly group: number;
  readonly open: boolean;
  /** Rollouts that `find` matched; null without a search. */
  readonly matches: number | null;
}
export interface RolloutRow {
  readonly kind: 'rollout';
  readonly group: number;
  readonly rollout: number;
}
export type Row = GroupRow | RolloutRow;

/** Rows in drawing order; `group` and `rollout` are positions in the step, whatever the order on screen. */
export function buildRows(groups: readonly DraftGroup[], options: RowOptions): Row[] {
  const needle = options.find.trim().toLowerCase();
  const order = groups
    .map((group, index) => ({ group, index }))
    .filter(({ group }) => options.filter === 'all' || group.signal === options.filter)
    .sort((a, b) => sortKey(a.group, options.sort) - sortKey(b.group, options.sort) || a.index - b.index);
  return order.flatMap(({ group, index }): Row[] => {
    const rollouts = group.rollouts.map((rollout, at) => ({ rollout, at }));
    const inQuestion =
      needle === '' || `${group.qid} ${group.problem} ${group.answer}`.toLowerCase().includes(needle);
    const hits = rollouts.filter(({ rollout }) => rollout.response.toLowerCase().includes(needle));
    if (!inQuestion && hits.length === 0) return [];
    const searching = needle !== '' && hits.length > 0;
    const open = options.isOpen(index) || searching;
    const shown = searching ? hits : rollouts;
    return [
      { kind: 'group', group: index, open, matches: needle === '' ? null : hits.length },
      ...(open ? shown.map(({ at }): Row => ({ kind: 'rollout', group: index, rollout: at })) : []),
    ];
  });
}

function sortKey(group: DraftGroup, sort: Sort): number {
  switch (sort) {
    case 'order':
      return 0;
    case 'mean ↓':
      return -(group.rewardMean ?? -Infinity);
    case 'mean ↑':
      return group.rewardMean ?? Infinity;
    case 'std ↓':
      return -(group.rewardStd ?? -Infinity);
    case 'length ↓':
      return -Math.max(0, ...group.rollouts.map((rollout) => rollout.tokenIds.length));
    default:
      return sort satisfies never;
  }
}

export type Target = 'best' | 'worst' | 'longest';

/** Position of the step's best, worst or longest rollout; null when that is not known yet. */
export function findTarget(
  groups: readonly DraftGroup[],
  target: Target,
): { readonly group: number; readonly rollout: number } | null {
  const score = (rollout: DraftRollout): number | undefined => {
    if (target === 'longest') return rollout.tokenIds.length;
    if (rollout.reward === undefined) return undefined;
    return target === 'best' ? rollout.reward : -rollout.reward;
  };
  let found: { group: number; rollout: number } | null = null;
  let highest = -Infinity;
  groups.forEach((group, g) =>
    group.rollouts.forEach((rollout, r) => {
      const value = score(rollout);
      if (value === undefined || value <= highest) return;
      highest = value;
      found = { group: g, rollout: r };
    }),
  );
  return found;
}

/** Mean of the decode's log-probs, nats a token; NaN for no tokens. */
export function meanLogProb(rollout: Pick<DraftRollout, 'decodeLogProbs'>): number {
  return rollout.decodeLogProbs.reduce((sum, logProb) => sum + logProb, 0) / rollout.decodeLogProbs.length;
}

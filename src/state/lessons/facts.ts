/** What a stop says of the run at hand, from what the stores hold; empty where there is nothing to say it of yet. */
import type { DraftGroup } from '../../engine/rl/types.ts';
import { recordsStore } from '../records.ts';
import { selectionStore } from '../selection.ts';
import { shownGroups } from './goals.ts';
import type { FactName } from './types.ts';

/** Steps at each end of a run that a trend is the mean of. */
const ENDS = 5;
const SIGNALS = {
  mixed: 'mixed',
  all_correct: 'all correct',
  all_wrong: 'all wrong',
  tied_other: 'tied',
} as const;

export function factOf(name: FactName): string {
  switch (name) {
    case 'signals':
      return signals(shownGroups());
    case 'chosenResponse':
      return chosenResponse();
    case 'chosenGroup':
      return chosenGroup();
    case 'descriptions':
      return descriptions();
    case 'descriptionTrend':
      return trend([['description F1', 'perception/f1']]);
    case 'drift':
      return trend([
        ['keyword', 'rewards/keyword/mean'],
        ['format', 'rewards/format/mean'],
        ['description F1', 'perception/f1'],
      ]);
    default:
      return name satisfies never;
  }
}

function signals(groups: readonly DraftGroup[]): string {
  const known = groups.flatMap(({ signal }) => signal ?? []);
  if (known.length === 0 || known.length < groups.length) return '';
  const counts = Object.entries(SIGNALS).flatMap(([signal, words]) => {
    const count = known.filter((one) => one === signal).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  return `Of the ${known.length} groups of this step: ${counts.join(', ')}.`;
}

function chosen(): { at: number; group: DraftGroup } | null {
  const { group: at } = selectionStore.getState();
  const group = shownGroups().at(at);
  return group ? { at, group } : null;
}

function chosenResponse(): string {
  const { rollout: r } = selectionStore.getState();
  const { at, group } = chosen() ?? {};
  const rollout = group?.rollouts.at(r);
  if (at === undefined || rollout?.reward === undefined || rollout.advantage === undefined) return '';
  const { reward, advantage, tokenIds } = rollout;
  return `Response ${r + 1} of group ${at + 1}: reward ${reward.toFixed(2)}, group mean ${group?.rewardMean?.toFixed(2)}, advantage ${signed(advantage)} on each of its ${tokenIds.length} tokens.`;
}

function chosenGroup(): string {
  const { at, group } = chosen() ?? {};
  if (at === undefined || group?.signal === undefined) return '';
  const rewards = group.rollouts.map(({ reward }) => reward?.toFixed(2)).join(', ');
  const advantages = group.rollouts.map(({ advantage }) => advantage && signed(advantage)).join(', ');
  const numbers = `Group ${at + 1} (${SIGNALS[group.signal]}): rewards ${rewards}; advantages ${advantages}.`;
  return group.signal === 'mixed'
    ? `${numbers} This one has a signal: choose one marked “no signal”.`
    : numbers;
}

function descriptions(): string {
  const { step } = selectionStore.getState();
  const record = step === null ? undefined : recordsStore.getState().records.get(step);
  if (!record) return '';
  const { 'rewards/accuracy/mean': accuracy, 'perception/f1': f1 } = record.metrics;
  if (accuracy === undefined || f1 === undefined) return '';
  return `In step ${record.step} ${Math.round(accuracy * 100)} % of the answers are right, and the descriptions’ F1 is ${f1.toFixed(2)} on average.`;
}

/** Means of the first and the last kept steps; one step each while there are fewer than twice that many. */
function trend(metrics: readonly (readonly [label: string, metric: string])[]): string {
  const { records, steps } = recordsStore.getState();
  if (steps.length < 2) return '';
  const width = steps.length >= 2 * ENDS ? ENDS : 1;
  const mean = (of: readonly number[], metric: string): string => {
    const values = of.flatMap((step) => records.get(step)?.metrics[metric] ?? []);
    return values.length === 0 ? '–' : (values.reduce((sum, one) => sum + one, 0) / values.length).toFixed(2);
  };
  const [first, last] = [steps.slice(0, width), steps.slice(-width)];
  const changes = metrics.map(
    ([label, metric]) => `${label} ${mean(first, metric)} to ${mean(last, metric)}`,
  );
  return `${named(first)} against ${named(last).toLowerCase()}: ${changes.join(', ')}.`;
}

function named(steps: readonly number[]): string {
  return steps.length === 1 ? `Step ${steps[0]}` : `Steps ${steps[0]} to ${steps.at(-1)}`;
}

function signed(value: number): string {
  if (value === 0) return '0';
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

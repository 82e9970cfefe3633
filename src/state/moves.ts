/** Where the selection can go from what is on screen: its neighbours, null at an end. */
import { selectionStore, type Selection } from './selection.ts';
import { shownRecords } from './shownRun.ts';
import { shownStep } from './shownStep.ts';

type Target = Partial<Omit<Selection, 'live'>>;

/** As the panels show them: a position past the end is the last one. */
function shownAt() {
  const shown = shownStep();
  if (!shown || shown.groups.length === 0) return null;
  const selection = selectionStore.getState();
  const group = Math.min(selection.group, shown.groups.length - 1);
  const rollouts = shown.groups[group].rollouts.length;
  return { step: shown.step, groups: shown.groups.length, group, rollouts, rollout: selection.rollout };
}

export function rolloutBy(by: 1 | -1): Target | null {
  const at = shownAt();
  if (!at) return null;
  const rollout = Math.min(at.rollout, at.rollouts - 1) + by;
  return rollout >= 0 && rollout < at.rollouts ? { step: at.step, group: at.group, rollout } : null;
}

export function groupBy(by: 1 | -1): Target | null {
  const at = shownAt();
  if (!at) return null;
  const group = at.group + by;
  return group >= 0 && group < at.groups ? { step: at.step, group } : null;
}

export function stepBy(by: 1 | -1): Target | null {
  const { steps } = shownRecords();
  const step = steps[steps.indexOf(selectionStore.getState().step ?? NaN) + by];
  return selectionStore.getState().step === null || step === undefined ? null : { step };
}

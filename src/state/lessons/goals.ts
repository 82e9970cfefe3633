/** Whether a goal is met, from what the stores hold. */
import type { DraftGroup, Signal } from '../../engine/rl/types.ts';
import { differences, configStore, valueAt } from '../config.ts';
import { recordsStore } from '../records.ts';
import { selectionStore } from '../selection.ts';
import { sessionStore } from '../session.ts';
import { hackPresetById } from '../../worker/protocol.ts';
import type { Goal } from './types.ts';

const ORDER = ['sample', 'rollout', 'score', 'advantage'] as const;

export function isMet(goal: Goal): boolean {
  const { step, split, splitRemaining } = sessionStore.getState();
  const { applied, draft } = configStore.getState();
  switch (goal.kind) {
    case 'steps':
      return step >= goal.least;
    case 'phase': {
      const done = recordsStore.getState().draft?.done;
      return step >= 1 || (done !== undefined && ORDER.indexOf(done) >= ORDER.indexOf(goal.done));
    }
    case 'group': {
      const signals = shownGroups().map(({ signal }) => signal);
      const { group } = selectionStore.getState();
      const isWanted = (signal: Signal | undefined) => signal !== undefined && goal.signals.includes(signal);
      const hasNone = signals.length > 0 && signals.every((signal) => signal && !isWanted(signal));
      return isWanted(signals[group]) || (goal.orNone && hasNone);
    }
    case 'split':
      return split !== null && splitRemaining === 0;
    case 'edited':
      return applied !== null && valueAt(draft, goal.path) !== valueAt(applied.config, goal.path);
    case 'hack':
      return (
        applied !== null &&
        differences('', applied.config, hackPresetById(goal.preset).config).every(
          ({ path }) => path === 'seed',
        )
      );
    default:
      return goal satisfies never;
  }
}

/** Groups of the step on screen, a whole one or the one in progress. */
export function shownGroups(): readonly DraftGroup[] {
  const { step } = selectionStore.getState();
  const { records, draft } = recordsStore.getState();
  const shown = (step === null ? undefined : records.get(step)) ?? draft;
  return shown?.groups ?? [];
}

/** Calls whenever something that a goal or a fact reads has changed. */
export function onGoalChange(listen: () => void): () => void {
  const ends = [sessionStore, configStore, recordsStore, selectionStore].map((store) =>
    store.subscribe(listen),
  );
  return () => ends.forEach((end) => end());
}

/**
 * The one selection that links all panels. Live, it follows the newest step; selecting pins the step that is
 * on screen; `goLive` (Esc) follows again. `group` and `rollout` are positions and stay when the step moves.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { StepRecord } from '../engine/rl/types.ts';
import { shownRecords, useShownRecords } from './shownRun.ts';

export interface Selection {
  readonly live: boolean;
  /** The step on screen; null before the first one is done. */
  readonly step: number | null;
  /** The step that was asked for, where its record is not kept and `step` is the nearest; null: no other. */
  readonly asked: number | null;
  readonly group: number;
  readonly rollout: number;
  /** Position in the response; null: none. */
  readonly token: number | null;
  /** Image patch, row-major; null: none. */
  readonly patch: number | null;
}

export const selectionStore = createStore<Selection>(() => ({
  live: true,
  step: null,
  asked: null,
  group: 0,
  rollout: 0,
  token: null,
  patch: null,
}));

export function useSelection<T>(selector: (state: Selection) => T): T {
  return useStore(selectionStore, selector);
}

/** Selects, and pins the step; a smaller position clears the finer ones that were not given. */
export function select(partial: Partial<Omit<Selection, 'live'>>): void {
  selectionStore.setState((now) => {
    const newGroup = partial.group !== undefined && partial.group !== now.group;
    const newStep = partial.step !== undefined && partial.step !== now.step;
    const newRollout = newGroup || (partial.rollout !== undefined && partial.rollout !== now.rollout);
    return {
      ...now,
      ...(newGroup ? { rollout: 0 } : {}),
      ...(newStep ? { asked: null } : {}),
      ...(newRollout || newStep ? { token: null, patch: null } : {}),
      ...partial,
      live: false,
      step: partial.step ?? now.step,
    };
  });
}

/** Selects a step; where its record is not kept, the nearest one that is. */
export function selectNearest(step: number): void {
  const { steps } = shownRecords();
  if (steps.length === 0) return;
  const distance = (kept: number) => Math.abs(kept - step);
  const nearest = steps.reduce((best, kept) => (distance(kept) < distance(best) ? kept : best));
  select({ step: nearest, asked: nearest === step ? null : step });
}

/** Another run is shown: from its newest step on. */
export function selectAnew(): void {
  selectionStore.setState({ group: 0, rollout: 0 });
  goLive();
}

/** Follows the newest step again. */
export function goLive(): void {
  selectionStore.setState({ live: true, step: newestStep(), asked: null, token: null, patch: null });
}

/** Called when a record arrives or goes. */
export function followNewest(): void {
  const { live, step } = selectionStore.getState();
  const gone = step !== null && !shownRecords().records.has(step);
  if (live || gone)
    selectionStore.setState({
      step: newestStep(),
      asked: null,
      token: null,
      patch: null,
      live: live || gone,
    });
}

function newestStep(): number | null {
  return shownRecords().steps.at(-1) ?? null;
}

/** The record of a step; without one, of the selected step. null: none yet, or no longer kept. */
export function useRecord(step?: number): StepRecord | null {
  const selected = useSelection((selection) => selection.step);
  const wanted = step ?? selected;
  return useShownRecords((state) => (wanted === null ? null : (state.records.get(wanted) ?? null)));
}

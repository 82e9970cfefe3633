/** Step records: the last RETAINED ones and the pinned ones, and the draft of the step in progress. */
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { StepDraft, StepRecord } from '../engine/rl/types.ts';

/** Records kept besides the pinned ones; their scalars are kept for ever in the series. */
export const RETAINED = 200;

export interface RecordsState {
  readonly records: ReadonlyMap<number, StepRecord>;
  /** Steps whose record is kept, ascending. */
  readonly steps: readonly number[];
  readonly pinned: ReadonlySet<number>;
  readonly draft: StepDraft | null;
}

const EMPTY: RecordsState = { records: new Map(), steps: [], pinned: new Set(), draft: null };

/** Of the run under way. */
export const recordsStore = createStore<RecordsState>(() => EMPTY);

/** Records in the order of their steps, all of them kept. */
export function recordsOf(records: readonly StepRecord[]): RecordsState {
  return {
    ...EMPTY,
    records: new Map(records.map((record) => [record.step, record])),
    steps: records.map((record) => record.step),
  };
}

/** Adds records, oldest first, and drops what is neither recent nor pinned. */
export function addRecords(added: readonly StepRecord[]): void {
  recordsStore.setState((state) => {
    const records = new Map(state.records);
    for (const record of added) records.set(record.step, record);
    const steps = [...records.keys()].sort((a, b) => a - b);
    const unpinned = steps.filter((step) => !state.pinned.has(step));
    for (const step of unpinned.slice(0, Math.max(0, unpinned.length - RETAINED))) records.delete(step);
    return { ...state, records, steps: steps.filter((step) => records.has(step)), draft: null };
  });
}

/** Forgets records after that step, and the draft. */
export function dropRecordsAfter(step: number): void {
  recordsStore.setState((state) => {
    const kept = [...state.records].filter(([at]) => at <= step);
    return {
      ...state,
      records: new Map(kept),
      steps: state.steps.filter((at) => at <= step),
      pinned: new Set([...state.pinned].filter((at) => at <= step)),
      draft: null,
    };
  });
}

/** Takes in what is stored of a run. */
export function restoreRecords(records: readonly StepRecord[], pinned: readonly number[]): void {
  recordsStore.setState({ ...EMPTY, pinned: new Set(pinned) });
  addRecords(records);
}

export function clearRecords(): void {
  recordsStore.setState(EMPTY);
}

/** Keeps a step's record for the whole run, or lets it go again. */
export function togglePin(store: StoreApi<RecordsState>, step: number): void {
  store.setState((state) => {
    const pinned = new Set(state.pinned);
    if (!pinned.delete(step)) pinned.add(step);
    return { ...state, pinned };
  });
}

/** Metrics of the newest step of the run under way, whatever is shown; null before the first. */
export function useLiveMetrics(): StepRecord['metrics'] | null {
  return useStore(recordsStore, (state) => state.records.get(state.steps.at(-1) ?? NaN)?.metrics ?? null);
}

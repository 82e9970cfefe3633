/**
 * Which run the panels show: the one under way, or a recorded run, whose steps live in stores of their own and which no
 * policy answers for. Everything that panels read of a run's steps is read here.
 */
import { useMemo, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { RewardStage } from '../engine/rewards/types.ts';
import type { StageChange, StepDraft, StepRecord, TrainConfig } from '../engine/rl/types.ts';
import type { RecordedRun } from '../runs/index.ts';
import type { TaskInfo } from '../worker/protocol.ts';
import { recordsOf, recordsStore, type RecordsState } from './records.ts';
import { SeriesStore, seriesStore, useSeriesOf, type SeriesView, type StageBoundary } from './series.ts';
import { useSession, type SessionState } from './session.ts';

/** What is known of a run beside its steps. */
export interface RunFacts {
  /** A recorded run's name and label; null: the run under way. */
  readonly recorded: Pick<RecordedRun, 'name' | 'label'> | null;
  readonly config: TrainConfig;
  readonly tasks: Pick<TaskInfo, 'name' | 'origin'> | null;
  /** Name of the checkpoint it started from; null before the first run. */
  readonly checkpoint: string | null;
  /** Without a reason where that was not recorded. */
  readonly stageChanges: readonly (Pick<StageChange, 'atStep' | 'to'> & Partial<StageChange>)[];
  /** Stage of the next step; null: there is no next one. */
  readonly stage: RewardStage | null;
  /** Steps done. */
  readonly step: number;
}

interface ShownRun {
  /** null: the run under way, whose facts the session has. */
  readonly facts: RunFacts | null;
  readonly records: StoreApi<RecordsState>;
  readonly series: SeriesStore;
}

export const LIVE: ShownRun = { facts: null, records: recordsStore, series: seriesStore };
export const shownStore = createStore<ShownRun>(() => LIVE);

/** A recorded run as the panels read it. */
export function recordedAsShown(run: RecordedRun): ShownRun {
  const { name, label, config, checkpoint, stageChanges, metrics, records } = run;
  const series = new SeriesStore();
  for (const { step, ...numbers } of metrics) {
    // The first change, into the first stage, is at step 0.
    const { to } = stageChanges.findLast(({ atStep }) => atStep < step)!;
    series.append({ step, stage: to, metrics: numbers });
  }
  const facts: RunFacts = {
    recorded: { name, label },
    config,
    tasks: { name: config.tasks, origin: 'built-in' },
    checkpoint,
    stageChanges,
    stage: null,
    step: metrics.at(-1)?.step ?? 0,
  };
  return { facts, records: createStore<RecordsState>(() => recordsOf(records)), series };
}

/** The kept steps of the shown run, as they are now. */
export function shownRecords(): RecordsState {
  return shownStore.getState().records.getState();
}

/** Calls whenever the kept steps of the shown run change, or another run is shown. */
export function watchShownRecords(listener: () => void): () => void {
  let stop = shownStore.getState().records.subscribe(listener);
  const stopShown = shownStore.subscribe(({ records }) => {
    stop();
    stop = records.subscribe(listener);
    listener();
  });
  return () => {
    stop();
    stopShown();
  };
}

/** The facts of the shown run, given what the session says of the one under way. */
export function factsOf(session: SessionState): RunFacts {
  const { facts } = shownStore.getState();
  if (facts) return facts;
  const { config, tasks, run, stageChanges, stage, step } = session;
  return {
    recorded: null,
    config,
    tasks,
    checkpoint: run?.checkpointName ?? null,
    stageChanges,
    stage,
    step,
  };
}

/** A fact of the shown run; the selector gives a part of it, not a new object. */
export function useShownRun<T>(selector: (run: RunFacts) => T): T {
  // Another shown run draws the component again.
  useStore(shownStore);
  return useSession((session) => selector(factsOf(session)));
}

/** Whether a recorded run is shown: no model answers for its steps. */
export function useIsRecorded(): boolean {
  return useStore(shownStore, ({ facts }) => facts !== null);
}

export function useShownRecords<T>(selector: (state: RecordsState) => T): T {
  return useStore(useStore(shownStore).records, selector);
}

/** The step in progress, as far as it has come. */
export function useDraft(): StepDraft | null {
  return useShownRecords((state) => state.draft);
}

/** Steps whose record is kept, ascending. */
export function useRecordSteps(): readonly number[] {
  return useShownRecords((state) => state.steps);
}

/** The kept records, oldest first. */
export function useKeptRecords(): readonly StepRecord[] {
  const records = useShownRecords((state) => state.records);
  const steps = useRecordSteps();
  return useMemo(() => steps.flatMap((step) => records.get(step) ?? []), [records, steps]);
}

export function usePinned(step: number): boolean {
  return useShownRecords((state) => state.pinned.has(step));
}

/** The record of the newest step, whatever is selected; null before the first. */
export function useNewestRecord(): StepRecord | null {
  return useShownRecords((state) => state.records.get(state.steps.at(-1) ?? NaN) ?? null);
}

/** The named metrics over all steps; a new object at most four times a second. */
export function useSeries(names: readonly string[]): SeriesView {
  return useSeriesOf(useStore(shownStore).series, names);
}

/** Metrics seen so far, sorted. */
export function useSeriesNames(): readonly string[] {
  const { series } = useStore(shownStore);
  return useSyncExternalStore(series.subscribe, series.names);
}

/** Where each stage begins, oldest first. */
export function useStageBoundaries(): readonly StageBoundary[] {
  const { series } = useStore(shownStore);
  useSyncExternalStore(series.subscribe, series.version);
  return series.boundaries();
}

/** Runs that Charts draws beside the one under way: stored ones that the reader chose, and the control run. */
import { useMemo, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { StorageError } from '../runs/index.ts';
import { useControl } from './control.ts';
import { freeColour, runById, runDatabase, runStore, useRuns, type RunInfo } from './runStore.ts';
import { SeriesStore, seriesStore } from './series.ts';
import { logLine } from './session.ts';
import { shownStore } from './shownRun.ts';

/** A run as its lines: colour and dash stay with it while it is drawn. */
export interface DrawnRun {
  readonly id: string;
  readonly name: string;
  /** Number of its colour: `--run-0` … */
  readonly colour: number;
  /** undefined: the shown run, as a solid line. */
  readonly dash: string | undefined;
  /** Changes of any drawn run are published by the series of the run under way. */
  readonly series: SeriesStore;
}

interface Overlay {
  readonly id: string;
  readonly dash: string;
  /** Steps of `series`. */
  readonly step: number;
  readonly series: SeriesStore;
}

/** Dash patterns of overlays; there are as many overlays. */
const DASHES = ['8 3', '2 3', '8 3 2 3', '8 3 2 3 2 3', '14 4'] as const;
export const MOST_OVERLAYS = DASHES.length;

export const overlayStore = createStore<{ readonly overlays: readonly Overlay[] }>(() => ({ overlays: [] }));

/** Draws a stored run in Charts, or no longer. Throws when it cannot be read or enough are drawn. */
export async function toggleOverlay(id: string): Promise<void> {
  if (overlayStore.getState().overlays.some((overlay) => overlay.id === id)) {
    setOverlays((overlays) => overlays.filter((overlay) => overlay.id !== id));
    return;
  }
  const series = await loadSeries(id);
  const { name, step } = runById(id);
  setOverlays((overlays) => {
    const others = overlays.filter((overlay) => overlay.id !== id);
    const dash = DASHES.find((free) => others.every((overlay) => overlay.dash !== free));
    if (!dash) {
      throw new StorageError('failed', `${MOST_OVERLAYS} runs are drawn; take one away to draw “${name}”.`);
    }
    return [...others, { id, dash, step, series }];
  });
}

/** Draws the run under way alone. */
export function clearOverlays(): void {
  setOverlays(() => []);
}

/** Ids of the stored runs that the reader chose. */
export function useOverlayIds(): readonly string[] {
  const overlays = useStore(overlayStore, (state) => state.overlays);
  return useMemo(() => overlays.map(({ id }) => id), [overlays]);
}

/** All runs to draw, the shown one first once it has a step; empty when nothing is drawn beside it. */
export function useDrawnRuns(): readonly DrawnRun[] {
  const overlays = useStore(overlayStore, (state) => state.overlays);
  const control = useControl((state) =>
    state.control && state.control.step > 0 ? state.control.series : null,
  );
  const colour = useControl((state) => state.control?.colour ?? 0);
  const { facts, series: shown } = useStore(shownStore);
  const recorded = facts?.recorded?.label;
  // As a text, because the list itself is new with every step.
  const looks = useRuns(({ runs }) => JSON.stringify(runs.map(lookOf)));
  return useMemo(() => {
    const runs = JSON.parse(looks) as Look[];
    const stored = overlays.flatMap(({ id, dash, series }): DrawnRun[] => {
      const look = runs.find((run) => run.id === id && !run.isLive);
      return look ? [{ ...look, dash, series }] : [];
    });
    const beside: DrawnRun[] = control ? [...stored, { ...CONTROL_LOOK, colour, series: control }] : stored;
    if (beside.length === 0) return [];
    if (recorded !== undefined) {
      const look = { id: 'recorded', name: `recorded: ${recorded}`, colour: freeColour() };
      return [{ ...look, dash: undefined, series: shown }, ...beside];
    }
    const live = runs.filter(({ isLive, hasSteps }) => isLive && hasSteps);
    return [...live.map((look) => ({ ...look, dash: undefined, series: seriesStore })), ...beside];
  }, [looks, overlays, control, colour, recorded, shown]);
}

/** Grows when a drawn run has more steps, at most four times a second. */
export function useDrawnVersion(): number {
  return useSyncExternalStore(seriesStore.subscribe, seriesStore.version);
}

type Look = Pick<DrawnRun, 'id' | 'name' | 'colour'> & {
  readonly isLive: boolean;
  readonly hasSteps: boolean;
};
const lookOf = ({ id, name, colour, origin, step }: RunInfo): Look => ({
  id,
  name,
  colour,
  isLive: origin === 'live',
  hasSteps: step > 0,
});
const CONTROL_LOOK = { id: 'control', name: 'control (no stage 1)', dash: '3 6' } as const;

function setOverlays(change: (overlays: readonly Overlay[]) => readonly Overlay[]): void {
  overlayStore.setState(({ overlays }) => ({ overlays: change(overlays) }));
}

async function loadSeries(id: string): Promise<SeriesStore> {
  const series = new SeriesStore();
  for (const row of await (await runDatabase()).metrics(id)) series.append(row);
  return series;
}

/** Overlays follow their runs: a deleted one goes, one that was trained further is read anew. */
runStore.subscribe(({ runs }) => {
  const { overlays } = overlayStore.getState();
  const gone = overlays.filter(({ id }) => runs.every((run) => run.id !== id));
  if (gone.length > 0) setOverlays(() => overlays.filter((overlay) => !gone.includes(overlay)));
  for (const { id, step } of overlays) {
    const run = runs.find((one) => one.id === id);
    if (run?.origin === 'stored' && run.step !== step) void reload(id, run.step);
  }
});

async function reload(id: string, step: number): Promise<void> {
  const update = (change: Partial<Overlay>): void =>
    setOverlays((overlays) => overlays.map((one) => (one.id === id ? { ...one, ...change } : one)));
  // First, so that it is asked for once.
  update({ step });
  try {
    update({ series: await loadSeries(id) });
  } catch (error) {
    logLine(`overlay: ${error instanceof Error ? error.message : String(error)}`);
  }
}

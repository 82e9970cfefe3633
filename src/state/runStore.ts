/** The list of runs: the one under way and those stored on this device. `loadRun` fetches the numbers of one. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import {
  lockedRuns,
  RUN_COLOURS,
  RunDatabase,
  shownOf,
  StorageError,
  storageError,
  type LoadedRun,
  type RunHeader,
  type StorageFault,
} from '../runs/index.ts';
import { recordsStore } from './records.ts';
import { seriesStore } from './series.ts';
import { sessionStore } from './session.ts';

export interface RunInfo extends RunHeader {
  readonly preset: string;
  /** live: this page's · stored: on this device. */
  readonly origin: 'live' | 'stored';
}

/** opening: not known yet · kept: runs are stored · else why the newest steps are not. */
export type StorageStatus =
  { readonly kind: 'opening' | 'kept' } | { readonly kind: StorageFault; readonly message: string };

export interface RunsState {
  /** The live one first, then by the time they were worked on. */
  readonly runs: readonly RunInfo[];
  /** The run under way in this page; null before the first one. */
  readonly current: string | null;
  /** Runs that were under way in this page since it was opened. */
  readonly seen: ReadonlySet<string>;
  /** Runs that another tab goes on with. */
  readonly elsewhere: ReadonlySet<string>;
  readonly storage: StorageStatus;
}

interface Sources {
  readonly live: RunHeader | null;
  readonly stored: readonly RunHeader[];
}

export const runStore = createStore<RunsState>(() => ({
  runs: [],
  current: null,
  seen: new Set(),
  elsewhere: new Set(),
  storage: { kind: 'opening' },
}));

let sources: Sources = { live: null, stored: [] };
let database: Promise<RunDatabase> | null = null;
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('pebr-runs');
/** This tab, as the writer of the runs it saves. */
const WRITER = crypto.getRandomValues(new Uint32Array(4)).join('-');

export function useRuns<T>(selector: (state: RunsState) => T): T {
  return useStore(runStore, selector);
}

/** Runs changed in one of the two places. */
export function setRuns(change: Partial<Sources>): void {
  sources = { ...sources, ...change };
  const { live, stored } = sources;
  const info = (header: RunHeader, origin: RunInfo['origin']): RunInfo => ({
    ...header,
    preset: header.config.preset,
    origin,
  });
  const runs = [
    ...(live ? [info(live, 'live')] : []),
    ...stored.filter(({ id }) => id !== live?.id).map((header) => info(header, 'stored')),
  ];
  runStore.setState(({ seen }) => ({
    runs,
    current: live?.id ?? null,
    seen: live && !seen.has(live.id) ? new Set([...seen, live.id]) : seen,
  }));
}

/** The run under way; null before the first one. */
export function liveRun(): RunHeader | null {
  return sources.live;
}

/** The database, opened once. Rejects with a StorageError; a later call tries again. */
export function runDatabase(): Promise<RunDatabase> {
  database ??= RunDatabase.open(WRITER).catch((error: unknown) => {
    database = null;
    throw error;
  });
  return database;
}

/** Reads the stored runs anew. Never throws: what is wrong is in `storage`. */
export async function refreshRuns(): Promise<void> {
  try {
    const stored = await (await runDatabase()).list();
    const held = await lockedRuns();
    const { current, storage } = runStore.getState();
    setRuns({ stored });
    const elsewhere = new Set([...held].filter((id) => id !== current));
    // A save that failed stays said until one succeeds.
    runStore.setState({ elsewhere, ...(storage.kind === 'opening' ? { storage: { kind: 'kept' } } : {}) });
  } catch (error) {
    const { fault, message } = storageError(error);
    runStore.setState({ storage: { kind: fault, message } });
  }
}

/** The numbers of a run, wherever they are. Throws when there is no such run or it cannot be read. */
export async function loadRun(id: string): Promise<LoadedRun> {
  if (id === sources.live?.id) return shownLive(sources.live);
  return shownOf(await (await runDatabase()).load(id));
}

/** The run under way as the stores have it. */
function shownLive({ config }: RunHeader): LoadedRun {
  const { stageChanges, split } = sessionStore.getState();
  const { records, steps } = recordsStore.getState();
  return {
    config,
    metrics: seriesStore.rows(),
    records: steps.flatMap((step) => records.get(step) ?? []),
    stageChanges,
    split,
  };
}

/** The other tabs' lists are to follow. */
export function tellTabs(): void {
  channel?.postMessage('changed');
}

/** Calls when another tab has changed the stored runs. */
export function onOtherTabs(listen: () => void): void {
  channel?.addEventListener('message', listen);
}

/** A colour that the fewest runs have. */
export function freeColour(): number {
  const { runs } = runStore.getState();
  const uses = Array.from(
    { length: RUN_COLOURS },
    (_, colour) => runs.filter((run) => run.colour === colour).length,
  );
  return uses.indexOf(Math.min(...uses));
}

/** “nano-3”: the preset and the first number that no run has. */
export function freeName(preset: string): string {
  const names = new Set(runStore.getState().runs.map(({ name }) => name));
  for (let number = 1; ; number++) {
    if (!names.has(`${preset}-${number}`)) return `${preset}-${number}`;
  }
}

/** A run of the list. Throws when it has gone. */
export function runById(id: string): RunInfo {
  const run = runStore.getState().runs.find((one) => one.id === id);
  if (!run) throw new StorageError('failed', 'The run is no longer in the list.');
  return run;
}

/** Recorded runs that the page ships: fetched when one is to be shown, before anything has been trained or while the run rests. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { decodeRecordedRun, type RecordedRun } from '../runs/index.ts';
import { runStore } from './runStore.ts';
import { selectAnew } from './selection.ts';
import { addNotice, sessionStore, type SessionState } from './session.ts';
import { LIVE, recordedAsShown, shownStore } from './shownRun.ts';

/** Those under `public/runs`, by name and label. The first one is shown on a first visit. */
export const RECORDED_RUNS: readonly Pick<RecordedRun, 'name' | 'label'>[] = [
  { name: 'two-stage', label: 'perception, then reasoning' },
  { name: 'reasoning', label: 'reasoning only' },
];

/** How long a first visit waits for storage, in milliseconds. */
const STORAGE_MS = 1500;

interface RecordedState {
  /** undecided: not known yet whether this device has runs of its own · a name: on its way · null: neither. */
  readonly awaited: 'undecided' | { readonly name: string } | null;
}

const recordedStore = createStore<RecordedState>(() => ({ awaited: 'undecided' }));
const known = new Map<string, RecordedRun>();

/** The recorded run that is on its way to the screen, or that none is. */
export function useAwaitedRecorded(): RecordedState['awaited'] {
  return useStore(recordedStore, ({ awaited }) => awaited);
}

/** What is computed for a run under way is on screen while it is computed. */
export function mayShowRecorded({ status }: SessionState): boolean {
  return status !== 'running' && status !== 'stepping';
}

/**
 * Shows the first recorded run, unless this device has runs of its own or the reader was faster. `opened` resolves once
 * the list of runs is there; storage that another tab blocks is not waited for.
 */
export async function showFirst(opened: Promise<void>): Promise<void> {
  await Promise.race([opened, new Promise((done) => setTimeout(done, STORAGE_MS))]);
  if (recordedStore.getState().awaited !== 'undecided') return;
  recordedStore.setState({ awaited: null });
  if (runStore.getState().runs.some(({ origin }) => origin === 'stored')) return;
  await showRecorded(RECORDED_RUNS[0].name);
}

/** Shows a recorded run once it is there. Never throws: what is wrong is said in a notice. */
export async function showRecorded(name: string): Promise<void> {
  if (!mayShowRecorded(sessionStore.getState())) return;
  const awaited = { name };
  recordedStore.setState({ awaited });
  const isAwaited = (): boolean => recordedStore.getState().awaited === awaited;
  try {
    const run = known.get(name) ?? (await fetchRecorded(name));
    known.set(name, run);
    if (!isAwaited()) return;
    shownStore.setState(recordedAsShown(run));
    selectAnew();
  } catch (error) {
    const notice = `The recorded run “${name}” cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
    if (isAwaited()) addNotice(notice);
  } finally {
    if (isAwaited()) recordedStore.setState({ awaited: null });
  }
}

/** Shows the run under way; a recorded one on its way is no longer wanted. */
export function showLive(): void {
  recordedStore.setState({ awaited: null });
  if (shownStore.getState() === LIVE) return;
  shownStore.setState(LIVE);
  selectAnew();
}

async function fetchRecorded(name: string): Promise<RecordedRun> {
  const response = await fetch(new URL(`runs/${name}.run`, document.baseURI));
  if (!response.ok) throw new Error(`${response.url} gave ${response.status} ${response.statusText}`);
  return decodeRecordedRun(new Uint8Array(await response.arrayBuffer()));
}

/** Checkpoints of the runs: how often one of the run under way is kept, remembered on this device, and which go. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import * as v from 'valibot';
import { lockRun, StorageError } from '../runs/index.ts';
import { send } from './bridge.ts';
import { saveNow } from './persistence.ts';
import { liveRun, refreshRuns, runDatabase, tellTabs } from './runStore.ts';

/** Steps between two checkpoints; 0: none is kept but the start and changes of stage. */
export const KEEP_EVERY = [0, 1, 5, 10, 25, 50, 100] as const;
export type KeepEvery = (typeof KEEP_EVERY)[number];

const KEY = 'pebr-keep-every';
const DEFAULT: KeepEvery = 10;

const keepStore = createStore<{ readonly every: KeepEvery }>(() => ({ every: remembered() }));

export function useKeepEvery(): KeepEvery {
  return useStore(keepStore, ({ every }) => every);
}

export function setKeepEvery(every: KeepEvery): void {
  keepStore.setState({ every });
  try {
    localStorage.setItem(KEY, String(every));
  } catch {
    // Then it is remembered as long as the page lives.
  }
  tellKeepEvery();
}

/** The worker holds it for one run: every run is told. */
export function tellKeepEvery(): void {
  send({ type: 'keepEvery', steps: keepStore.getState().every });
}

/** Keeps the run under way as it is now. */
export function keepStep(): void {
  send({ type: 'keepStep' });
}

/** Deletes a checkpoint for good. Throws when its run is under way in another tab. */
export async function deleteCheckpoint(id: string, step: number): Promise<void> {
  if (liveRun()?.id === id) {
    send({ type: 'dropKept', step });
    return saveNow();
  }
  const lock = await lockRun(id);
  if (!lock) throw new StorageError('taken', 'Another tab goes on with this run; close it there first.');
  try {
    await (await runDatabase()).removeCheckpoint(id, step);
  } finally {
    lock.release();
  }
  await refreshRuns();
  tellTabs();
}

function remembered(): KeepEvery {
  try {
    const parsed = v.safeParse(v.picklist(KEEP_EVERY), Number(localStorage.getItem(KEY) ?? DEFAULT));
    return parsed.success ? parsed.output : DEFAULT;
  } catch {
    return DEFAULT;
  }
}

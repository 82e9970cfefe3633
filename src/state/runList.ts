/** What the reader changes in the list of runs. */
import { lockRun, StorageError, storageError, type RunHeader } from '../runs/index.ts';
import {
  liveRun,
  refreshRuns,
  runDatabase,
  runStore,
  setRuns,
  tellTabs,
  type RunInfo,
  type RunsState,
} from './runStore.ts';

type Edit = Partial<Pick<RunHeader, 'name' | 'colour' | 'pinned'>>;

/** Gives a run another name or colour. */
export async function editRun(id: string, change: Edit): Promise<void> {
  const live = liveRun();
  if (live?.id === id) setRuns({ live: { ...live, ...change } });
  await editStored(id, change);
  if (live?.id !== id) await refreshRuns();
}

/** The same in storage. What is wrong is in the store's `storage`. */
export async function editStored(id: string, change: Edit): Promise<void> {
  try {
    await (await runDatabase()).patch(id, change);
    tellTabs();
  } catch (error) {
    const { fault, message } = storageError(error);
    runStore.setState({ storage: { kind: fault, message } });
  }
}

/** Deletes a stored run for good. Throws when it is under way here or in another tab. */
export async function deleteRun(id: string): Promise<void> {
  if (liveRun()?.id === id) {
    throw new StorageError('taken', 'This run is under way here; start or resume another one first.');
  }
  const lock = await lockRun(id);
  if (!lock) throw new StorageError('taken', 'Another tab goes on with this run; close it there first.');
  try {
    await (await runDatabase()).remove(id);
  } finally {
    lock.release();
  }
  await refreshRuns();
  tellTabs();
}

/** The stored run worked on last that this tab can go on with, left by an earlier visit; null: none. */
export function resumable({ runs, elsewhere, seen }: RunsState): RunInfo | null {
  const isOffered = ({ id, origin, step }: RunInfo): boolean =>
    origin === 'stored' && step > 0 && !elsewhere.has(id) && !seen.has(id);
  return runs.find(isOffered) ?? null;
}

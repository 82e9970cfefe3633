/** A run as a file of the reader's, and back into the list. */
import { StorageError } from '../runs/index.ts';
import { saveBlob } from './download.ts';
import { newId } from './persistence.ts';
import { wholeRun } from './resume.ts';
import { refreshRuns, runDatabase, runStore, tellTabs } from './runStore.ts';
import { deleteHint, megabytes } from './storageNotice.ts';

/** What a page can hold of a file at once. */
const MOST_FILE = 1_500_000_000;

/** Offers the run as one zip. Throws when it cannot be read or nothing of it has been trained. */
export async function exportRunFile(id: string, onProgress: (share: number) => void): Promise<void> {
  // The writer is wanted by few visits, and by none at first.
  const { exportRun } = await import('../runs/runFile.ts');
  const run = await wholeRun(id);
  const parts = await exportRun(run, onProgress);
  const name = run.header.name.replace(/[^\p{L}\p{N}._-]+/gu, '-');
  saveBlob(`${name}-step-${run.header.step}.zip`, new Blob(parts, { type: 'application/zip' }));
}

/**
 * Adds an exported run to the list; its id. Throws, with nothing changed, when the file is no such run or there is no
 * room for it. Reward code in it runs only after the reader has seen it: see `resumeRun`.
 */
export async function importRunFile(file: File): Promise<string> {
  if (file.size > MOST_FILE) {
    throw new Error(
      `“${file.name}” has ${megabytes(file.size)}; a run takes at most ${megabytes(MOST_FILE)}.`,
    );
  }
  const { importRun } = await import('../runs/runFile.ts');
  const run = await importRun(new Uint8Array(await file.arrayBuffer()), file.name, newId());
  try {
    await (await runDatabase()).saveWhole(run);
  } catch (error) {
    if (!(error instanceof StorageError) || error.fault !== 'full') throw error;
    const { runs } = runStore.getState();
    throw new StorageError('full', `There is no room for “${run.header.name}”. ${deleteHint(runs)}`, error);
  }
  await refreshRuns();
  tellTabs();
  return run.header.id;
}

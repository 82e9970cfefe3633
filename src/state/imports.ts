/** Own data: files, a folder or a zip dropped on the page go to the worker, whose report comes back here. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { ImportEntry, ImportReport, ToWorker } from '../worker/protocol.ts';
import { send } from './bridge.ts';
import { sessionStore, useSession } from './session.ts';

/** Own samples that were dropped: the reader says what becomes of them. */
const OWN_FILES = /^own-samples[^/]*\.(zip|json)$/i;

interface LastImport {
  readonly entries: readonly ImportEntry[];
  readonly skipBad: boolean;
  /** Files that can be edited as own samples or trained on as a set, until the reader has chosen. */
  readonly offered: readonly ImportEntry[] | null;
}

/** The files last dropped, kept so that "load the rest" and a second worker need no second drop. */
const filesStore = createStore<LastImport>(() => ({ entries: [], skipBad: false, offered: null }));

/**
 * Reads what was dropped or picked and has it checked; the running run is not touched. Own samples that come back are
 * offered instead: to be edited, or trained on as a set.
 */
export async function importFiles(source: readonly File[] | DataTransfer): Promise<void> {
  const entries = 'items' in source ? await fromDataTransfer(source) : source.map(fromFile);
  if (entries.length === 0) return;
  if (entries.some(({ path }) => OWN_FILES.test(path))) filesStore.setState({ offered: entries });
  else checkSet(entries);
}

/** Has files checked as a set; on success it is the draft's. */
export function checkSet(entries: readonly ImportEntry[]): void {
  filesStore.setState({ entries, offered: null });
  requestImport(false);
}

/** Own samples that wait for the reader's choice; null: none. */
export function useOffered(): readonly ImportEntry[] | null {
  return useStore(filesStore, (state) => state.offered);
}

/** Takes them out of the offer. */
export function takeOffered(): readonly ImportEntry[] {
  const { offered } = filesStore.getState();
  filesStore.setState({ offered: null });
  return offered ?? [];
}

/** Loads the good records of the files that were refused. */
export function importTheRest(): void {
  requestImport(true);
}

function requestImport(skipBad: boolean): void {
  sessionStore.setState({ importing: true, importReport: null });
  filesStore.setState({ skipBad });
  send(lastImport());
}

/** Asks a worker for the set that was asked for last. */
export function lastImport(): ToWorker {
  const { entries, skipBad } = filesStore.getState();
  return { type: 'importFiles', entries, skipBad };
}

/** Files dropped so far and what became of them. */
export function useTaskFiles(): { count: number; importing: boolean; report: ImportReport | null } {
  const count = useStore(filesStore, (state) => state.entries.length);
  const importing = useSession((state) => state.importing);
  const report = useSession((state) => state.importReport);
  return { count, importing, report };
}

function fromFile(file: File): ImportEntry {
  return { path: file.webkitRelativePath || file.name, blob: file };
}

async function fromDataTransfer(transfer: DataTransfer): Promise<ImportEntry[]> {
  // The item list is only readable during the event, so every entry is taken before the first await.
  const roots = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (roots.length === 0) return [...transfer.files].map(fromFile);
  return (await Promise.all(roots.map(walk))).flat();
}

async function walk(entry: FileSystemEntry): Promise<ImportEntry[]> {
  if (entry instanceof FileSystemFileEntry) {
    const blob = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ path: entry.fullPath.replace(/^\//, ''), blob }];
  }
  if (!(entry instanceof FileSystemDirectoryEntry)) return [];
  const reader = entry.createReader();
  const children: FileSystemEntry[] = [];
  // readEntries hands out at most a hundred at a time, then an empty list.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) break;
    children.push(...some);
  }
  return (await Promise.all(children.map(walk))).flat();
}

/**
 * Samples that the reader draws, uploads and words: kept on this device, given to the worker through the import like
 * any other data set. What cannot be stored lasts as long as the page and goes with the next save that succeeds.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import {
  OWN_SET,
  OwnSampleDatabase,
  ownSampleFiles,
  storageError,
  type OwnPicture,
  type OwnSample,
  type OwnSampleFields,
} from '../runs/index.ts';
import { saveFiles } from './download.ts';
import { checkSet, takeOffered } from './imports.ts';
import { setLayout } from './layout.ts';
import type { Decode } from '../runs/ownSetReader.ts';
import type { StorageStatus } from './runStore.ts';
import type { SampleImage } from './samples.ts';

interface OwnSamplesState {
  /** By number. */
  readonly samples: readonly OwnSample[];
  /** Numbers of those that storage does not have. */
  readonly unkept: ReadonlySet<number>;
  readonly storage: StorageStatus;
  /** The samples last given to the import. */
  readonly given: readonly OwnSample[] | null;
  /** What became of the samples that last came back from files; null: none have. */
  readonly brought: Brought | null;
}

export interface Brought {
  readonly added: number;
  /** qids that the list has already, which stays as it is. */
  readonly taken: readonly string[];
  readonly problems: readonly string[];
}

export const ownSamplesStore = createStore<OwnSamplesState>(() => ({
  samples: [],
  unkept: new Set(),
  storage: { kind: 'opening' },
  given: null,
  brought: null,
}));

let database: Promise<OwnSampleDatabase> | null = null;
const urls = new WeakMap<OwnPicture, string>();

export function useOwnSamples<T>(selector: (state: OwnSamplesState) => T): T {
  return useStore(ownSamplesStore, selector);
}

/** The database, opened once; after a failure a later call tries again. */
function ownDatabase(): Promise<OwnSampleDatabase> {
  database ??= OwnSampleDatabase.open().catch((error: unknown) => {
    database = null;
    throw error;
  });
  return database;
}

function setFault(error: unknown): void {
  const { fault, message } = storageError(error);
  ownSamplesStore.setState({ storage: { kind: fault, message } });
}

/** Reads what is stored. Never throws: what is wrong is in `storage`. */
export async function readOwnSamples(): Promise<void> {
  try {
    const stored = await (await ownDatabase()).list();
    ownSamplesStore.setState(({ samples, unkept, storage }) => ({
      samples: sorted([
        ...stored.filter(({ number }) => !unkept.has(number)),
        ...samples.filter(({ number }) => unkept.has(number)),
      ]),
      // A save that failed stays said until one succeeds.
      storage: storage.kind === 'opening' ? { kind: 'kept' } : storage,
    }));
  } catch (error) {
    setFault(error);
  }
}

/** Adds a sample (number null) or changes one. Never throws: when it cannot be stored, it lasts as long as the page. */
export async function saveOwnSample(fields: OwnSampleFields, number: number | null): Promise<void> {
  const { samples, unkept } = ownSamplesStore.getState();
  const waiting = samples.filter((sample) => unkept.has(sample.number));
  try {
    const sample = await (await ownDatabase()).save(fields, number, waiting);
    ownSamplesStore.setState({ storage: { kind: 'kept' }, unkept: new Set() });
    place(sample);
  } catch (error) {
    const next = number ?? Math.max(0, ...samples.map((sample) => sample.number)) + 1;
    ownSamplesStore.setState({ unkept: new Set([...unkept, next]) });
    place({ ...fields, number: next });
    setFault(error);
  }
}

/** Removes a sample. Never throws. */
export async function removeOwnSample(number: number): Promise<void> {
  const { samples, unkept } = ownSamplesStore.getState();
  forgetUrl(samples.find((sample) => sample.number === number)?.picture);
  ownSamplesStore.setState({
    samples: samples.filter((sample) => sample.number !== number),
    unkept: new Set([...unkept].filter((one) => one !== number)),
  });
  try {
    await (await ownDatabase()).remove(number);
  } catch (error) {
    setFault(error);
  }
}

/**
 * Adds the samples of a set to the list, under their own number where it is theirs (`own-3`) and free. Never throws:
 * what was not added is in `brought`. `decode`: tests have no browser's.
 */
export async function bringOwnSamples(files: readonly File[], decode?: Decode): Promise<void> {
  const { readOwnSet } = await import('../runs/ownSetReader.ts');
  const { samples, problems } = await readOwnSet(files, decode);
  await readOwnSamples();
  const has = (number: number) => ownSamplesStore.getState().samples.some((one) => one.number === number);
  const taken: string[] = [];
  // Those that have a number keep it before others are given the next free one.
  const numbered = samples.map((sample) => ({ sample, number: numberOf(sample.qid) }));
  for (const { sample, number } of numbered.sort((a, b) => (a.number ?? Infinity) - (b.number ?? Infinity))) {
    const { qid, ...fields } = sample;
    if (number !== null && has(number)) taken.push(qid);
    else await saveOwnSample(fields, number);
  }
  ownSamplesStore.setState({ brought: { added: samples.length - taken.length, taken, problems } });
}

/** The files that were offered, into the list, where it can be seen. */
export async function editOffered(): Promise<void> {
  const files = takeOffered().map(({ path, blob }) => new File([blob], path));
  setLayout({ tab: 'sampling' });
  await bringOwnSamples(files);
}

/** `own-3` → 3; null: not one of ours. */
function numberOf(qid: string): number | null {
  const digits = /^own-([1-9]\d{0,8})$/.exec(qid)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** Has the import check them, as if their files had been dropped; on success they are the draft's task set. */
export function giveOwnSamples(): void {
  const { samples } = ownSamplesStore.getState();
  ownSamplesStore.setState({ given: samples });
  checkSet(
    Object.entries(ownSampleFiles(samples)).map(([path, bytes]) => ({ path, blob: new Blob([bytes]) })),
  );
}

/** Offers them as a zip that the import takes. */
export function downloadOwnSamples(): void {
  saveFiles(OWN_SET, ownSampleFiles(ownSamplesStore.getState().samples));
}

/** The picture as the page shows it. */
export function ownImage(picture: OwnPicture): SampleImage {
  const { width, height, bytes, format } = picture;
  const known = urls.get(picture);
  if (known !== undefined) return { url: known, width, height };
  const url = URL.createObjectURL(new Blob([bytes], { type: `image/${format}` }));
  urls.set(picture, url);
  return { url, width, height };
}

function forgetUrl(picture: OwnPicture | undefined): void {
  const url = picture && urls.get(picture);
  if (!picture || url === undefined) return;
  URL.revokeObjectURL(url);
  urls.delete(picture);
}

function place(sample: OwnSample): void {
  ownSamplesStore.setState(({ samples }) => {
    const before = samples.find(({ number }) => number === sample.number);
    if (before?.picture !== sample.picture) forgetUrl(before?.picture);
    return { samples: sorted([...samples.filter((one) => one !== before), sample]) };
  });
}

function sorted(samples: readonly OwnSample[]): OwnSample[] {
  return [...samples].sort((a, b) => a.number - b.number);
}

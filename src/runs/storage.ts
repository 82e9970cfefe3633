/**
 * Runs in IndexedDB. Every change is one transaction, so that a run is never half there: a save brings list entry,
 * scalars, records and state to the same step. Errors are StorageErrors.
 */
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';
import type { ResumedRun, SavedState } from '../worker/protocol.ts';
import { packRecord, sizeOfRecord, unpackRecord, type PackedRecord } from './recordCodec.ts';
import { StorageError, storageError } from './storageError.ts';
import { withCheckpoints } from './storageUpgrade.ts';
import { sizeOfState, type MetricsRow, type RunHeader, type WholeRun } from './types.ts';

const NAME = 'pebr-runs';
const VERSION = 2;
/** Key of a run's newest state among those kept by their step. */
const NEWEST = -1;
const STORES = ['runs', 'metrics', 'records', 'states', 'files'] as const;

type StoredHeader = RunHeader & {
  /** The tab that saves it: the last one that began to. */
  readonly writer: string;
  /** Bytes of its newest state, of its newest record and of its files. */
  readonly sizes: { readonly state: number; readonly record: number; readonly files: number };
};
type StepKey = [run: string, step: number];

export interface Schema extends DBSchema {
  runs: { key: string; value: StoredHeader };
  metrics: { key: StepKey; value: MetricsRow };
  records: { key: StepKey; value: PackedRecord };
  states: { key: StepKey; value: SavedState };
  files: { key: string; value: ResumedRun['files'] };
}
type Transaction = IDBPTransaction<Schema, typeof STORES, 'readwrite'>;

/** What came since the last save. */
export interface RunChanges {
  readonly header: RunHeader;
  readonly metrics: readonly MetricsRow[];
  readonly records: readonly PackedRecord[];
  /** Steps whose record stays; others go. */
  readonly retained: ReadonlySet<number>;
  readonly state: SavedState;
  /** Of `header.kept`, those that are not stored yet. What is stored and not in the header's list goes. */
  readonly kept: ReadonlyMap<number, SavedState>;
  /** null: stored already. */
  readonly files: ResumedRun['files'] | null;
}

const all = (run: string): IDBKeyRange => IDBKeyRange.bound([run], [run, []]);

export class RunDatabase {
  readonly #db: IDBPDatabase<Schema>;
  /** Names this tab as the writer of the runs that it began to save. */
  readonly #writer: string;

  private constructor(db: IDBPDatabase<Schema>, writer: string) {
    this.#db = db;
    this.#writer = writer;
  }

  /** Throws a StorageError when the browser keeps nothing for the page or a newer page wrote the runs. */
  static async open(writer: string): Promise<RunDatabase> {
    try {
      const db = await openDB<Schema>(NAME, VERSION, {
        upgrade(fresh, from, _to, tx) {
          // What fails ends the transaction, and the opening with it.
          if (from === 1) return void withCheckpoints(tx).catch(() => abort(tx));
          fresh.createObjectStore('runs', { keyPath: 'id' });
          for (const name of STORES.slice(1)) fresh.createObjectStore(name);
        },
        // A newer page in another tab waits for this one to let go.
        blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
      });
      return new RunDatabase(db, writer);
    } catch (error) {
      throw storageError(error);
    }
  }

  close(): void {
    this.#db.close();
  }

  /** All runs, the one worked on last first. */
  async list(): Promise<RunHeader[]> {
    const headers = await this.#db.getAll('runs').catch(rethrow);
    return headers.map(headerOf).sort((a, b) => b.updatedAt - a.updatedAt);
  }

  /** Everything of a run. Throws when it is not there. */
  async load(id: string): Promise<WholeRun> {
    const tx = this.#db.transaction(STORES, 'readonly');
    try {
      const [header, state, files, metrics, records, keys, states] = await Promise.all([
        tx.objectStore('runs').get(id),
        tx.objectStore('states').get([id, NEWEST]),
        tx.objectStore('files').get(id),
        tx.objectStore('metrics').getAll(all(id)),
        tx.objectStore('records').getAll(all(id)),
        tx.objectStore('states').getAllKeys(all(id)),
        tx.objectStore('states').getAll(all(id)),
      ]);
      if (!header || !state || !files) {
        throw new StorageError(
          'failed',
          'The run is no longer stored; it may have been deleted in another tab.',
        );
      }
      const kept = new Map(
        keys.flatMap(([, step], i) => (step === NEWEST ? [] : [[step, states[i]] as const])),
      );
      return { header: headerOf(header), metrics, records: records.map(unpackRecord), state, kept, files };
    } catch (error) {
      throw storageError(error);
    }
  }

  /** The scalars of all its steps, without the records; none when it is not stored. */
  async metrics(id: string): Promise<MetricsRow[]> {
    return this.#db.getAll('metrics', all(id)).catch(rethrow);
  }

  /**
   * Brings a run up to its newest state. Name, colour and pins stay as stored: the list edits them. Throws `taken`
   * when another tab has begun to save it.
   */
  async save(changes: RunChanges): Promise<RunHeader> {
    return this.#change(async (tx) => {
      const { id, step: newest } = changes.header;
      const metrics = tx.objectStore('metrics');
      const records = tx.objectStore('records');
      const states = tx.objectStore('states');
      const [before, recordKeys, stateKeys] = await Promise.all([
        tx.objectStore('runs').get(id),
        records.getAllKeys(all(id)),
        states.getAllKeys(all(id)),
      ]);
      if (before && before.writer !== this.#writer) {
        throw new StorageError('taken', 'Another tab goes on with this run.');
      }
      // What came before is gone, and half a run is worse than none.
      if (!before && !changes.files) throw new StorageError('taken', 'Another tab has deleted this run.');
      const recordSteps = stepsOf(
        recordKeys,
        changes.records.map(({ step }) => step),
      );
      const stateSteps = stepsOf(stateKeys, changes.kept.keys());
      const kept = changes.header.kept.filter(({ step }) => stateSteps.has(step));
      const listed = new Set([NEWEST, ...kept.map(({ step }) => step)]);
      const goneStates = [...stateSteps].filter((step) => !listed.has(step));
      const goneRecords = [...recordSteps].filter((step) => !changes.retained.has(step));
      const sizes = sizesOf(changes, before?.sizes);
      const recordCount = recordSteps.size - goneRecords.length;
      const header: StoredHeader = {
        ...changes.header,
        ...(before ? { name: before.name, colour: before.colour, pinned: before.pinned } : {}),
        kept,
        bytes: sizes.state + sizeOfKept(kept) + sizes.record * recordCount + sizes.files,
        writer: this.#writer,
        sizes,
      };
      // A run that went back has no later steps any more.
      write(metrics.delete(IDBKeyRange.bound([id, newest], [id, Infinity], true)));
      for (const row of changes.metrics) write(metrics.put(row, [id, row.step]));
      for (const record of changes.records) write(records.put(record, [id, record.step]));
      for (const step of goneRecords) write(records.delete([id, step]));
      for (const step of goneStates) write(states.delete([id, step]));
      for (const [step, state] of changes.kept) write(states.put(state, [id, step]));
      write(states.put(changes.state, [id, NEWEST]));
      if (changes.files) write(tx.objectStore('files').put(changes.files, id));
      write(tx.objectStore('runs').put(header));
      // From here on the browser brings it to an end even if the page goes.
      tx.commit();
      return headerOf(header);
    });
  }

  /** Stores a run that is not there yet; this tab is its writer. */
  async saveWhole({ header, metrics, records, state, kept, files }: WholeRun): Promise<RunHeader> {
    const retained = new Set(records.map(({ step }) => step));
    return this.save({ header, metrics, records: records.map(packRecord), retained, state, kept, files });
  }

  /** This tab goes on with a run; what another one saves of it from now on is refused. */
  async takeOver(id: string): Promise<void> {
    await this.#edit(id, (header) => ({ ...header, writer: this.#writer }));
  }

  /** Changes what the reader sets of a run; nothing when it is not stored. */
  async patch(id: string, change: Partial<Pick<RunHeader, 'name' | 'colour' | 'pinned'>>): Promise<void> {
    await this.#edit(id, (header) => ({ ...header, ...change }));
  }

  /** Deletes a checkpoint of a run; nothing when there is none after that step. */
  async removeCheckpoint(id: string, step: number): Promise<void> {
    await this.#change(async (tx) => {
      const header = await tx.objectStore('runs').get(id);
      const gone = header?.kept.find((one) => one.step === step);
      if (!header || !gone) return;
      await tx.objectStore('states').delete([id, step]);
      const kept = header.kept.filter((one) => one !== gone);
      await tx.objectStore('runs').put({ ...header, kept, bytes: header.bytes - gone.bytes });
    });
  }

  async remove(id: string): Promise<void> {
    await this.#change(async (tx) => {
      await tx.objectStore('runs').delete(id);
      await tx.objectStore('files').delete(id);
      for (const name of ['metrics', 'records', 'states'] as const)
        await tx.objectStore(name).delete(all(id));
    });
  }

  #edit(id: string, edit: (header: StoredHeader) => StoredHeader): Promise<void> {
    return this.#change(async (tx) => {
      const header = await tx.objectStore('runs').get(id);
      if (header) await tx.objectStore('runs').put(edit(header));
    });
  }

  /** One transaction over everything; an error leaves all as it was. */
  async #change<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      const tx = this.#db.transaction(STORES, 'readwrite');
      // Its outcome is asked for below; on an error of the work nobody else would hear of it.
      const done = tx.done.then(
        () => null,
        (error: unknown) => ({ error }),
      );
      try {
        const result = await work(tx);
        const failure = await done;
        if (failure) throw failure.error;
        return result;
      } catch (error) {
        abort(tx);
        await done;
        throw error;
      }
    } catch (error) {
      throw storageError(error);
    }
  }
}

/** The transaction's outcome tells whether a request of it went well. */
function write(request: Promise<unknown>): void {
  void request.catch(() => undefined);
}

/** An aborted transaction cannot be aborted again. */
function abort(tx: Pick<Transaction, 'abort'>): void {
  try {
    tx.abort();
  } catch {
    return;
  }
}

function headerOf({ writer: _, sizes: __, ...header }: StoredHeader): RunHeader {
  return header;
}

function rethrow(error: unknown): never {
  throw storageError(error);
}

function stepsOf(keys: readonly StepKey[], more: Iterable<number>): Set<number> {
  return new Set([...keys.map(([, step]) => step), ...more]);
}

/** Sizes as far as this save knows them, else those before it. */
function sizesOf(
  { state, records, files }: RunChanges,
  before?: StoredHeader['sizes'],
): StoredHeader['sizes'] {
  const newest = records.at(-1);
  return {
    state: sizeOfState(state),
    record: newest ? sizeOfRecord(newest) : (before?.record ?? 0),
    files: files
      ? Object.values(files).reduce((sum, { byteLength }) => sum + byteLength, 0)
      : (before?.files ?? 0),
  };
}

function sizeOfKept(kept: RunHeader['kept']): number {
  return kept.reduce((sum, { bytes }) => sum + bytes, 0);
}

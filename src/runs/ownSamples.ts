/**
 * The reader's own samples in IndexedDB, apart from the runs: a picture as its file's bytes and the texts of PeBR's
 * format. Errors are StorageErrors.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { storageError } from './storageError.ts';

const NAME = 'pebr-own-samples';
const VERSION = 1;

/** One gesture on the drawing pad, kept so that a drawing can be gone on with; `clear` wipes what was before. */
export type DrawnMark =
  | {
      readonly tool: 'brush' | 'eraser' | 'rectangle' | 'circle' | 'triangle';
      /** Name of one of the scenes' colours. */
      readonly colour: string;
      /** Width of the stroke, pixels of the picture. */
      readonly size: number;
      /** x0, y0, x1, y1, … in pixels of the picture; of a shape the first corner and the last. */
      readonly points: readonly number[];
    }
  | { readonly tool: 'clear' };

export interface OwnPicture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: 'png' | 'jpeg' | 'webp';
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** null: it was not drawn here. */
  readonly drawing: readonly DrawnMark[] | null;
}

/** What the reader gives. */
export interface OwnSampleFields {
  readonly problem: string;
  readonly answer: string;
  readonly key_words: readonly string[];
  readonly picture: OwnPicture;
}

export interface OwnSample extends OwnSampleFields {
  /** From 1; the sample's qid is `own-` and this. */
  readonly number: number;
}

interface Schema extends DBSchema {
  samples: { key: number; value: OwnSample };
}

export class OwnSampleDatabase {
  readonly #db: IDBPDatabase<Schema>;

  private constructor(db: IDBPDatabase<Schema>) {
    this.#db = db;
  }

  static async open(): Promise<OwnSampleDatabase> {
    try {
      const db = await openDB<Schema>(NAME, VERSION, {
        upgrade: (fresh) => void fresh.createObjectStore('samples', { keyPath: 'number' }),
        // A newer page in another tab waits for this one to let go.
        blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
      });
      return new OwnSampleDatabase(db);
    } catch (error) {
      throw storageError(error);
    }
  }

  /** All samples by number. */
  async list(): Promise<OwnSample[]> {
    try {
      return await this.#db.getAll('samples');
    } catch (error) {
      throw storageError(error);
    }
  }

  /**
   * Stores a sample, under the next free number when it has none, and with it those that could not be stored before:
   * all or nothing.
   */
  async save(
    fields: OwnSampleFields,
    number: number | null,
    unkept: readonly OwnSample[],
  ): Promise<OwnSample> {
    try {
      const tx = this.#db.transaction('samples', 'readwrite');
      const taken = [...(await tx.store.getAllKeys()), ...unkept.map((one) => one.number)];
      const sample = { ...fields, number: number ?? Math.max(0, ...taken) + 1 };
      const all = [...unkept.filter((one) => one.number !== sample.number), sample];
      await Promise.all([...all.map((one) => tx.store.put(one)), tx.done]);
      return sample;
    } catch (error) {
      throw storageError(error);
    }
  }

  async remove(number: number): Promise<void> {
    try {
      await this.#db.delete('samples', number);
    } catch (error) {
      throw storageError(error);
    }
  }
}

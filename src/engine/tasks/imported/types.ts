/** What an import starts from and what it finds wrong. */
import type { TaskSet } from '../types.ts';

/** A file that is read only when needed: dropped, picked, in a zip or on disk. */
export interface FileEntry {
  /** Relative to what was given, with `/` or `\`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  bytes(): Promise<Uint8Array>;
}

/** `record` counts from 0; null: the file as a whole. An error keeps its record out, a warning does not. */
export interface Problem {
  readonly level: 'error' | 'warning';
  readonly record: number | null;
  /** As far as it could be read. */
  readonly qid: string | null;
  readonly field: string | null;
  /** File, record counted from 1, qid, field: `set.json, record 3 (qid "a7"), images`. */
  readonly where: string;
  /** What, the value received, what to do. */
  readonly detail: string;
  /** `where: detail`, to print as it is. */
  readonly message: string;
}

export interface LoadOptions {
  /** Task set's name; the JSON's file name when absent. */
  readonly name?: string;
  /** Leave broken records out instead of refusing the whole set. */
  readonly skipBad?: boolean;
  /** Called as records are checked. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface LoadResult {
  /** null: nothing usable, or a broken record without `skipBad`. */
  readonly taskSet: TaskSet | null;
  readonly problems: readonly Problem[];
  /** Usable samples, records left out for errors, distinct image files that can be read. */
  readonly counts: { readonly samples: number; readonly skipped: number; readonly images: number };
}

/** Files → a task set and everything that is wrong with it. */
import { inspectImage, refuseLargeImage } from '../images/index.ts';
import type { ImageSource, Sample } from '../types.ts';
import { FileIndex, splitPath } from './fileIndex.ts';
import { findJson } from './findJson.ts';
import { ImageCache } from './imageCache.ts';
import { type Finding, problemOf, show } from './describe.ts';
import { decodeText, findJsonFault } from './parseJson.ts';
import { type RawRecord, readRecord } from './record.ts';
import { importedTaskSet } from './taskSet.ts';
import type { FileEntry, LoadOptions, LoadResult, Problem } from './types.ts';
import { readZip } from './zip.ts';

/** V8 holds no string much longer than twice this. */
const MAX_JSON_BYTES = 256_000_000;
const REST_EVERY_MS = 50;

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A lone zip stands for what is in it. */
async function unpack(files: readonly FileEntry[]): Promise<readonly FileEntry[]> {
  const [zip] = files;
  return files.length === 1 && zip && /\.zip$/i.test(zip.path) ? readZip(await zip.bytes(), zip.path) : files;
}

type Report = (finding: Finding, position?: string) => void;

/** The array's entries; throws, or reports where the JSON breaks and gives null. */
async function readEntries(json: FileEntry, report: Report): Promise<unknown[] | null> {
  if (json.size > MAX_JSON_BYTES) {
    throw new Error(`has ${Math.round(json.size / 1e6)} MB, the limit is ${MAX_JSON_BYTES / 1e6}; split it`);
  }
  const text = decodeText(await json.bytes());
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const fault = findJsonFault(text);
    if (!fault) throw new Error(`cannot be parsed (${reason(error)}); nest it less deeply`);
    const { line, column, record, message } = fault;
    report(
      { level: 'error', record, qid: null, field: null, detail: message },
      `line ${line}, column ${column}`,
    );
    return null;
  }
  if (!Array.isArray(value)) {
    throw new Error(`holds ${show(value)}; it must hold an array of records, [{"qid": …}, …]`);
  }
  if (value.length === 0) throw new Error('holds an empty array; it needs at least one record, [{"qid": …}]');
  // Array.isArray leaves any[].
  return value as unknown[];
}

/** Resolves images and looks at each file's header once, however many records share it. */
class ImageChecker {
  readonly #index: FileIndex;
  readonly #folder: readonly string[];
  readonly #cache = new ImageCache();
  /** What is wrong with a file; null: nothing. */
  readonly #verdicts = new Map<FileEntry, string | null>();

  constructor(index: FileIndex, json: FileEntry) {
    this.#index = index;
    this.#folder = splitPath(json.path).slice(0, -1);
  }

  /** Throws when the file is not there or is no image we can read. */
  async source(path: string): Promise<ImageSource> {
    const file = this.#index.resolve(path, this.#folder);
    let verdict = this.#verdicts.get(file);
    if (verdict === undefined) {
      verdict = await this.#inspect(file);
      this.#verdicts.set(file, verdict);
    }
    if (verdict !== null) throw new Error(verdict);
    return { path, load: () => this.#cache.load(file), encoded: () => file.bytes() };
  }

  /** Distinct files that can be read. */
  get readable(): number {
    return [...this.#verdicts.values()].filter((verdict) => verdict === null).length;
  }

  async #inspect(file: FileEntry): Promise<string | null> {
    try {
      refuseLargeImage(file.size, file.path);
    } catch (error) {
      return reason(error);
    }
    let bytes: Uint8Array;
    try {
      bytes = await file.bytes();
    } catch (error) {
      return `${show(file.path)} could not be read (${reason(error)}); check the file`;
    }
    try {
      inspectImage(bytes, file.path);
      return null;
    } catch (error) {
      return reason(error);
    }
  }
}

/** A record's sample; null when an image is wrong (reported). */
async function readSample(record: RawRecord, images: ImageChecker, report: Report): Promise<Sample | null> {
  const sources: ImageSource[] = [];
  for (const path of record.images) {
    try {
      sources.push(await images.source(path));
    } catch (error) {
      const { index, qid } = record;
      report({ level: 'error', record: index, qid, field: 'images', detail: reason(error) });
    }
  }
  if (sources.length < record.images.length) return null;
  const { qid, problem, answer, key_words } = record;
  return { qid, problem, answer, key_words, images: sources, kind: 'imported' };
}

async function readSamples(
  entries: readonly unknown[],
  images: ImageChecker,
  report: Report,
  onProgress: LoadOptions['onProgress'],
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const first = new Map<string, number>();
  let rested = performance.now();
  for (const [index, entry] of entries.entries()) {
    const record = readRecord(entry, index, report);
    if (record) {
      const { qid } = record;
      const earlier = first.get(qid);
      if (earlier === undefined) {
        first.set(qid, index);
        const sample = await readSample(record, images, report);
        if (sample) samples.push(sample);
      } else {
        const detail = `is ${show(qid)}, as in record ${earlier + 1}; give every record its own`;
        report({ level: 'error', record: index, qid, field: 'qid', detail });
      }
    }
    onProgress?.(index + 1, entries.length);
    if (performance.now() - rested > REST_EVERY_MS) {
      // Files in memory resolve without a macrotask: without this a worker could send no progress.
      await new Promise((resolve) => setTimeout(resolve));
      rested = performance.now();
    }
  }
  return samples;
}

/**
 * Reads a data set in PeBR's format: an array of {qid, problem, answer, images, key_words} and the image files it
 * names. Every record is checked, every image file's header looked at; pixels are decoded when a sample's image is
 * loaded (the recently used ones are kept). A lone .zip is unpacked. Never throws: what is wrong is in `problems`.
 * From 20 records on about a tenth is held out, by qid; the rest is the train part.
 */
export async function loadTaskSet(
  files: readonly FileEntry[],
  options: LoadOptions = {},
): Promise<LoadResult> {
  const problems: Problem[] = [];
  let path: string | null = null;
  const report: Report = (finding, position) => void problems.push(problemOf(path, finding, position));
  const nothing = { taskSet: null, problems, counts: { samples: 0, skipped: 0, images: 0 } };
  try {
    const unpacked = await unpack(files);
    const json = await findJson(unpacked);
    path = json.path;
    const entries = await readEntries(json, report);
    if (!entries) return nothing;
    const images = new ImageChecker(new FileIndex(unpacked), json);
    const samples = await readSamples(entries, images, report, options.onProgress);
    const skipped = entries.length - samples.length;
    const usable = samples.length > 0 && (skipped === 0 || options.skipBad === true);
    const name = options.name ?? (splitPath(path).at(-1) ?? '').replace(/\.json$/i, '');
    return {
      taskSet: usable ? importedTaskSet(name, samples) : null,
      problems,
      counts: { samples: samples.length, skipped, images: images.readable },
    };
  } catch (error) {
    report({ level: 'error', record: null, qid: null, field: null, detail: reason(error) });
    return nothing;
  }
}

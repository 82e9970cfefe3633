/**
 * A run as one zip: run.json, metrics.csv, rollouts.jsonl, checkpoint/ in Hugging Face layout, and what only training
 * on needs under state/ and kept/. What was exported is imported as it was; the same run gives the same bytes.
 */
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { readSafetensors } from '../engine/model/safetensors.ts';
import { readZip } from '../engine/tasks/imported/zip.ts';
import type { SavedState } from '../worker/protocol.ts';
import { readMetrics, writeMetrics } from './metricsCsv.ts';
import { readRecords, writeRecord } from './rolloutLines.ts';
import { readRunJson, writeRunJson } from './runJson.ts';
import { sizeOfState, withScores, type WholeRun } from './types.ts';

const RUN = 'run.json';
const METRICS = 'metrics.csv';
const ROLLOUTS = 'rollouts.jsonl';
const CHECKPOINT = 'checkpoint/';
const WEIGHTS = 'model.safetensors';
const TRAINER = 'trainer.safetensors';
/** A checkpoint's files besides its weights. */
const TEXTS = [
  'config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
];
/** More than any run of this page; a small file that unpacks to it is made to do harm. */
const MOST_BYTES = 1_500_000_000;
const LEVEL = 6;
/** No clock in the file: the same run gives the same bytes. Zip knows no earlier time. */
const TIME = new Date(1980, 0, 1);

type Bytes = Uint8Array<ArrayBuffer>;

/** The zip in pieces. Gives way to the page after every record; `onProgress` is told the share that is done. */
export async function exportRun(
  run: WholeRun,
  onProgress: (share: number) => void = () => {},
): Promise<Bytes[]> {
  const parts: Bytes[] = [];
  const zip = new Zip((error, part) => {
    if (error) throw error;
    parts.push(part);
  });
  const encoder = new TextEncoder();
  const begin = (path: string, isText: boolean): ZipDeflate | ZipPassThrough => {
    const file = isText ? new ZipDeflate(path, { level: LEVEL }) : new ZipPassThrough(path);
    file.mtime = TIME;
    zip.add(file);
    return file;
  };
  const add = (path: string, content: string | Bytes): void => {
    const isText = typeof content === 'string';
    begin(path, isText || path.endsWith('.json')).push(isText ? encoder.encode(content) : content, true);
  };
  add(RUN, writeRunJson(run));
  add(METRICS, writeMetrics(run.metrics));
  const rollouts = begin(ROLLOUTS, true);
  for (const [i, record] of run.records.entries()) {
    rollouts.push(encoder.encode(writeRecord(record)));
    onProgress((i + 1) / run.records.length);
    await new Promise((resolve) => setTimeout(resolve));
  }
  rollouts.push(new Uint8Array(), true);
  for (const name of TEXTS) if (run.files[name]) add(CHECKPOINT + name, run.files[name]);
  add(CHECKPOINT + WEIGHTS, run.state.parameters);
  add(`state/${TRAINER}`, run.state.trainer);
  for (const [step, state] of [...run.kept].sort(([a], [b]) => a - b)) {
    add(`kept/${step}/${WEIGHTS}`, state.parameters);
    add(`kept/${step}/${TRAINER}`, state.trainer);
  }
  zip.end();
  return parts;
}

/**
 * Reads an exported run under a new id. Throws, naming the file inside and what to do, on anything else: no zip, damage,
 * too much, a path that leads out, a newer version, bad JSON, tensors that do not fit their file.
 */
export async function importRun(bytes: Uint8Array, name: string, id: string): Promise<WholeRun> {
  const entries = readZip(bytes, name);
  const within = (path: string, what: unknown): Error =>
    new Error(`“${name}”, ${path}: ${what instanceof Error ? what.message : String(what)}.`, { cause: what });
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (total > MOST_BYTES) {
    throw new Error(
      `“${name}” unpacks to ${Math.round(total / 1e6)} MB; a run takes at most ${MOST_BYTES / 1e6}.`,
    );
  }
  const files = new Map(entries.map((entry) => [entry.path, entry]));
  if (!files.has(RUN)) throw new Error(`“${name}” holds no ${RUN}: it is no run that this page exported.`);
  const bytesOf = async (path: string): Promise<Bytes> => {
    const entry = files.get(path);
    if (!entry) throw within(path, 'missing; export the run again');
    // A copy: an archive's stored entries share its buffer.
    return new Uint8Array(await entry.bytes());
  };
  /** Reads a file with what can throw about it. */
  const read = async <T>(path: string, parse: (content: string) => T): Promise<T> => {
    const content = await bytesOf(path);
    try {
      return parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
    } catch (cause) {
      throw within(path, cause);
    }
  };
  const tensorsOf = async (path: string): Promise<Bytes> => {
    const content = await bytesOf(path);
    try {
      readSafetensors(content);
    } catch (cause) {
      throw within(path, cause);
    }
    return content;
  };

  const { header, progress, kept } = await read(RUN, readRunJson);
  const known = knownPaths(header.kept.map(({ step }) => step));
  const stranger = entries.find(({ path }) => !known.has(path));
  if (stranger) throw within(stranger.path, 'no file of a run; export the run again');
  const metrics = await read(METRICS, readMetrics);
  const last = metrics.at(-1)?.step ?? 0;
  if (last > progress.step)
    throw within(METRICS, `step ${last} comes after the run’s ${progress.step} steps`);
  const stateOf = async (
    folder: string,
    trainer: string,
    at: SavedState['progress'],
  ): Promise<SavedState> => ({
    progress: at,
    parameters: await tensorsOf(folder + WEIGHTS),
    trainer: await tensorsOf(trainer + TRAINER),
  });
  const states = new Map<number, SavedState>();
  for (const at of kept) {
    states.set(at.step, await stateOf(`kept/${at.step}/`, `kept/${at.step}/`, at));
  }
  const texts: [string, Bytes][] = [];
  for (const text of TEXTS) {
    if (!files.has(CHECKPOINT + text)) continue;
    await read(CHECKPOINT + text, JSON.parse);
    texts.push([text, await bytesOf(CHECKPOINT + text)]);
  }
  return {
    header: {
      ...header,
      id,
      best: withScores({}, metrics),
      kept: header.kept.map((one) => ({ ...one, bytes: sizeOfState(states.get(one.step)!) })),
      bytes: 0,
    },
    metrics,
    records: await read(ROLLOUTS, (content) => readRecords(content, metrics)),
    state: await stateOf(CHECKPOINT, 'state/', progress),
    kept: states,
    files: Object.fromEntries(texts),
  };
}

function knownPaths(kept: readonly number[]): ReadonlySet<string> {
  return new Set([
    RUN,
    METRICS,
    ROLLOUTS,
    ...[...TEXTS, WEIGHTS].map((file) => CHECKPOINT + file),
    `state/${TRAINER}`,
    ...kept.flatMap((step) => [`kept/${step}/${WEIGHTS}`, `kept/${step}/${TRAINER}`]),
  ]);
}

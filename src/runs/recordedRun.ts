/** The file of a recorded run: gzip of JSON, in which float32 log-probs stand as the shortest text that gives them back. */
import { gunzipSync, gzipSync, strFromU8, strToU8 } from 'fflate';
import type { StageChange, StepRecord, TrainConfig } from '../engine/rl/types.ts';
import { FLOAT_LISTS, shortest } from './json.ts';

export const RECORDED_RUN_VERSION = 1;

export interface RecordedRun {
  readonly version: typeof RECORDED_RUN_VERSION;
  readonly name: string;
  readonly label: string;
  /** Folder name of the checkpoint it started from. */
  readonly checkpoint: string;
  /** What made it: the experiment's name and its config's SHA-256. */
  readonly experiment: { readonly name: string; readonly sha256: string };
  readonly config: TrainConfig;
  readonly stageChanges: readonly Pick<StageChange, 'atStep' | 'from' | 'to'>[];
  /** Metrics of every step under their TRL names. */
  readonly metrics: readonly (Readonly<Record<string, number>> & { readonly step: number })[];
  /** Full records of chosen steps, in order. */
  readonly records: readonly StepRecord[];
}

const FLOAT32: ReadonlySet<string> = new Set(FLOAT_LISTS);
const GZIP_LEVEL = 9;

export function encodeRecordedRun(run: RecordedRun): Uint8Array {
  const json = JSON.stringify(run, (key, value: unknown) =>
    FLOAT32.has(key) && Array.isArray(value) ? (value as number[]).map(float32) : value,
  );
  // A fixed time, so that the same run gives the same bytes.
  return gzipSync(strToU8(json), { level: GZIP_LEVEL, mtime: '1980-01-01' });
}

/** Throws, saying what is wrong, when the bytes are no recorded run of this version. */
export function decodeRecordedRun(bytes: Uint8Array): RecordedRun {
  let value: Partial<RecordedRun> | null;
  try {
    value = JSON.parse(strFromU8(gunzipSync(bytes)), (key, parsed: unknown) =>
      FLOAT32.has(key) && Array.isArray(parsed) ? (parsed as number[]).map(Math.fround) : parsed,
    ) as Partial<RecordedRun> | null;
  } catch (cause) {
    throw new Error(
      `The recorded run is damaged: ${cause instanceof Error ? cause.message : String(cause)}.`,
    );
  }
  if (value?.version !== RECORDED_RUN_VERSION) {
    throw new Error(
      `The recorded run has version ${JSON.stringify(value?.version)}; this page reads ${RECORDED_RUN_VERSION}. Load the page again.`,
    );
  }
  if (!Array.isArray(value.metrics) || !Array.isArray(value.records)) {
    throw new Error('The recorded run has no metrics or no records.');
  }
  return value as RecordedRun; // shipped with the page; its version says its shape
}

/** The shortest text's number. Throws on one that is no float32. */
function float32(value: number): number {
  if (Math.fround(value) !== value)
    throw new RangeError(`${value} is no float32; a log-prob of a backend is.`);
  return shortest(value);
}

/** A split on disk, as `sample` writes it: split.json (what made it) beside passes.jsonl (a line a question). */
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import type { SplitEntry, SplitRecord } from '../engine/rl/types.ts';
import { DataError } from './errors.ts';
import { readJson } from './parts.ts';

/** Reads a split folder. Throws DataError naming file and line. */
export async function readSplit(folder: string): Promise<SplitRecord> {
  const about = (await readJson(join(folder, 'split.json'))) as Omit<SplitRecord, 'entries'> & {
    complete?: boolean;
  };
  if (about.complete === false)
    throw new DataError(`${folder} is not finished; run \`sample … --resume\` first.`);
  const path = join(folder, 'passes.jsonl');
  const text = await readFile(path, 'utf8').catch(() => {
    throw new DataError(`${path} cannot be read; is ${folder} a folder made by \`sample\`?`);
  });
  const entries = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index): SplitEntry => {
      let entry: Partial<SplitEntry>;
      try {
        entry = JSON.parse(line) as Partial<SplitEntry>;
      } catch {
        throw new DataError(`${path} line ${index + 1} is not JSON: ${line.slice(0, 60)}`);
      }
      const { qid, correct, n } = entry;
      if (typeof qid !== 'string' || typeof correct !== 'number' || typeof n !== 'number') {
        throw new DataError(`${path} line ${index + 1} needs qid, correct and n; got ${line.slice(0, 80)}`);
      }
      return { qid, correct, n };
    });
  return { ...about, entries };
}

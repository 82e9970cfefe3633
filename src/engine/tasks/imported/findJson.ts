/** Which of the files is the data set. */
import { show } from './describe.ts';
import { splitPath } from './fileIndex.ts';
import { decodeText } from './parseJson.ts';
import type { FileEntry } from './types.ts';

/** The released PeBR-R1 data set's file, beside `pebr_grpo_images/`. */
const RELEASED = 'pebr_grpo_dataset.json';
const MAX_CANDIDATES = 50;
const SHAPE =
  'a JSON array of {"qid", "problem", "answer", "images", "key_words"}, with the images beside it';

function isJson(file: FileEntry): boolean {
  const name = splitPath(file.path).at(-1) ?? '';
  return /\.json$/i.test(name) && !name.startsWith('.');
}

/** Does it hold an array of something like records? Broken JSON is not what we look for among several. */
async function holdsRecords(file: FileEntry): Promise<boolean> {
  try {
    const value: unknown = JSON.parse(decodeText(await file.bytes()));
    const first: unknown = Array.isArray(value) ? value[0] : null;
    return typeof first === 'object' && first !== null && ('qid' in first || 'problem' in first);
  } catch {
    return false;
  }
}

function list(files: readonly FileEntry[]): string {
  return (
    files
      .slice(0, 5)
      .map((file) => show(file.path))
      .join(', ') + (files.length > 5 ? ', …' : '')
  );
}

/** The released name, else the only JSON, else the only one that holds records; throws when unclear. */
export async function findJson(files: readonly FileEntry[]): Promise<FileEntry> {
  const candidates = files.filter(isJson);
  const released = candidates.filter((file) => splitPath(file.path).at(-1) === RELEASED);
  if (released.length === 1) return released[0];
  if (candidates.length === 1) return candidates[0];
  if (candidates.length === 0) {
    const got = files.length === 0 ? 'no files' : `${files.length} (${list(files)})`;
    throw new Error(`there is no .json among the files given: ${got}; add the data set, ${SHAPE}`);
  }
  const sets: FileEntry[] = [];
  for (const file of candidates.slice(0, MAX_CANDIDATES)) if (await holdsRecords(file)) sets.push(file);
  if (sets.length === 1) return sets[0];
  if (sets.length === 0)
    throw new Error(`none of the JSON files (${list(candidates)}) holds records; a data set is ${SHAPE}`);
  throw new Error(
    `there are several data sets: ${list(sets)}; name one of them, or give only one with its images`,
  );
}

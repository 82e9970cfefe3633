/** A data set in PeBR's format as own samples, by the import's own reader; loaded when it is wanted. */
import { inspectImage, refuseLargeImage } from '../engine/tasks/images/inspect.ts';
import { loadTaskSet } from '../engine/tasks/imported/index.ts';
import type { Sample } from '../engine/tasks/types.ts';
import type { OwnPicture, OwnSampleFields } from './ownSamples.ts';

/** A sample on its way into the list. */
export interface ReadOwnSample extends OwnSampleFields {
  readonly qid: string;
}

export interface ReadOwnSet {
  readonly samples: readonly ReadOwnSample[];
  /** What kept records out, as the import words it. */
  readonly problems: readonly string[];
}

/** Never throws: what is wrong is in `problems`, and the good records are read all the same. */
export async function readOwnSet(
  files: readonly File[],
  decode: Decode = browserDecode,
): Promise<ReadOwnSet> {
  const entries = files.map((file) => ({
    path: file.webkitRelativePath || file.name,
    size: file.size,
    bytes: async () => new Uint8Array(await file.arrayBuffer()),
  }));
  const { taskSet, problems: found } = await loadTaskSet(entries, { skipBad: true });
  const problems = found.map(({ message }) => message);
  const samples: ReadOwnSample[] = [];
  for (const part of ['train', 'heldout'] as const) {
    for (let at = 0; at < (taskSet?.size(part) ?? 0); at++) {
      const sample = taskSet?.sample(part, at);
      if (!sample) continue;
      const { qid, problem, answer, key_words } = sample;
      try {
        samples.push({ qid, problem, answer, key_words, picture: await pictureOf(sample, decode) });
      } catch (error) {
        problems.push(`${qid}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return { samples, problems };
}

async function pictureOf({ images }: Sample, decode: Decode): Promise<OwnPicture> {
  const [image, ...others] = images;
  if (others.length > 0)
    throw new Error(`has ${images.length} pictures and an own sample has one; train on it as a set instead`);
  const bytes = await image.encoded?.();
  if (!bytes) throw new Error('has no picture file; give a PNG, JPEG or WebP');
  return readPicture(new File([new Uint8Array(bytes)], image.path), decode);
}

/** Decodes for a look at the data only; rejects on damage. */
export type Decode = (bytes: Uint8Array<ArrayBuffer>, name: string) => Promise<unknown>;

/** A picture file as it is. Throws `image "name" …`, with what to do, as the import does. */
export async function readPicture(file: File, decode: Decode = browserDecode): Promise<OwnPicture> {
  refuseLargeImage(file.size, file.name);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { format, width, height } = inspectImage(bytes, file.name);
  await decode(bytes, file.name);
  return { bytes, format, width, height, drawing: null };
}

/** The browser's decoder works beside the page; the import's own would hold it up. */
async function browserDecode(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<void> {
  try {
    (await createImageBitmap(new Blob([bytes]))).close();
  } catch {
    throw new Error(`image ${JSON.stringify(name)} cannot be decoded: its data is damaged; save it again`);
  }
}

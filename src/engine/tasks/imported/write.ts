/** Samples → files in PeBR's data-set format. */
import { encodePng } from '../images/index.ts';
import type { ImageSource, Sample } from '../types.ts';

/** A file name that every file system takes, from a qid. */
function fileStem(qid: string): string {
  return (
    qid
      .replace(/[^A-Za-z0-9._-]+/g, '_')
      .replace(/^\.+/, '')
      .slice(0, 80) || 'image'
  );
}

/**
 * JSON files (by name) that share one `images/` folder of PNGs, as path → bytes. An image source used by several
 * samples is written once. Reading them back gives the same fields and pixels.
 */
export async function writeTaskSetFiles(
  sets: Readonly<Record<string, readonly Sample[]>>,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const written = new Map<ImageSource, string>();
  /** Lower-cased: some file systems do not tell capitals apart. */
  const taken = new Set<string>();

  const writeImage = async (source: ImageSource, qid: string): Promise<string> => {
    const known = written.get(source);
    if (known !== undefined) return known;
    const stem = fileStem(qid);
    let name = `${stem}.png`;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${stem}-${i}.png`;
    taken.add(name.toLowerCase());
    const path = `images/${name}`;
    written.set(source, path);
    files.set(path, await encodePng(await source.load()));
    return path;
  };

  for (const [file, samples] of Object.entries(sets)) {
    const records: Record<string, unknown>[] = [];
    for (const { qid, problem, answer, key_words, images } of samples) {
      const paths: string[] = [];
      for (const source of images) paths.push(await writeImage(source, qid));
      records.push({ qid, problem, answer, images: paths, key_words });
    }
    files.set(file, new TextEncoder().encode(`${JSON.stringify(records, null, 2)}\n`));
  }
  return files;
}

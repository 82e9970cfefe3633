/** Files written whole or not at all, and progress that only a terminal sees. */
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes aside, then renames: a reader never sees half a file. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.partial`;
  await writeFile(aside, content);
  await rename(aside, path);
}

/** Writes a folder of files aside, then puts it in the place of the old one. */
export async function writeFolder(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const aside = `${path}.partial`;
  await rm(aside, { recursive: true, force: true });
  for (const [name, bytes] of files) await writeWhole(join(aside, name), bytes);
  const old = `${path}.old`;
  await rm(old, { recursive: true, force: true });
  await rename(path, old).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  await rename(aside, path);
  await rm(old, { recursive: true, force: true });
}

/** A file's bytes, or null when there is none. */
export async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

/** One JSON value a line. */
export async function appendLine(path: string, value: unknown): Promise<void> {
  await appendFile(path, `${JSON.stringify(value)}\n`);
}

/** The first `count` lines of a file, in place; used when a run goes on from an earlier state. */
export async function keepLines(path: string, count: number): Promise<void> {
  const bytes = await readIfThere(path);
  if (!bytes) return;
  const lines = new TextDecoder().decode(bytes).split('\n').slice(0, count);
  await writeWhole(path, lines.map((line) => `${line}\n`).join(''));
}

/** A line about what goes on, for people. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Progress with a time to go, redrawn in place on a terminal and silent in a pipe. */
export class Progress {
  readonly #started = performance.now();
  readonly #label: string;
  #initial: number | null = null;
  constructor(label: string) {
    this.#label = label;
  }
  update(done: number, total: number, note = ''): void {
    if (!process.stderr.isTTY) return;
    this.#initial ??= done;
    const seconds = (performance.now() - this.#started) / 1000;
    const moved = done - this.#initial;
    const left = moved > 0 ? `${Math.round((seconds / moved) * (total - done))} s left` : '';
    process.stderr.write(`\r\x1b[K${this.#label} ${done}/${total} ${left} ${note}`);
  }
  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  }
}

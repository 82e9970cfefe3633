/** Finds the file a data set means by a path, among the files that were given and nowhere else. */
import { show } from './describe.ts';
import type { FileEntry } from './types.ts';

/** Parts of a path: `/` and `\` alike, composed accents (zips made on a Mac decompose them), no empty or `.` parts. */
export function splitPath(path: string): string[] {
  return path
    .normalize('NFC')
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.');
}

export class FileIndex {
  readonly #byPath = new Map<string, FileEntry>();
  readonly #byName = new Map<string, string[]>();

  constructor(files: readonly FileEntry[]) {
    for (const file of files) {
      const parts = splitPath(file.path);
      const path = parts.join('/');
      const name = parts.at(-1);
      if (name === undefined || this.#byPath.has(path)) continue;
      this.#byPath.set(path, file);
      const same = this.#byName.get(name);
      if (same) same.push(path);
      else this.#byName.set(name, [path]);
    }
  }

  /** The file at exactly this path, if it was given. */
  at(path: string): FileEntry | undefined {
    return this.#byPath.get(splitPath(path).join('/'));
  }

  /**
   * A path as written in a JSON in `folder`: relative to it, else the only file whose path ends in it, else the only
   * one of that name. Throws on URLs, absolute paths, paths that lead out, and when none or several files fit.
   */
  resolve(path: string, folder: readonly string[]): FileEntry {
    const shown = show(path);
    if (/^([a-z][a-z0-9+.-]*:\/\/|(data|blob|file|https?):)/i.test(path)) {
      throw new Error(
        `${shown} is a URL; images are files beside the JSON, URLs are not fetched: download it and name the file`,
      );
    }
    if (/^([/\\]|[a-z]:)/i.test(path)) {
      throw new Error(`${shown} is an absolute path; write it relative to the JSON, e.g. "images/1.png"`);
    }
    const parts = splitPath(path);
    const name = parts.at(-1);
    if (name === undefined) throw new Error(`${shown} names no file; write e.g. "images/1.png"`);
    const resolved = [...folder];
    for (const part of parts) {
      if (part !== '..') resolved.push(part);
      else if (resolved.pop() === undefined) {
        throw new Error(
          `${shown} leads out of the data set's folder; put the file beside the JSON and name it there`,
        );
      }
    }
    const exact = this.#byPath.get(resolved.join('/'));
    if (exact) return exact;
    const named = this.#byName.get(name) ?? [];
    const ending = `/${parts.filter((part) => part !== '..').join('/')}`;
    const fitting = named.filter((candidate) => `/${candidate}`.endsWith(ending));
    const found = fitting.length > 0 ? fitting : named;
    if (found.length === 1) return this.#byPath.get(found[0])!;
    if (found.length === 0) throw new Error(this.#missing(shown, name));
    const list = found.slice(0, 3).map(show).join(', ');
    throw new Error(
      `${shown} could be any of ${found.length} files (${list}${found.length > 3 ? ', …' : ''}); write more of its path`,
    );
  }

  #missing(shown: string, name: string): string {
    for (const known of this.#byName.keys()) {
      if (known.toLowerCase() === name.toLowerCase()) {
        return `${shown} is missing, but there is ${show(known)}; write capitals as the file has them`;
      }
    }
    const count = this.#byPath.size === 1 ? '1 file' : `${this.#byPath.size} files`;
    return `${shown} is missing among the ${count} given; add the file or correct the path`;
  }
}

/** Data sets on disk, for the terminal. Never imported by the page. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileEntry } from './types.ts';
import { readZip } from './zip.ts';

const MAX_FILES = 200_000;

/** All files below a folder, hidden ones and node_modules left out; links are followed, each folder once. */
async function walk(root: string): Promise<FileEntry[]> {
  const files: FileEntry[] = [];
  const seen = new Set<string>();
  const folders = [''];
  for (const folder of folders) {
    const { dev, ino } = await stat(join(root, folder));
    if (seen.has(`${dev}:${ino}`)) continue;
    seen.add(`${dev}:${ino}`);
    for (const name of (await readdir(join(root, folder))).sort()) {
      if (name.startsWith('.') || name === 'node_modules') continue;
      const path = folder === '' ? name : `${folder}/${name}`;
      const full = join(root, path);
      // A dangling link or a file that has just gone is as good as missing, and is reported if a record names it.
      const info = await stat(full).catch(() => null);
      if (info?.isDirectory()) folders.push(path);
      if (!info?.isFile()) continue;
      if (files.length === MAX_FILES) {
        throw new Error(
          `${root} holds more than ${MAX_FILES} files; move the data set into a folder of its own`,
        );
      }
      files.push({ path, size: info.size, bytes: async () => new Uint8Array(await readFile(full)) });
    }
  }
  return files;
}

/**
 * Files of a folder, of a .zip, or a .json with everything beside it but other .json files. Read when needed;
 * throws, with the path, when it is none of these.
 */
export async function filesFromDisk(path: string): Promise<FileEntry[]> {
  const info = await stat(path).catch(() => null);
  if (!info) throw new Error(`${path} does not exist; give a .json, a .zip or a folder`);
  if (info.isDirectory()) return walk(path);
  if (/\.zip$/i.test(path)) return readZip(new Uint8Array(await readFile(path)), path);
  if (!/\.json$/i.test(path)) throw new Error(`${path} is no data set; give a .json, a .zip or a folder`);
  const files = await walk(dirname(path));
  return files.filter((file) => file.path === basename(path) || !/\.json$/i.test(file.path));
}

/** Zip archives, read entry by entry and without trust. Source: PKWARE APPNOTE 6.3.10. */
import { inflateSync } from 'fflate';
import { crc32 } from '../images/crc32.ts';
import { show } from './describe.ts';
import { splitPath } from './fileIndex.ts';
import type { FileEntry } from './types.ts';

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_SIZE = 22;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;

export const MAX_ENTRIES = 100_000;
export const MAX_ENTRY_BYTES = 256_000_000;
export const MAX_TOTAL_BYTES = 4_000_000_000;

interface Entry {
  readonly path: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly size: number;
  readonly offset: number;
}

/** Position of the end record: the last one whose comment fits the file. */
function findEnd(view: DataView): number {
  for (let at = view.byteLength - END_SIZE; at >= Math.max(0, view.byteLength - END_SIZE - 0xffff); at--) {
    if (view.getUint32(at, true) === END && at + END_SIZE + view.getUint16(at + 20, true) <= view.byteLength)
      return at;
  }
  throw new Error('is no zip archive or was cut short: its directory is missing; pack or download it again');
}

/** Names are UTF-8 in any recent tool, whatever the flag says; older ones are read byte by byte. */
function decodeName(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return String.fromCharCode(...bytes);
  }
}

function readEntry(bytes: Uint8Array, view: DataView, at: number): { entry: Entry; next: number } {
  if (at + CENTRAL_SIZE > bytes.length || view.getUint32(at, true) !== CENTRAL) {
    throw new Error(`is damaged: no directory entry at byte ${at}; pack or download it again`);
  }
  const nameEnd = at + CENTRAL_SIZE + view.getUint16(at + 28, true);
  const entry = {
    path: decodeName(bytes.subarray(at + CENTRAL_SIZE, nameEnd)),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    compressed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
  return { entry, next: nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true) };
}

/** Directories and what a Mac adds. */
function isIgnored(path: string): boolean {
  return path.endsWith('/') || splitPath(path).some((part) => part === '__MACOSX' || part === '.DS_Store');
}

/** Refuses what could not be unpacked, or should not. */
function check({ path, flags, method, size }: Entry): void {
  const shown = show(path);
  if (splitPath(path).includes('..') || /^([/\\]|[a-z]:)/i.test(path)) {
    throw new Error(
      `holds ${shown}, a path that leads out of the archive; pack it again with relative paths`,
    );
  }
  if (flags & 1) throw new Error(`holds ${shown}, which is encrypted; pack it again without a password`);
  if (method !== 0 && method !== 8) {
    throw new Error(`holds ${shown}, packed by method ${method}; pack it again with the usual deflate`);
  }
  if (size > MAX_ENTRY_BYTES) {
    throw new Error(
      `holds ${shown} of ${Math.round(size / 1e6)} MB, the limit is ${MAX_ENTRY_BYTES / 1e6} a file`,
    );
  }
}

/** Unpacks one entry; never more than the size it announced. */
function unpack(
  bytes: Uint8Array,
  view: DataView,
  { path, method, crc, compressed, size, offset }: Entry,
): Uint8Array {
  const damaged = new Error(`zip entry ${show(path)} is damaged; pack or download the archive again`);
  if (offset + LOCAL_SIZE > bytes.length || view.getUint32(offset, true) !== LOCAL) throw damaged;
  const start = offset + LOCAL_SIZE + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const packed = bytes.subarray(start, start + compressed);
  let data: Uint8Array;
  try {
    data = method === 0 ? packed.slice() : inflateSync(packed, { out: new Uint8Array(size) });
  } catch {
    throw damaged;
  }
  if (packed.length !== compressed || data.length !== size || crc32(data) !== crc) throw damaged;
  return data;
}

/**
 * Files of a zip archive, folders flattened into paths; each is inflated when it is read. Throws
 * `zip "path" …`, with what to do: no zip, damage, encryption, zip64, too many or too large entries, paths that lead out.
 */
export function readZip(bytes: Uint8Array, archive: string): FileEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const end = findEnd(view);
    const count = view.getUint16(end + 10, true);
    let at = view.getUint32(end + 16, true);
    if (count === 0xffff || at === 0xffffffff) {
      throw new Error('is a zip64 archive (65 535 files or 4 GB and more); give the unpacked folder instead');
    }
    if (count > MAX_ENTRIES) throw new Error(`holds ${count} entries, the limit is ${MAX_ENTRIES}; split it`);
    const files: FileEntry[] = [];
    let total = 0;
    for (let i = 0; i < count; i++) {
      const { entry, next } = readEntry(bytes, view, at);
      at = next;
      if (isIgnored(entry.path)) continue;
      check(entry);
      total += entry.size;
      if (total > MAX_TOTAL_BYTES) {
        throw new Error(
          `unpacks to more than ${MAX_TOTAL_BYTES / 1e9} GB; split it, or give the unpacked folder`,
        );
      }
      // Async, so that a damaged entry is a rejection like any unreadable file.
      files.push({ path: entry.path, size: entry.size, bytes: async () => unpack(bytes, view, entry) });
    }
    return files;
  } catch (error) {
    throw new Error(`zip ${show(archive)} ${error instanceof Error ? error.message : String(error)}`);
  }
}

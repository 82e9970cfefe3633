/** Files in memory, for the tests of this folder. */
import type { FileEntry } from './types.ts';

/** Texts are written as UTF-8, other values than bytes as JSON. */
export function memoryFiles(contents: Readonly<Record<string, unknown>>): FileEntry[] {
  return Object.entries(contents).map(([path, content]) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(text);
    return { path, size: bytes.length, bytes: () => Promise.resolve(bytes) };
  });
}

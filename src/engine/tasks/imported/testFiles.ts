/** Files in memory, for the tests of this folder. */
import { readFileSync } from 'node:fs';
import type { FileEntry } from './types.ts';

const fixtures = new URL('../../../../fixtures/images/', import.meta.url);

export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, fixtures)));
}

/** Texts are written as UTF-8, other values than bytes as JSON. */
export function memoryFiles(contents: Readonly<Record<string, unknown>>): FileEntry[] {
  return Object.entries(contents).map(([path, content]) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const bytes = content instanceof Uint8Array ? content : new TextEncoder().encode(text);
    return { path, size: bytes.length, bytes: () => Promise.resolve(bytes) };
  });
}

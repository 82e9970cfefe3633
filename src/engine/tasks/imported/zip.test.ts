import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readZip } from './index.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Every occurrence of a 4-byte little-endian signature. */
function find(bytes: Uint8Array, signature: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length - 3 }, (_, at) => at).filter(
    (at) => view.getUint32(at, true) === signature,
  );
}
/** A copy with little-endian values written over. */
function patched(bytes: Uint8Array, ...edits: [at: number, size: 2 | 4, value: number][]): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (const [at, size, value] of edits) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  }
  return copy;
}

describe('readZip', () => {
  it('lists nested files, deflated or stored, and leaves folders and what a Mac adds out', async () => {
    const zip = zipSync({
      'a/b/c.txt': strToU8('hello '.repeat(100)),
      'a/stored.txt': [strToU8('as it is'), { level: 0 }],
      'a/empty/': new Uint8Array(),
      '__MACOSX/a/._c.txt': strToU8('x'),
      'a/.DS_Store': strToU8('x'),
      'ünï.txt': strToU8('ü'),
    });
    const files = readZip(zip, 'x.zip');
    expect(files.map(({ path, size }) => [path, size])).toEqual([
      ['a/b/c.txt', 600],
      ['a/stored.txt', 8],
      ['ünï.txt', 2],
    ]);
    expect(await Promise.all(files.map(async (file) => text(await file.bytes())))).toEqual([
      'hello '.repeat(100),
      'as it is',
      'ü',
    ]);
  });

  it.each(['../up.txt', 'a/../../up.txt', '/etc/passwd', 'c:\\x.txt', '..\\up.txt'])(
    'refuses the path %s',
    (path) => {
      expect(() => readZip(zipSync({ [path]: strToU8('x') }), 'x.zip')).toThrow(
        /^zip "x.zip" holds .* leads out of the archive/,
      );
    },
  );

  const zip = zipSync({ 'a.txt': strToU8('hello '.repeat(100)) });
  const central = find(zip, 0x02014b50)[0];
  const end = find(zip, 0x06054b50)[0];

  it.each([
    ['cut short', zip.slice(0, 60), /is no zip archive or was cut short/],
    ['no zip', strToU8('{"qid": 1}'), /is no zip archive/],
    [
      'encrypted',
      patched(zip, [central + 8, 2, 1]),
      /"a.txt", which is encrypted; pack it again without a password/,
    ],
    ['LZMA', patched(zip, [central + 10, 2, 14]), /"a.txt", packed by method 14/],
    ['a bomb', patched(zip, [central + 24, 4, 3_000_000_000]), /"a.txt" of 3000 MB, the limit is 256 a file/],
    ['zip64', patched(zip, [end + 10, 2, 0xffff]), /is a zip64 archive/],
    ['more entries than there are', patched(zip, [end + 10, 2, 5]), /is damaged: no directory entry at byte/],
  ])('says what is wrong: %s', (_, bytes, message) => {
    expect(() => readZip(bytes, 'x.zip')).toThrow(message);
  });

  it('refuses many entries that together unpack to too much', () => {
    const many = zipSync(
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}.txt`, strToU8('x')])),
    );
    const edits = find(many, 0x02014b50).map((at): [number, 4, number] => [at + 24, 4, 250_000_000]);
    expect(() => readZip(patched(many, ...edits), 'x.zip')).toThrow(/unpacks to more than 4 GB/);
  });

  it.each([
    ['wrong checksum', patched(zip, [central + 16, 4, 1])],
    ['larger than announced', patched(zip, [central + 24, 4, 10])],
    ['smaller than announced', patched(zip, [central + 24, 4, 5000])],
    ['offset outside', patched(zip, [central + 42, 4, 1_000_000])],
  ])('rejects the entry on %s', async (_, bytes) => {
    const [file] = readZip(bytes, 'x.zip');
    await expect(file.bytes()).rejects.toThrow(/^zip entry "a.txt" is damaged/);
  });
});

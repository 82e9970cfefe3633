import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { nodeCodecLoader } from '../images/codecs.node.ts';
import { setCodecLoader } from '../images/index.ts';
import { ImageCache } from './imageCache.ts';

const fixtures = new URL('../../../../fixtures/images/', import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)));

const BYTES = 12 * 8 * 4;

beforeAll(() => setCodecLoader(nodeCodecLoader));

/** A file that counts how often it is read. */
function counted(bytes: Uint8Array) {
  const file = {
    path: 'x.png',
    size: bytes.length,
    reads: 0,
    bytes: () => Promise.resolve((file.reads++, bytes)),
  };
  return file;
}

it('decodes an image once while it is in use, also when asked twice at the same time', async () => {
  const cache = new ImageCache(2 * BYTES);
  const file = counted(fixture('rgb.png'));
  const [one, two] = await Promise.all([cache.load(file), cache.load(file)]);
  expect(one).toBe(two);
  expect(await cache.load(file)).toBe(one);
  expect(file.reads).toBe(1);
});

it('lets the least recently used go when it is full', async () => {
  const cache = new ImageCache(2 * BYTES);
  const [a, b, c] = [
    counted(fixture('rgb.png')),
    counted(fixture('gray.png')),
    counted(fixture('palette.png')),
  ];
  for (const file of [a, b, a, c, a, b]) await cache.load(file);
  expect([a.reads, b.reads, c.reads]).toEqual([1, 2, 1]);
});

it('does not keep a failure', async () => {
  const cache = new ImageCache();
  const file = counted(fixture('truncated.png'));
  await expect(cache.load(file)).rejects.toThrow('cut short');
  await expect(cache.load(file)).rejects.toThrow('cut short');
  expect(file.reads).toBe(2);
});

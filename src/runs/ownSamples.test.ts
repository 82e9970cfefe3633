import 'fake-indexeddb/auto';
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { readFileSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { OwnSampleDatabase, type OwnPicture } from './ownSamples.ts';

const picture = (name: string, format: OwnPicture['format']): OwnPicture => ({
  bytes: new Uint8Array(readFileSync(new URL(`../../fixtures/images/${name}`, import.meta.url))),
  format,
  width: 4,
  height: 3,
  drawing: null,
});
const pictures = [picture('rgb.png', 'png'), picture('exif-6.jpg', 'jpeg'), picture('lossy.webp', 'webp')];
const fields = (problem: string, at = 0) => ({
  problem,
  answer: '2',
  key_words: ['red', 'cube'],
  picture: pictures[at],
});

let database: OwnSampleDatabase;
beforeEach(async () => {
  vi.restoreAllMocks();
  globalThis.indexedDB = new IDBFactory();
  database = await OwnSampleDatabase.open();
});

test('samples come back as they were stored, drawing and all', async () => {
  const drawing = [
    { tool: 'clear' },
    { tool: 'circle', colour: 'red', size: 4, points: [1, 2, 3, 4] },
  ] as const;
  const drawn = { ...fields('a'), picture: { ...pictures[0], drawing } };
  expect(await database.save(drawn, null, [])).toEqual({ ...drawn, number: 1 });
  await database.save(fields('b', 1), null, []);
  await database.save(fields('B', 2), 2, []);
  const again = await OwnSampleDatabase.open();
  expect(await again.list()).toEqual([
    { ...drawn, number: 1 },
    { ...fields('B', 2), number: 2 },
  ]);
  await again.remove(1);
  expect((await database.list()).map(({ number }) => number)).toEqual([2]);
});

test('a number is given once, whoever stores: another tab, or a save that failed before', async () => {
  const other = await OwnSampleDatabase.open();
  await other.save(fields('of another tab'), null, []);
  const waiting = { ...fields('waited'), number: 4 };
  expect((await database.save(fields('new'), null, [waiting])).number).toBe(5);
  expect((await other.list()).map(({ number, problem }) => [number, problem])).toEqual([
    [1, 'of another tab'],
    [4, 'waited'],
    [5, 'new'],
  ]);
});

test('what storage throws is said in words, and nothing is half there', async () => {
  await database.save(fields('kept'), null, []);
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementationOnce(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  await expect(database.save(fields('a'), null, [{ ...fields('b'), number: 7 }])).rejects.toMatchObject({
    fault: 'full',
    message: 'The browser gives this page no more room.',
  });
  expect((await database.list()).map(({ problem }) => problem)).toEqual(['kept']);
  vi.spyOn(globalThis.indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('private window', 'SecurityError');
  });
  await expect(OwnSampleDatabase.open()).rejects.toMatchObject({ fault: 'denied' });
});

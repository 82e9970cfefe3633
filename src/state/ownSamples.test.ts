/** Own samples through the real database code over an IndexedDB in memory. */
import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { OwnPicture } from '../runs/index.ts';
import { ownSamplesStore, readOwnSamples, removeOwnSample, saveOwnSample } from './ownSamples.ts';

const bytes = new Uint8Array(readFileSync(new URL('../../fixtures/images/rgb.png', import.meta.url)));
const picture: OwnPicture = { bytes, format: 'png', width: 4, height: 3, drawing: null };
const fields = (problem: string) => ({ problem, answer: '1', key_words: ['red'], picture });
const problems = () => ownSamplesStore.getState().samples.map(({ problem }) => problem);
/** What a reload leaves: storage alone. */
const reload = async () => {
  ownSamplesStore.setState(ownSamplesStore.getInitialState());
  await readOwnSamples();
};

beforeEach(async () => {
  await readOwnSamples();
  for (const { number } of ownSamplesStore.getState().samples) await removeOwnSample(number);
});
afterEach(() => vi.restoreAllMocks());

test('added, changed and removed samples are the same after a reload', async () => {
  await saveOwnSample(fields('a'), null);
  await saveOwnSample(fields('b'), null);
  await saveOwnSample(fields('c'), null);
  await saveOwnSample(fields('B'), 2);
  await removeOwnSample(1);
  const before = ownSamplesStore.getState().samples;
  await reload();
  expect(ownSamplesStore.getState()).toMatchObject({ samples: before, storage: { kind: 'kept' } });
  expect(problems()).toEqual(['B', 'c']);
});

test('a sample that storage refuses lasts as long as the page and goes with the next save', async () => {
  await saveOwnSample(fields('a'), null);
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('no room', 'QuotaExceededError');
  });
  await saveOwnSample(fields('b'), null);
  await saveOwnSample(fields('B'), 2);
  expect(problems()).toEqual(['a', 'B']);
  expect(ownSamplesStore.getState().storage).toEqual({
    kind: 'full',
    message: 'The browser gives this page no more room.',
  });
  // Reading again does not lose it, nor what is wrong.
  await readOwnSamples();
  expect(problems()).toEqual(['a', 'B']);
  expect(ownSamplesStore.getState().storage.kind).toBe('full');
  vi.restoreAllMocks();
  await saveOwnSample(fields('c'), null);
  expect(ownSamplesStore.getState().storage).toEqual({ kind: 'kept' });
  await reload();
  expect(problems()).toEqual(['a', 'B', 'c']);
});

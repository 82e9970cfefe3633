/** Own samples on their way out and back in: the files of the zip, through the import's own reader. */
import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { unzipSync, zipSync } from 'fflate';
import fc from 'fast-check';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { nodeCodecLoader } from '../../../engine/tasks/images/codecs.node.ts';
import { decodeImage, setCodecLoader } from '../../../engine/tasks/images/index.ts';
import { loadTaskSet } from '../../../engine/tasks/imported/index.ts';
import { ownSampleFiles } from '../../../runs/index.ts';
import { setClient } from '../../../state/bridge.ts';
import {
  configStore,
  bringOwnSamples,
  checkSet,
  giveOwnSamples,
  importFiles,
  readOwnSamples,
  removeOwnSample,
  saveOwnSample,
  takeOffered,
  type OwnPicture,
  type OwnSample,
} from '../../../state/index.ts';
import { ownSamplesStore } from '../../../state/ownSamples.ts';
import { receive } from '../../../state/connect.ts';
import type { ToWorker } from '../../../worker/protocol.ts';
import { readPicture } from '../../../runs/ownSetReader.ts';

const fixture = (name: string) =>
  new File(
    [new Uint8Array(readFileSync(new URL(`../../../../fixtures/images/${name}`, import.meta.url)))],
    name,
  );

let pictures: OwnPicture[] = [];
beforeAll(async () => {
  setCodecLoader(nodeCodecLoader);
  pictures = await Promise.all(
    ['rgb.png', 'exif-6.jpg', 'lossy.webp'].map((name) => readPicture(fixture(name), decodeImage)),
  );
});
afterEach(() => setClient(null));

const samplesFrom = () => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((value) => value.trim() !== '');
  const one = fc.record({
    number: fc.integer({ min: 1, max: 99 }),
    problem: text,
    answer: text,
    key_words: fc.array(text, { maxLength: 3 }),
    picture: fc.constantFrom(...pictures),
  });
  return fc.uniqueArray(one, { selector: ({ number }) => number, minLength: 1, maxLength: 8 });
};

test('the zip imports as the same samples: texts, and pixels of any format', async () => {
  await fc.assert(
    fc.asyncProperty(samplesFrom(), async (given: readonly OwnSample[]) => {
      const files = ownSampleFiles(given);
      const bytes = zipSync(files, { level: 0 });
      expect(Object.keys(unzipSync(bytes))).toHaveLength(given.length + 1);
      const zip = { path: 'own-samples.zip', size: bytes.length, bytes: () => Promise.resolve(bytes) };
      const { taskSet, problems } = await loadTaskSet([zip]);
      expect(problems).toEqual([]);
      expect(taskSet?.name).toBe('own-samples');
      expect(taskSet?.size('train')).toBe(given.length);
      for (const { number, picture: own, ...texts } of given) {
        const found = taskSet?.find(`own-${number}`);
        expect(found).toMatchObject(texts);
        expect(await found?.images[0].load()).toEqual(await decodeImage(own.bytes, 'own'));
      }
    }),
    { numRuns: 20 },
  );
});

const list = () => ownSamplesStore.getState().samples;
const clear = async () => {
  await readOwnSamples();
  for (const { number } of list()) await removeOwnSample(number);
};
const zipOf = (samples: readonly OwnSample[]) =>
  new File([new Uint8Array(zipSync(ownSampleFiles(samples), { level: 0 }))], 'own-samples.zip');

test('list → zip → list gives the same samples and pictures, to the byte', async () => {
  await fc.assert(
    fc.asyncProperty(samplesFrom(), async (given: readonly OwnSample[]) => {
      await clear();
      for (const { number, ...fields } of given) await saveOwnSample(fields, number);
      const before = list();
      await clear();
      await bringOwnSamples([zipOf(before)], decodeImage);
      expect(list()).toEqual(before);
      expect(ownSamplesStore.getState().brought).toEqual({ added: given.length, taken: [], problems: [] });
    }),
    { numRuns: 10 },
  );
});

test('what the list has already stays and is named; other names get the next number; bad ones say why', async () => {
  await clear();
  const texts = { problem: 'How many?', answer: '1', key_words: ['red'] };
  const own = { ...texts, number: 2, picture: pictures[0] };
  await saveOwnSample({ ...own, answer: 'mine' }, 2);
  await bringOwnSamples([zipOf([own, { ...own, number: 1 }])], decodeImage);
  expect(list().map(({ number, answer }) => [number, answer])).toEqual([
    [1, '1'],
    [2, 'mine'],
  ]);
  expect(ownSamplesStore.getState().brought).toEqual({ added: 1, taken: ['own-2'], problems: [] });

  const records = [
    { qid: 'cat', ...texts, images: ['rgb.png'] },
    { qid: 'two', ...texts, images: ['rgb.png', 'rgb.png'] },
    { qid: 'own-9', ...texts, answer: '', images: ['rgb.png'] },
  ];
  const json = new File([JSON.stringify(records)], 'set.json');
  await bringOwnSamples([json, fixture('rgb.png')], decodeImage);
  expect(list().map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(ownSamplesStore.getState().brought).toEqual({
    added: 1,
    taken: [],
    problems: [
      'set.json, record 3 (qid "own-9"), answer: is the empty text ""; write e.g. "2"',
      'two: has 2 pictures and an own sample has one; train on it as a set instead',
    ],
  });
  await bringOwnSamples([new File(['no zip'], 'own-samples.zip')], decodeImage);
  expect(ownSamplesStore.getState().brought?.problems[0]).toContain('is no zip archive or was cut short');
});

test('own samples that are dropped wait for a word: edited, or trained on as a set', async () => {
  const sent: ToWorker[] = [];
  setClient({ send: (message) => void sent.push(message) });
  const own = { problem: 'How many?', answer: '1', key_words: [], picture: pictures[0], number: 1 };
  await importFiles([zipOf([own])]);
  expect(sent).toEqual([]);
  checkSet(takeOffered());
  expect(sent.map(({ type }) => type)).toEqual(['importFiles']);
  expect(takeOffered()).toEqual([]);
});

test('given to the import, they are the draft’s task set, addressable by qid', async () => {
  const sent: ToWorker[] = [];
  setClient({ send: (message) => void sent.push(message) });
  const texts = { problem: 'How many?', answer: '1', key_words: ['red'] };
  await saveOwnSample({ ...texts, picture: pictures[1] }, null);
  giveOwnSamples();
  const entries = sent.flatMap((message) => (message.type === 'importFiles' ? message.entries : []));
  const { taskSet, problems, counts } = await loadTaskSet(
    entries.map(({ path, blob }) => ({
      path,
      size: blob.size,
      bytes: async () => new Uint8Array(await blob.arrayBuffer()),
    })),
  );
  expect(problems).toEqual([]);
  expect(taskSet?.find('own-1')).toMatchObject(texts);
  const name = taskSet?.name ?? '';
  const report = { ok: true, name, revision: 1, problems, problemCount: 0, counts };
  receive([{ type: 'importReport', report }]);
  expect(configStore.getState().tasks).toEqual({ from: 'imported', name: 'own-samples', revision: 1 });
});

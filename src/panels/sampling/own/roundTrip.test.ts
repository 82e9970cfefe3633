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
  giveOwnSamples,
  saveOwnSample,
  type OwnPicture,
  type OwnSample,
} from '../../../state/index.ts';
import { receive } from '../../../state/connect.ts';
import type { ToWorker } from '../../../worker/protocol.ts';
import { readPicture } from './check.ts';

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

test('the zip imports as the same samples: texts, and pixels of any format', async () => {
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
  const samples = fc.uniqueArray(one, { selector: ({ number }) => number, minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(samples, async (given: readonly OwnSample[]) => {
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

test('given to the import, they are the draft’s task set, addressable by qid', async () => {
  const sent: ToWorker[] = [];
  setClient({ send: (message) => void sent.push(message) });
  const texts = { problem: 'How many?', answer: '1', key_words: ['red'] };
  await saveOwnSample({ ...texts, picture: pictures[1] }, null);
  await giveOwnSamples();
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

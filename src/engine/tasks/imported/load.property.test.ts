import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { nodeCodecLoader } from '../images/codecs.node.ts';
import { setCodecLoader } from '../images/index.ts';
import type { Sample } from '../types.ts';
import { loadTaskSet, readZip, writeTaskSetFiles } from './index.ts';
import { memoryFiles } from './testFiles.ts';

const fixtures = new URL('../../../../fixtures/images/', import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)));

const png = fixture('rgb.png');

beforeAll(() => setCodecLoader(nodeCodecLoader));

const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((value) => value.trim() !== '');

it('never throws on any array, and every problem of it names its record', async () => {
  const field = fc.constantFrom('qid', 'problem', 'answer', 'images', 'key_words');
  const nearly = fc.dictionary(
    field,
    fc.oneof(text, fc.array(fc.oneof(text, fc.jsonValue())), fc.jsonValue()),
  );
  const valid = fc.record({
    qid: fc.oneof(text, fc.integer({ max: 3, min: 0 })),
    problem: text,
    answer: text,
    images: fc.constantFrom('a.png', ['images/a.png'], ['../a.png'], ['no.png']),
    key_words: fc.array(text, { maxLength: 3 }),
  });
  const records = fc.array(fc.oneof(valid, nearly, fc.jsonValue()), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(records, fc.boolean(), async (json, skipBad) => {
      const files = memoryFiles({ 'set.json': json, 'images/a.png': png });
      const { taskSet, problems, counts } = await loadTaskSet(files, { skipBad });
      const bad = new Set<number | null>();
      for (const { level, record, message, detail } of problems) {
        expect(record).not.toBeNull();
        expect(message).toContain(`set.json, record ${record! + 1}`);
        expect(detail).toContain(';');
        if (level === 'error') bad.add(record);
      }
      expect(counts.skipped).toBe(bad.size);
      expect(counts.samples).toBe(json.length - bad.size);
      expect(taskSet === null).toBe(counts.samples === 0 || (bad.size > 0 && !skipBad));
      if (taskSet) expect(taskSet.size('train') + taskSet.size('heldout')).toBe(counts.samples);
    }),
    { numRuns: 150 },
  );
});

it('never throws on any bytes under any names', async () => {
  const content = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.json());
  const name = fc.oneof(
    fc.constantFrom('a.json', 'b.json', 'x/a.json', 'a.zip', 'a.png', '', '/', '..'),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, content, { maxKeys: 4 }), async (contents) => {
      const { taskSet, problems } = await loadTaskSet(memoryFiles(contents));
      if (!taskSet) expect(problems.some(({ level }) => level === 'error')).toBe(true);
    }),
    { numRuns: 150 },
  );
});

it('reading a damaged zip either works or says which archive or entry', async () => {
  const { zipSync } = await import('fflate');
  const zip = zipSync({
    'set.json': new TextEncoder().encode('[{"qid": "a"}]'.repeat(9)),
    'a.png': [png, { level: 0 }],
  });
  await fc.assert(
    fc.asyncProperty(fc.nat(zip.length - 1), fc.nat(255), fc.nat(zip.length), async (at, value, length) => {
      const bytes = zip.slice(0, Math.max(length, zip.length - 40));
      bytes[at % bytes.length] = value;
      try {
        for (const file of readZip(bytes, 'set.zip')) await file.bytes();
      } catch (error) {
        expect(String(error)).toMatch(/zip "set\.zip" |zip entry "/);
      }
    }),
    { numRuns: 500 },
  );
});

it('reads back what was written: fields and pixels', async () => {
  const image = fc
    .record({ width: fc.integer({ min: 1, max: 6 }), height: fc.integer({ min: 1, max: 6 }), seed: fc.nat() })
    .map(({ width, height, seed }) => {
      const data = new Uint8ClampedArray(width * height * 4).map((_, i) =>
        i % 4 === 3 ? 255 : (i * 31 + seed) % 256,
      );
      return { path: 'drawn', load: () => Promise.resolve({ width, height, data }) };
    });
  const sample: fc.Arbitrary<Sample> = fc.record({
    qid: text,
    problem: text,
    answer: text,
    key_words: fc.array(text, { maxLength: 3 }),
    images: fc.array(image, { minLength: 1, maxLength: 2 }),
    kind: fc.constant('imported'),
  });
  const sets = fc.uniqueArray(sample, { selector: ({ qid }) => qid, minLength: 1, maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(sets, fc.nat(), async (samples, cut) => {
      const half = cut % samples.length;
      const written = await writeTaskSetFiles({
        'easy.json': samples.slice(half),
        'hard.json': samples.slice(0, half),
      });
      for (const [json, expected] of [
        ['easy.json', samples.slice(half)],
        ['hard.json', samples.slice(0, half)],
      ] as const) {
        const images = [...written].filter(([path]) => path.startsWith('images/') || path === json);
        const { taskSet, problems } = await loadTaskSet(memoryFiles(Object.fromEntries(images)));
        if (expected.length > 0) expect(problems).toEqual([]);
        for (const one of expected) {
          const { images: sources, ...fields } = one;
          const found = taskSet!.find(one.qid)!;
          expect(found).toMatchObject(fields);
          expect(await Promise.all(found.images.map((source) => source.load()))).toEqual(
            await Promise.all(sources.map((source) => source.load())),
          );
        }
      }
    }),
    { numRuns: 25 },
  );
});

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeCodecLoader } from '../images/codecs.node.ts';
import { setCodecLoader } from '../images/index.ts';
import { loadTaskSet } from './index.ts';
import { memoryFiles } from './testFiles.ts';

const fixtures = new URL('../../../../fixtures/images/', import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)));

const png = fixture('rgb.png');
const good = { qid: 'a', problem: 'How many?', answer: '2', images: ['images/a.png'], key_words: ['cat'] };

beforeAll(() => setCodecLoader(nodeCodecLoader));

/** Messages of a set with one JSON and one image at images/a.png. */
async function messages(json: unknown, more: Readonly<Record<string, unknown>> = {}): Promise<string[]> {
  const { problems } = await loadTaskSet(memoryFiles({ 'set.json': json, 'images/a.png': png, ...more }));
  return problems.map(({ level, message }) => `${level}: ${message}`);
}

describe('a good set', () => {
  it('keeps every field, resolves the image and decodes it when asked', async () => {
    const files = memoryFiles({ 'data/set.json': [good], 'data/images/a.png': png });
    const { taskSet, problems, counts } = await loadTaskSet(files);
    expect(problems).toEqual([]);
    expect(counts).toEqual({ samples: 1, skipped: 0, images: 1 });
    expect([taskSet?.name, taskSet?.origin, taskSet?.size('train'), taskSet?.size('heldout')]).toEqual([
      'set',
      'imported',
      1,
      0,
    ]);
    const sample = taskSet!.sample('train', 0);
    expect(sample).toMatchObject({
      qid: 'a',
      problem: 'How many?',
      answer: '2',
      key_words: ['cat'],
      kind: 'imported',
    });
    expect(sample.images[0].path).toBe('images/a.png');
    expect(await sample.images[0].load()).toMatchObject({ width: 12, height: 8 });
    expect(taskSet!.find('a')).toBe(sample);
    expect(taskSet!.find('b')).toBeUndefined();
  });

  it('reads the released layout although other JSON lies beside it', async () => {
    const files = memoryFiles({
      'PeBR/pebr_grpo_dataset.json': [{ ...good, images: ['1.png'] }],
      'PeBR/pebr_grpo_images/1.png': png,
      'PeBR/other.json': [{ qid: 'x' }],
    });
    expect((await loadTaskSet(files)).taskSet?.find('a')).toBeDefined();
  });

  it('takes the only JSON that holds records when there are several', async () => {
    const files = memoryFiles({ 'meta.json': { a: 1 }, 'set.json': [good], 'images/a.png': png });
    expect((await loadTaskSet(files)).taskSet?.name).toBe('set');
  });

  it('turns numbers into texts, a single path into a list, and skips a byte order mark', async () => {
    const record = '{"qid": 17, "problem": "n?", "answer": 2.5, "images": "a.png", "key_words": [3, "red"]}';
    const files = memoryFiles({ 'set.json': `\ufeff[${record}]`, 'deep/er/a.png': png });
    const { taskSet, problems } = await loadTaskSet(files);
    expect(problems).toEqual([]);
    expect(taskSet?.find('17')).toMatchObject({ qid: '17', answer: '2.5', key_words: ['3', 'red'] });
  });

  it('resolves backslashes, dots, a parent inside the set, and accents however composed', async () => {
    const files = memoryFiles({
      'json/set.json': [{ ...good, images: ['..\\pics\\.\\caf\u00e9.png'] }],
      'pics/cafe\u0301.png': png,
      'other/caf\u00e9.png': png,
    });
    expect((await loadTaskSet(files)).problems).toEqual([]);
  });

  it('tells equal names apart by the end of the path', async () => {
    const files = memoryFiles({
      'set.json': [{ ...good, images: ['geo/1.png'] }],
      'pictures/geo/1.png': png,
      'pictures/chart/1.png': fixture('truncated.png'),
    });
    expect((await loadTaskSet(files)).problems).toEqual([]);
  });

  it('holds about a tenth out from 20 records on, by qid alone', async () => {
    const records = (count: number) => Array.from({ length: count }, (_, i) => ({ ...good, qid: `q${i}` }));
    const load = async (count: number) =>
      (await loadTaskSet(memoryFiles({ 'set.json': records(count), 'images/a.png': png }))).taskSet!;
    const qids = (set: Awaited<ReturnType<typeof load>>, part: 'train' | 'heldout') =>
      Array.from({ length: set.size(part) }, (_, i) => set.sample(part, i).qid);
    expect((await load(19)).size('heldout')).toBe(0);
    const twenty = await load(20);
    expect(twenty.size('heldout')).toBeGreaterThan(0);
    const small = await load(300);
    const large = await load(400);
    expect(small.size('heldout')).toBeGreaterThan(15);
    expect(small.size('heldout')).toBeLessThan(50);
    expect(small.size('train') + small.size('heldout')).toBe(300);
    expect(qids(large, 'heldout').filter((qid) => Number(qid.slice(1)) < 300)).toEqual(
      qids(small, 'heldout'),
    );
    expect(qids(small, 'train').filter((qid) => qids(small, 'heldout').includes(qid))).toEqual([]);
  });

  it('reports progress and loads a lone zip', async () => {
    const { zipSync } = await import('fflate');
    const zip = zipSync({
      'set/set.json': new TextEncoder().encode(JSON.stringify([good])),
      'set/images/a.png': png,
      '__MACOSX/set/._set.json': png,
    });
    const seen: number[][] = [];
    const { taskSet, problems } = await loadTaskSet(memoryFiles({ 'set.zip': zip }), {
      onProgress: (done, total) => seen.push([done, total]),
    });
    expect(problems).toEqual([]);
    expect(seen).toEqual([[1, 1]]);
    expect(await taskSet!.sample('train', 0).images[0].load()).toMatchObject({ width: 12 });
  });
});

describe('a bad field is named with its record, the value and what to do', () => {
  const where = 'error: set.json, record 1 \\(qid "a"\\), ';
  it.each([
    [
      { qid: undefined },
      'error: set.json, record 1, qid: is missing; write a text, e.g. "geo-17", different',
    ],
    [{ qid: null }, 'error: set.json, record 1, qid: is null; write a text in double quotes'],
    [{ qid: ' ' }, 'qid: is the empty text " "; write e.g.'],
    [{ qid: ['a'] }, 'qid: is \\["a"\\]; write a text'],
    [{ problem: undefined }, `${where}problem: is missing; write a text, e.g. "How many cats`],
    [{ problem: {} }, `${where}problem: is \\{\\}; write a text`],
    [{ answer: true }, `${where}answer: is true; write a text in double quotes, e.g. "2"`],
    [{ answer: '' }, `${where}answer: is the empty text ""`],
    [{ images: undefined }, `${where}images: is missing; write e.g. \\["images/1.png"\\]`],
    [{ images: [] }, `${where}images: is an empty list; a sample needs an image`],
    [{ images: 7 }, `${where}images: is 7; write`],
    [{ images: [{ bytes: 1 }] }, `${where}images: holds \\{"bytes":1\\}; write paths as texts`],
    [{ images: [''] }, `${where}images: "" names no file`],
    [
      { images: ['b.png'] },
      `${where}images: "b.png" is missing among the 2 files given; add the file or correct`,
    ],
    [
      { images: ['images/A.PNG'] },
      `${where}images: "images/A.PNG" is missing, but there is "a.png"; write capitals`,
    ],
    [{ images: ['../a.png'] }, `${where}images: "../a.png" leads out of the data set's folder`],
    [{ images: ['/etc/passwd'] }, `${where}images: "/etc/passwd" is an absolute path; write it relative`],
    [{ images: ['c:\\x\\a.png'] }, 'is an absolute path'],
    [
      { images: ['https://x.org/a.png'] },
      `${where}images: "https://x.org/a.png" is a URL; images are files beside`,
    ],
    [
      { images: ['data:image/png;base64,AAAA'] },
      'is a URL; images are files beside the JSON, URLs are not fetched',
    ],
    [{ key_words: 'cat' }, `${where}key_words: is "cat"; write a list of texts`],
    [{ key_words: [['cat']] }, `${where}key_words: holds \\["cat"\\]; write texts`],
    [{ problem: 7 }, `${where}problem: is 7; write a text in double quotes`],
    [{ key_words: undefined }, `${where}key_words: is missing; write a list of texts`],
    [{ key_words: null }, `${where}key_words: is null; write a list of texts`],
    [
      { key_words: ['', 'x'] },
      'warning: .*key_words: holds the empty text "", which every response contains',
    ],
  ])('%j', async (change, message) => {
    const found = await messages([{ ...good, ...change }]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(message));
  });

  it.each([[null], ['text'], [[1]], [3]])('record %j', async (record) => {
    const found = await messages([good, record]);
    expect(found).toEqual([
      expect.stringMatching(/^error: set.json, record 2: is .+; write an object \{"qid"/),
    ]);
  });

  it('an empty list is a record without keywords', async () => {
    const files = memoryFiles({ 'set.json': [{ ...good, key_words: [] }], 'images/a.png': png });
    expect((await loadTaskSet(files)).taskSet?.find('a')?.key_words).toEqual([]);
  });

  it('a qid given twice names both records, also as number and text', async () => {
    expect(
      await messages([
        { ...good, qid: 7 },
        { ...good, qid: 'b' },
        { ...good, qid: '7' },
      ]),
    ).toEqual([
      'error: set.json, record 3 (qid "7"), qid: is "7", as in record 1; give every record its own',
    ]);
  });

  it('a name that fits several files lists them', async () => {
    const found = await messages([{ ...good, images: ['b.png'] }], { 'x/b.png': png, 'y/b.png': png });
    expect(found[0]).toContain(
      '"b.png" could be any of 2 files ("x/b.png", "y/b.png"); write more of its path',
    );
  });

  it.each([
    ['truncated.jpg', /record 1 \(qid "a"\), images: image "images\/b" is cut short/],
    ['still.gif', /is a GIF; PNG, JPEG and WebP are read/],
    ['animated.webp', /is an animated WebP/],
  ])('an image of %s', async (name, message) => {
    expect((await messages([{ ...good, images: ['b'] }], { 'images/b': fixture(name) }))[0]).toMatch(message);
  });

  it('a file that cannot be read', async () => {
    const broken = {
      path: 'images/b.png',
      size: 1,
      bytes: () => Promise.reject(new Error('permission denied')),
    };
    const files = [...memoryFiles({ 'set.json': [{ ...good, images: ['b.png'] }] }), broken];
    expect((await loadTaskSet(files)).problems[0].message).toContain('could not be read (permission denied)');
  });

  it('skipBad keeps the rest, without it nothing loads', async () => {
    const records = [
      good,
      { ...good, qid: 'b', answer: null },
      { ...good, qid: 'c', images: ['no.png'] },
      null,
    ];
    const files = memoryFiles({ 'set.json': records, 'images/a.png': png });
    expect((await loadTaskSet(files)).taskSet).toBeNull();
    const { taskSet, problems, counts } = await loadTaskSet(files, { skipBad: true });
    expect(taskSet?.size('train')).toBe(1);
    expect(problems.map(({ record, qid, field }) => [record, qid, field])).toEqual([
      [1, 'b', 'answer'],
      [2, 'c', 'images'],
      [3, null, null],
    ]);
    expect(counts).toEqual({ samples: 1, skipped: 3, images: 1 });
  });
});

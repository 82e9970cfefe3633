import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadTaskSet } from './index.ts';
import { memoryFiles } from './testFiles.ts';

const png = new Uint8Array(readFileSync(new URL('../../../../fixtures/images/rgb.png', import.meta.url)));
const good = { qid: 'a', problem: 'How many?', answer: '2', images: ['images/a.png'], key_words: ['cat'] };

/** Messages of a set with one JSON and one image at images/a.png. */
async function messages(json: unknown): Promise<string[]> {
  const { problems } = await loadTaskSet(memoryFiles({ 'set.json': json, 'images/a.png': png }));
  return problems.map(({ level, message }) => `${level}: ${message}`);
}

describe('a bad file is named', () => {
  it.each([
    ['[]', 'error: set.json: holds an empty array; it needs at least one record'],
    ['{"data": []}', 'error: set.json: holds {"data":[]}; it must hold an array of records'],
    ['null', 'error: set.json: holds null; it must hold an array'],
    [
      '[{"qid": "a",}]',
      'line 1, column 14, record 1: expected a field name in double quotes, found "}"; remove the comma',
    ],
    [
      '[\n {"qid": "a"},\n {"answer": NaN}]',
      'line 3, column 13, record 2: expected a value, found "NaN"; NaN is no JSON value',
    ],
    ['', 'line 1, column 1: expected a value, found the end of the file; the file was cut short'],
    ['{"qid": 1}\n{"qid": 2}', 'JSONL: put [ ] around'],
  ])('%s', async (text, message) => {
    const found = await messages(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  it('nesting of any depth', async () => {
    expect((await messages('['.repeat(200_000)))[0]).toContain('the file was cut short');
    const found = await messages(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(found).toHaveLength(1);
  });

  it('another encoding', async () => {
    expect(await messages(Uint8Array.of(0xff, 0xfe, 0x5b, 0))).toEqual([
      'error: set.json: is UTF-16 text; save it as UTF-8',
    ]);
    expect(await messages(Uint8Array.of(0x22, 0xe9, 0x22))).toEqual([
      'error: set.json: is not UTF-8 text; save it as UTF-8',
    ]);
  });

  it.each([
    [{}, 'there is no .json among the files given: no files; add the data set'],
    [{ 'a.png': png }, 'there is no .json among the files given: 1 ("a.png")'],
    [
      { 'a.json': [good], 'b.json': [good] },
      'there are several data sets: "a.json", "b.json"; name one of them',
    ],
    [{ 'a.json': {}, 'b.json': '[' }, 'none of the JSON files ("a.json", "b.json") holds records'],
    [{ 'a.zip': png }, 'zip "a.zip" is no zip archive or was cut short'],
  ])('%#', async (contents, message) => {
    const { taskSet, problems } = await loadTaskSet(memoryFiles(contents));
    expect(taskSet).toBeNull();
    expect(problems.map((problem) => problem.message)).toEqual([expect.stringContaining(message)]);
  });
});

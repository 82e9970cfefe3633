import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTaskSet } from './index.ts';
import { filesFromDisk } from './node.ts';

const fixtures = new URL('../../../../fixtures/images/', import.meta.url);
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)));

const png = fixture('rgb.png');
const records = JSON.stringify([
  { qid: 'a', problem: 'p', answer: '1', images: ['images/a.png'], key_words: ['k'] },
]);
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imported-'));
  mkdirSync(join(folder, 'set/images'), { recursive: true });
  mkdirSync(join(folder, 'set/.hidden'));
  writeFileSync(join(folder, 'set/easy.json'), records);
  writeFileSync(join(folder, 'set/hard.json'), records);
  writeFileSync(join(folder, 'set/images/a.png'), png);
  writeFileSync(join(folder, 'set/.hidden/a.png'), png);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('filesFromDisk', () => {
  it('a .json comes with everything beside it but other .json files', async () => {
    const files = await filesFromDisk(join(folder, 'set/easy.json'));
    expect(files.map(({ path }) => path)).toEqual(['easy.json', 'images/a.png']);
    const { taskSet, problems } = await loadTaskSet(files);
    expect(problems).toEqual([]);
    expect(taskSet?.name).toBe('easy');
  });

  it('a folder is walked, links followed once, dangling ones ignored', async () => {
    symlinkSync(join(folder, 'set'), join(folder, 'set/images/loop'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'set/gone.png'));
    const files = await filesFromDisk(join(folder, 'set'));
    expect(files.map(({ path }) => path)).toEqual(['easy.json', 'hard.json', 'images/a.png']);
    expect((await loadTaskSet(files)).problems[0].message).toContain(
      'several data sets: "easy.json", "hard.json"',
    );
  });

  it('a .zip is opened', async () => {
    const path = join(folder, 'set.zip');
    writeFileSync(path, zipSync({ 'easy.json': strToU8(records), 'images/a.png': png }));
    expect((await loadTaskSet(await filesFromDisk(path))).taskSet?.size('train')).toBe(1);
  });

  it.each([
    ['none.json', /none\.json does not exist; give a \.json, a \.zip or a folder/],
    ['set/images/a.png', /a\.png is no data set; give/],
  ])('%s is refused', async (path, message) => {
    await expect(filesFromDisk(join(folder, path))).rejects.toThrow(message);
  });
});

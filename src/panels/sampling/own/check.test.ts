import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { nodeCodecLoader } from '../../../engine/tasks/images/codecs.node.ts';
import { decodeImage, setCodecLoader } from '../../../engine/tasks/images/index.ts';
import { loadTaskSet } from '../../../engine/tasks/imported/index.ts';
import { ownSampleFiles } from '../../../runs/index.ts';
import { readPicture } from '../../../runs/ownSetReader.ts';
import { checkTexts, splitKeywords } from './check.ts';

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../../fixtures/images/${name}`, import.meta.url)));
const file = (name: string, bytes = fixture(name)) => new File([bytes], name);
const read = (given: File) => readPicture(given, decodeImage);

beforeAll(() => setCodecLoader(nodeCodecLoader));

describe('texts', () => {
  test('each refusal names its field and what to do', () => {
    expect(checkTexts({ problem: '', answer: ' ', key_words: [] })).toEqual({
      problem: 'Problem is the empty text ""; write e.g. "How many cats are there?".',
      answer: 'Answer is the empty text " "; write e.g. "2".',
    });
  });

  test('what is let through, the import takes; what is refused, it refuses', async () => {
    const picture = await read(file('rgb.png'));
    const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 4 }), fc.constantFrom('', ' ', '\n'));
    await fc.assert(
      fc.asyncProperty(text, text, text, async (problem, answer, words) => {
        const texts = { problem, answer, key_words: splitKeywords(words) };
        const files = ownSampleFiles([{ ...texts, picture, number: 1 }]);
        const { taskSet } = await loadTaskSet(
          Object.entries(files).map(([path, bytes]) => ({
            path,
            size: bytes.length,
            bytes: () => Promise.resolve(bytes),
          })),
        );
        expect(Object.keys(checkTexts(texts)).length === 0).toBe(taskSet !== null);
      }),
    );
  });

  test('key words are parted by commas and line breaks, empty ones left out', () => {
    expect(splitKeywords(' red, large cube ,,\n2 ')).toEqual(['red', 'large cube', '2']);
    expect(splitKeywords(' , ')).toEqual([]);
  });
});

describe('a picture file', () => {
  test.each(['rgb.png', 'exif-6.jpg', 'lossy.webp'])('%s is taken byte for byte', async (name) => {
    const picture = await read(file(name));
    expect(picture.bytes).toEqual(fixture(name));
    const { width, height } = await decodeImage(picture.bytes, name);
    expect([picture.width, picture.height]).toEqual([width, height]);
  });

  test.each([
    [
      'a text',
      file('notes.png', new TextEncoder().encode('not a picture')),
      /"notes.png" is no image we know/,
    ],
    ['an empty file', file('empty.png', new Uint8Array()), /is empty \(0 bytes\); copy or save it again/],
    ['another format', file('still.gif'), /is a GIF; PNG, JPEG and WebP are read/],
    ['one cut short', file('truncated.png'), /truncated.png" .*;/],
    ['21 MB', file('large.png', new Uint8Array(21e6)), /has 21.0 MB, the limit is 20; save it smaller/],
  ])('%s is refused with what to do', async (_, given, message) => {
    await expect(read(given)).rejects.toThrow(message);
  });
});

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RasterImage } from '../types.ts';
import { nodeCodecLoader } from './codecs.node.ts';
import { crc32 } from './crc32.ts';
import { decodeImage, encodePng, inspectImage, refuseLargeImage, setCodecLoader } from './index.ts';

const folder = new URL('../../../../fixtures/images/', import.meta.url);
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));

interface Golden {
  width: number;
  height: number;
  rgb: number[];
}
// The fixture's shape is ours.
const golden = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as {
  files: Record<string, Golden & { tolerance: number }>;
  orientations: { file: string; byte: number; tolerance: number; expected: Record<string, Golden> };
};

function expectPixels(image: RasterImage, expected: Golden, tolerance: number): void {
  expect([image.width, image.height]).toEqual([expected.width, expected.height]);
  let worst = 0;
  for (let i = 0; i < image.width * image.height; i++) {
    for (let c = 0; c < 3; c++)
      worst = Math.max(worst, Math.abs(image.data[i * 4 + c] - expected.rgb[i * 3 + c]));
    expect(image.data[i * 4 + 3]).toBe(255);
  }
  expect(worst).toBeLessThanOrEqual(tolerance);
}

beforeAll(() => setCodecLoader(nodeCodecLoader));

describe('decodeImage against Pillow', () => {
  it.each(Object.entries(golden.files))('%s', async (name, expected) => {
    expectPixels(await decodeImage(read(name), name), expected, expected.tolerance);
  });

  it.each(Object.entries(golden.orientations.expected))(
    'Exif orientation %s',
    async (orientation, expected) => {
      const bytes = read(golden.orientations.file);
      bytes[golden.orientations.byte] = Number(orientation);
      const header = inspectImage(bytes, 'photo.jpg');
      expect([header.width, header.height]).toEqual([expected.width, expected.height]);
      expectPixels(await decodeImage(bytes, 'photo.jpg'), expected, golden.orientations.tolerance);
    },
  );

  it('reads a little-endian Exif block too', () => {
    const exif = Array.from('Exif\0\0II*\0', (letter) => letter.charCodeAt(0));
    const entry = [8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0];
    const payload = [...exif, ...entry];
    const jpeg = read('baseline.jpg');
    const bytes = Uint8Array.from([
      0xff,
      0xd8,
      0xff,
      0xe1,
      0,
      payload.length + 2,
      ...payload,
      ...jpeg.subarray(2),
    ]);
    expect(inspectImage(bytes, 'x')).toEqual({ format: 'jpeg', width: 8, height: 12, orientation: 8 });
  });

  it('goes by content, not by name', async () => {
    expectPixels(await decodeImage(read('rgb.png'), 'photo.jpeg'), golden.files['rgb.png'], 0);
  });
});

describe('what cannot be read is named, with what to do', () => {
  /** A PNG whose header announces a size, checksums right, pixels missing. */
  function bigPng(width: number, height: number): Uint8Array {
    const bytes = read('rgb.png');
    const view = new DataView(bytes.buffer);
    view.setUint32(16, width);
    view.setUint32(20, height);
    view.setUint32(29, crc32(bytes, 12, 29));
    return bytes;
  }
  function damagedPng(): Uint8Array {
    const bytes = read('rgb.png');
    bytes[45] ^= 0xff;
    return bytes;
  }
  function damagedJpeg(): Uint8Array {
    const bytes = read('baseline.jpg');
    return Uint8Array.from([...bytes.slice(0, bytes.length - 60), 0xff, 0xd9]);
  }

  it.each([
    [
      'truncated.png',
      read('truncated.png'),
      /^image "a\/x" is cut short: it ends at byte \d+, inside a PNG; copy/,
    ],
    [
      'truncated.jpg',
      read('truncated.jpg'),
      /^image "a\/x" is cut short.*end marker; copy or save it again$/,
    ],
    [
      'truncated.webp',
      read('truncated.webp'),
      /^image "a\/x" is cut short: \d+ bytes of the \d+ its header announces/,
    ],
    [
      'damaged PNG',
      damagedPng(),
      /is damaged: the checksum of its IDAT chunk at byte \d+ is wrong; save it again/,
    ],
    [
      'JPEG with missing data',
      damagedJpeg(),
      /cannot be decoded as JPEG \(.*premature end.*\); save it again/i,
    ],
    ['PNG of another size', bigPng(500, 500), /cannot be decoded as PNG \(.+\); save it again/],
    [
      'PNG above the limit',
      bigPng(9000, 8000),
      /9000 × 8000 pixels \(72.0 megapixels\), the limit is 64; scale it down/,
    ],
    ['PNG without pixels', bigPng(0, 5), /is 0 × 5 pixels/],
    ['cmyk.jpg', read('cmyk.jpg'), /is a CMYK JPEG, which cannot be read; save it as an RGB JPEG or PNG/],
    ['animated.webp', read('animated.webp'), /is an animated WebP; save the one frame/],
    ['still.gif', read('still.gif'), /is a GIF; PNG, JPEG and WebP are read/],
    ['text', new TextEncoder().encode('hello world'), /is no image we know \(it starts with "hello wo"\)/],
    ['LFS pointer', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1'), /git lfs pull/],
    ['nothing', new Uint8Array(), /is empty \(0 bytes\)/],
    ['only a signature', read('rgb.png').slice(0, 8), /is cut short/],
    ['only SOI', Uint8Array.of(0xff, 0xd8), /is cut short/],
    ['SOI and EOI', Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), /holds no picture/],
    ['only RIFF', read('lossy.webp').slice(0, 14), /is cut short/],
  ])('%s', async (_, bytes, message) => {
    await expect(decodeImage(bytes, 'a/x')).rejects.toThrow(message);
  });

  it('goes on decoding after many failures', async () => {
    for (let i = 0; i < 300; i++) {
      await expect(decodeImage(bigPng(50, 50), 'x')).rejects.toThrow('cannot be decoded');
      if (i % 10 === 0) await expect(decodeImage(damagedJpeg(), 'x')).rejects.toThrow('cannot be decoded');
    }
    expectPixels(await decodeImage(read('rgb.png'), 'x'), golden.files['rgb.png'], 0);
    expectPixels(await decodeImage(read('baseline.jpg'), 'x'), golden.files['baseline.jpg'], 2);
  });

  it('names every prefix of every fixture instead of returning part of a picture', async () => {
    for (const name of ['alpha.png', 'exif-6.jpg', 'lossless.webp']) {
      const bytes = read(name);
      for (let length = 0; length < bytes.length; length += 7) {
        await expect(decodeImage(bytes.slice(0, length), name)).rejects.toThrow(`image "${name}"`);
      }
    }
  });
});

it('decodes side by side without mixing up warnings', async () => {
  const results = await Promise.allSettled([
    decodeImage(read('baseline.jpg'), 'a'),
    decodeImage(read('truncated.jpg'), 'b'),
    decodeImage(read('progressive.jpg'), 'c'),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('encodes a PNG that decodes to the same pixels, also from a view into a larger buffer', async () => {
  const all = new Uint8ClampedArray(3 * 2 * 4 + 8).map((_, i) => (i % 4 === 3 ? 255 : i * 9));
  const image = { width: 3, height: 2, data: all.subarray(8) };
  expect(await decodeImage(await encodePng(image), 'x.png')).toEqual({
    ...image,
    data: new Uint8ClampedArray(image.data),
  });
});

it('refuses a file above 20 MB by its size alone, and says what to do', () => {
  expect(() => refuseLargeImage(20_000_000, 'a.png')).not.toThrow();
  expect(() => refuseLargeImage(20_000_001, 'a.png')).toThrow(
    /image "a\.png" has 20\.0 MB, the limit is 20; save it smaller/,
  );
});

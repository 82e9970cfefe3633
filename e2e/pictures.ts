/** Ordinary pictures and a question set in PeBR's format, made on the spot. */
import { crc32, deflateSync } from 'node:zlib';

export interface TestFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A PNG of width × height, its colours a function of the seed. */
export function png(width: number, height: number, seed: number): Buffer {
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.from(
      [0, ...Array.from({ length: width }, (_, x) => [x * 4 + seed * 40, y * 5, seed * 90]).flat()].map(
        (v) => v & 255,
      ),
    ),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const COLOURS = ['red', 'green', 'blue'];

/** `set.json` with that many questions over three pictures; the last record can be broken. */
export function questionSet(count: number, broken = false): TestFile[] {
  const records = Array.from({ length: count }, (_, i) => ({
    qid: `own-${i}`,
    problem: `<image> Is the picture ${COLOURS[i % 3]}? Question ${i}.`,
    answer: i % 2 === 0 ? 'yes' : 'no',
    key_words: [COLOURS[i % 3], 'picture'],
    images: [`photo-${i % 3}.png`],
  }));
  if (broken) records[records.length - 1].images = ['missing.png'];
  const json = {
    name: 'set.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(records)),
  };
  const photos = [0, 1, 2].map((i) => ({
    name: `photo-${i}.png`,
    mimeType: 'image/png',
    buffer: png(60 + i, 40, i),
  }));
  return [json, ...photos];
}

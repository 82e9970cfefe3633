/** What a PNG says of itself before it is decoded. Source: PNG specification (third edition). */
import { crc32 } from './crc32.ts';

const SIGNATURE = 8;
const CHUNK_FRAME = 12;

/** Size in pixels, after a walk over all chunks; throws when one is damaged or the end is missing. */
export function inspectPng(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size: { width: number; height: number } | null = null;
  let position = SIGNATURE;
  while (position + CHUNK_FRAME <= bytes.length) {
    const length = view.getUint32(position);
    const type = String.fromCharCode(...bytes.subarray(position + 4, position + 8));
    const end = position + CHUNK_FRAME + length;
    if (end > bytes.length) break;
    if (crc32(bytes, position + 4, end - 4) !== view.getUint32(end - 4)) {
      throw new Error(
        `is damaged: the checksum of its ${type} chunk at byte ${position} is wrong; save it again`,
      );
    }
    if (!size) {
      if (type !== 'IHDR' || length !== 13)
        throw new Error('is damaged: it does not start with a header; save it again');
      size = { width: view.getUint32(position + 8), height: view.getUint32(position + 12) };
    }
    if (type === 'IEND') return size;
    position = end;
  }
  throw new Error(`is cut short: it ends at byte ${bytes.length}, inside a PNG; copy or save it again`);
}

/** What a JPEG says of itself before it is decoded. Sources: ITU T.81, Exif 2.32 (tag 0x0112). */

const ORIENTATION_TAG = 0x0112;

export interface JpegHeader {
  /** As stored, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Exif orientation 1…8; 1 when absent or unreadable. */
  readonly orientation: number;
}

/** Orientation in an Exif APP1 payload; the tag may be missing or the block malformed: then 1. */
function exifOrientation(payload: Uint8Array): number {
  if (payload.length < 14 || String.fromCharCode(...payload.subarray(0, 6)) !== 'Exif\0\0') return 1;
  const view = new DataView(payload.buffer, payload.byteOffset + 6, payload.length - 6);
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > view.byteLength) return 1;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** Position of the next marker's 0xff at or after `from` that is neither stuffing, fill nor a restart; −1: none. */
function nextMarker(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1];
    if (code === undefined) return -1;
    if (code !== 0x00 && code !== 0xff && !(code >= 0xd0 && code <= 0xd7)) return at;
  }
  return -1;
}

/** Start of frame: baseline, extended, progressive and their arithmetic forms (DHT, JPG and DAC lie between). */
function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

/** Walks all markers to the end of the image; throws on what the codec cannot read and on a missing end. */
export function inspectJpeg(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size: { width: number; height: number } | null = null;
  let orientation: number | null = null;
  let at = nextMarker(bytes, 2);
  while (at >= 0) {
    const code = bytes[at + 1];
    if (code === 0xd9) {
      if (!size) throw new Error('holds no picture: it has no JPEG frame; save it again');
      return { ...size, orientation: orientation ?? 1 };
    }
    if (at + 4 > bytes.length) break;
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length) break;
    if (code === 0xe1) orientation ??= readOrientation(bytes.subarray(at + 4, end));
    if (isFrame(code)) size ??= readFrame(view, at + 4, code);
    at = nextMarker(bytes, Math.max(end, at + 4));
  }
  throw new Error(
    `is cut short: it ends at byte ${bytes.length}, before a JPEG's end marker; copy or save it again`,
  );
}

/** null when the block is not Exif (XMP uses APP1 too), so that a later one can still speak. */
function readOrientation(payload: Uint8Array): number | null {
  return payload[0] === 0x45 ? exifOrientation(payload) : null;
}

function readFrame(view: DataView, at: number, code: number): { width: number; height: number } {
  if (at + 6 > view.byteLength)
    throw new Error('is cut short inside its frame header; copy or save it again');
  const precision = view.getUint8(at);
  const components = view.getUint8(at + 5);
  if (components === 4)
    throw new Error('is a CMYK JPEG, which cannot be read; save it as an RGB JPEG or PNG');
  if (precision !== 8)
    throw new Error(`is a JPEG of ${precision} bits a channel; only 8 can be read, save it so`);
  if (code === 0xc3 || code > 0xca || (code >= 0xc5 && code <= 0xc7)) {
    throw new Error(
      'is a lossless or hierarchical JPEG, which cannot be read; save it as a usual JPEG or PNG',
    );
  }
  return { width: view.getUint16(at + 3), height: view.getUint16(at + 1) };
}

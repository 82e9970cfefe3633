import type { NamedTensor, NamedTensors } from './types.ts';

export type StoredType = 'F32' | 'F16' | 'BF16';
const BYTES: Readonly<Record<StoredType, number>> = { F32: 4, F16: 2, BF16: 2 };

interface Entry {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

function isCountList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
}

function readEntry(name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const fail = (what: string): never => {
    throw new Error(`safetensors: tensor "${name}" has ${what}`);
  };
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16') {
    return fail(`dtype ${JSON.stringify(dtype)}; only F32, F16 and BF16 are read`);
  }
  if (!isCountList(shape)) return fail(`shape ${JSON.stringify(shape)}, not a list of sizes`);
  if (!isCountList(data_offsets) || data_offsets.length !== 2) {
    return fail(`data_offsets ${JSON.stringify(data_offsets)}, not [begin, end]`);
  }
  const [begin, end] = data_offsets as [number, number];
  const bytes = shape.reduce((a, b) => a * b, 1) * BYTES[dtype];
  if (end - begin !== bytes) {
    return fail(
      `offsets [${begin}, ${end}], but shape [${shape.join(', ')}] of ${dtype} takes ${bytes} bytes`,
    );
  }
  return { dtype, shape, data_offsets: [begin, end] };
}

/** IEEE half → float32. */
function halfToFloat(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const fraction = h & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** float32 → IEEE half, ties to even; overflow gives infinity. */
function floatToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const a = Math.abs(value);
  if (Number.isNaN(a)) return 0x7e00;
  if (a >= 65520) return sign | 0x7c00;
  // Adding and taking away a power of two rounds to a multiple of the step at this magnitude.
  const exponent = Math.max(-14, Math.floor(Math.log2(a || 2 ** -24)));
  const step = 2 ** (exponent - 10);
  const units = roundHalfEven(a / step);
  if (exponent === -14 && units < 1024) return sign | units;
  const carry = units >= 2048 ? 1 : 0;
  return sign | ((exponent + 15 + carry) << 10) | (carry ? 0 : units - 1024);
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

function widen(bytes: Uint8Array, dtype: StoredType): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / BYTES[dtype];
  // A copy by constructor: the slice of a Node buffer would share its pool.
  if (dtype === 'F32') return new Float32Array(new Uint8Array(bytes).buffer);
  if (dtype === 'F16')
    return Float32Array.from({ length: count }, (_, i) => halfToFloat(view.getUint16(i * 2, true)));
  const bits = Uint32Array.from({ length: count }, (_, i) => view.getUint16(i * 2, true) << 16);
  return new Float32Array(bits.buffer);
}

function narrow(data: Float32Array, dtype: StoredType): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (dtype === 'F16') return new Uint8Array(Uint16Array.from(data, floatToHalf).buffer);
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const rounded = Uint16Array.from(bits, (b, i) =>
    Number.isNaN(data[i]) ? 0x7fc0 : (b + 0x7fff + ((b >>> 16) & 1)) >>> 16,
  );
  return new Uint8Array(rounded.buffer);
}

function readHeader(bytes: Uint8Array): { entries: [string, Entry][]; body: Uint8Array } {
  if (bytes.byteLength < 8) throw new Error(`safetensors: file of ${bytes.byteLength} bytes has no header`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (8 + length > bytes.byteLength) {
    throw new Error(
      `safetensors: header claims ${length} bytes, the file has ${bytes.byteLength}: truncated?`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch (error) {
    throw new Error('safetensors: the header is not JSON', { cause: error });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new Error('safetensors: the header is not an object');
  }
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]): [string, Entry] => [name, readEntry(name, value)]);
  return { entries, body: bytes.subarray(8 + length) };
}

function checkLayout(entries: readonly [string, Entry][], bodyBytes: number): void {
  const byStart = [...entries].sort(
    (a, b) => a[1].data_offsets[0] - b[1].data_offsets[0] || a[1].data_offsets[1] - b[1].data_offsets[1],
  );
  let end = 0;
  let before = '';
  for (const [name, { data_offsets }] of byStart) {
    if (data_offsets[0] < end) throw new Error(`safetensors: tensors "${before}" and "${name}" overlap`);
    end = data_offsets[1];
    before = name;
  }
  if (end > bodyBytes) {
    throw new Error(
      `safetensors: tensor "${before}" ends at byte ${end}, the data has ${bodyBytes}: truncated?`,
    );
  }
}

/** Reads a safetensors file; F32, F16 and BF16, all widened to float32. Throws naming the tensor that is wrong. */
export function readSafetensors(bytes: Uint8Array): NamedTensors {
  const { entries, body } = readHeader(bytes);
  checkLayout(entries, body.byteLength);
  return new Map(
    entries.map(([name, { dtype, shape, data_offsets }]): [string, NamedTensor] => [
      name,
      { shape, data: widen(body.subarray(...data_offsets), dtype) },
    ]),
  );
}

/** Writes a safetensors file, tensors in the map's order; `metadata` is text by text as the format wants it. */
export function writeSafetensors(
  tensors: NamedTensors,
  dtype: StoredType = 'F32',
  metadata: Readonly<Record<string, string>> = { format: 'pt' },
): Uint8Array<ArrayBuffer> {
  const header: [string, unknown][] = [['__metadata__', metadata]];
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const end = offset + data.length * BYTES[dtype];
    header.push([name, { dtype, shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  // fromEntries, not assignment: a tensor may be named "__proto__".
  const json = JSON.stringify(Object.fromEntries(header));
  const text = new TextEncoder().encode(json);
  // Data starts at a multiple of 8, as the reference writer leaves it.
  const padded = Math.ceil(text.length / 8) * 8;
  const out = new Uint8Array(8 + padded + offset);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true);
  out.fill(0x20, 8, 8 + padded);
  out.set(text, 8);
  let at = 8 + padded;
  for (const { data } of tensors.values()) {
    const body = narrow(data, dtype);
    out.set(body, at);
    at += body.byteLength;
  }
  return out;
}

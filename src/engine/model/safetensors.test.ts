import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** A file from a header object and its data, as any other writer may make it. */
function file(header: unknown, data: readonly number[] = []): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}
const entry = (dtype: string, shape: number[], begin: number, end: number) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('readSafetensors', () => {
  it('reads what writeSafetensors wrote, bit for bit', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.float32Array({ maxLength: 9 })), (arrays) => {
        const tensors = new Map(
          Object.entries(arrays).map(([name, data]) => [name, { shape: [data.length], data }]),
        );
        tensors.delete('__metadata__');
        const read = readSafetensors(writeSafetensors(tensors));
        expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort());
        for (const [name, { data }] of tensors) expect(read.get(name)!.data).toEqual(data);
      }),
    );
  });

  it('widens F16 and BF16 exactly', () => {
    const halves = [0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x8000, 0x3555].flatMap((h) => [h & 255, h >> 8]);
    const f16 = readSafetensors(file({ x: entry('F16', [7], 0, 14) }, halves)).get('x')!.data;
    expect([...f16]).toEqual([1, -2, 2 ** -24, 65504, Infinity, -0, 0.333251953125]);
    const brains = [0x3f80, 0xc040, 0x0080].flatMap((h) => [h & 255, h >> 8]);
    const bf16 = readSafetensors(file({ x: entry('BF16', [3], 0, 6) }, brains)).get('x')!.data;
    expect([...bf16]).toEqual([1, -3, 2 ** -126]);
  });

  it('rounds to the nearest half and brain float, ties to even', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -60000, max: 60000 }), (x) => {
        const tensors = new Map([['x', { shape: [1], data: Float32Array.of(x) }]]);
        const half = readSafetensors(writeSafetensors(tensors, 'F16')).get('x')!.data[0];
        expect(Math.abs(half - x)).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(x) * 2 ** -11));
        const brain = readSafetensors(writeSafetensors(tensors, 'BF16')).get('x')!.data[0];
        expect(Math.abs(brain - x)).toBeLessThanOrEqual(Math.abs(x) * 2 ** -8 + 2 ** -133);
      }),
    );
    const even = new Map([['x', { shape: [3], data: Float32Array.of(2049, 2051, 65520) }]]);
    expect([...readSafetensors(writeSafetensors(even, 'F16')).get('x')!.data]).toEqual([
      2048,
      2052,
      Infinity,
    ]);
  });

  it('reads a view into a larger buffer at any offset', () => {
    const bytes = writeSafetensors(new Map([['x', { shape: [2], data: Float32Array.of(1, 2) }]]));
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect([...readSafetensors(shifted.subarray(3)).get('x')!.data]).toEqual([1, 2]);
  });

  it.each([
    ['a file without a header', new Uint8Array(4), /file of 4 bytes has no header/],
    ['a header past the end', file({}).subarray(0, 9), /truncated\?/],
    ['a header that is no JSON', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7b), /header is not JSON/],
    ['a header that is no object', file([1]), /header is not an object/],
    ['another dtype', file({ x: entry('I64', [1], 0, 8) }, Array(8).fill(0)), /"x" has dtype "I64"/],
    ['a negative size', file({ x: entry('F32', [-1], 0, 4) }, [0, 0, 0, 0]), /"x" has shape \[-1\]/],
    [
      'offsets that do not fit the shape',
      file({ x: entry('F32', [2], 0, 4) }, [0, 0, 0, 0]),
      /takes 8 bytes/,
    ],
    [
      'data past the end',
      file({ x: entry('F32', [2], 0, 8) }, [0, 0, 0, 0]),
      /"x" ends at byte 8, the data has 4/,
    ],
    [
      'tensors that overlap',
      file({ x: entry('F32', [1], 0, 4), y: entry('F32', [1], 2, 6) }, [0, 0, 0, 0, 0, 0]),
      /"x" and "y" overlap/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
  });
});

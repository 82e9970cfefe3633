/** Values from GPU buffers to the CPU: any number of pieces, from any number of submits, one wait. */
import { freeBuffer, makeBuffer } from './buffers.ts';

/** A piece of a buffer, in bytes; multiples of 4. */
export interface Piece {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  readonly size?: number;
}

export const pieceSize = ({ buffer, offset = 0, size = buffer.size - offset }: Piece): number => size;

/** Collects pieces as they are computed. Whatever happens, `read` or `dispose` it. */
export class ReadBack {
  readonly #staging: GPUBuffer;
  readonly #ends: number[] = [];

  /** For pieces of so many bytes in all. */
  constructor(device: GPUDevice, bytes: number) {
    this.#staging = makeBuffer(device, {
      label: 'read back',
      size: bytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  /** Records the copy of a piece. */
  copy(encoder: GPUCommandEncoder, piece: Piece): void {
    const at = this.#ends.at(-1) ?? 0;
    encoder.copyBufferToBuffer(piece.buffer, piece.offset ?? 0, this.#staging, at, pieceSize(piece));
    this.#ends.push(at + pieceSize(piece));
  }

  /** The pieces' bytes, in the order of their copies, once all that was submitted is done. */
  async read(): Promise<ArrayBuffer[]> {
    try {
      await this.#staging.mapAsync(GPUMapMode.READ);
      const bytes = this.#staging.getMappedRange();
      return this.#ends.map((end, i) => bytes.slice(this.#ends[i - 1] ?? 0, end));
    } finally {
      this.dispose();
    }
  }

  /** The same, once `submit` has submitted the copies. */
  async after(submit: () => Promise<void>): Promise<ArrayBuffer[]> {
    try {
      await submit();
      return await this.read();
    } finally {
      this.dispose();
    }
  }

  dispose(): void {
    freeBuffer(this.#staging);
  }
}

/**
 * Copies the pieces with the encoder, submits it, and waits for their bytes. The encoder may already hold the work
 * that computes them.
 */
export function readBack(
  device: GPUDevice,
  pieces: readonly Piece[],
  encoder: GPUCommandEncoder = device.createCommandEncoder(),
): Promise<ArrayBuffer[]> {
  const total = pieces.reduce((sum, piece) => sum + pieceSize(piece), 0);
  const collected = new ReadBack(device, total);
  for (const piece of pieces) collected.copy(encoder, piece);
  device.queue.submit([encoder.finish()]);
  return collected.read();
}

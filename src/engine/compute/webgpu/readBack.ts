/** Values from GPU buffers to the CPU: any number of pieces, one wait. */

/** A piece of a buffer, in bytes; multiples of 4. */
export interface Piece {
  readonly buffer: GPUBuffer;
  readonly offset?: number;
  readonly size?: number;
}

const sizeOf = ({ buffer, offset = 0, size = buffer.size - offset }: Piece): number => size;

/**
 * Copies the pieces with the encoder, submits it, and waits for their bytes; each piece comes as a buffer of its own.
 * The encoder may already hold the work that computes them.
 */
export async function readBack(
  device: GPUDevice,
  pieces: readonly Piece[],
  encoder: GPUCommandEncoder = device.createCommandEncoder(),
): Promise<ArrayBuffer[]> {
  const total = pieces.reduce((sum, piece) => sum + sizeOf(piece), 0);
  const staging = device.createBuffer({
    label: 'read back',
    size: total,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  let at = 0;
  for (const piece of pieces) {
    encoder.copyBufferToBuffer(piece.buffer, piece.offset ?? 0, staging, at, sizeOf(piece));
    at += sizeOf(piece);
  }
  device.queue.submit([encoder.finish()]);
  try {
    await staging.mapAsync(GPUMapMode.READ);
    const bytes = staging.getMappedRange();
    at = 0;
    return pieces.map((piece) => bytes.slice(at, (at += sizeOf(piece))));
  } finally {
    staging.destroy();
  }
}

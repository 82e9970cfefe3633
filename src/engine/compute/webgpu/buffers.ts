/**
 * GPU buffers beside tfjs's pool: parameters, moments, what plans compute in, read-backs. All are made and freed
 * here, so that what they hold is known, and what is too large is an error that says so.
 */

/** What memory was wanted for: it decides what can be lowered. */
export type MemoryUse = 'policy' | 'rollouts' | 'update';

/** The GPU cannot hold what was asked for; nothing of it was kept. */
export class GpuMemoryError extends Error {
  readonly use: MemoryUse;
  constructor(use: MemoryUse, what: string) {
    super(`GPU memory for the ${use}: ${what}`);
    this.name = 'GpuMemoryError';
    this.use = use;
  }
}

/** Buffers that belong together until they have all been made. */
interface Making {
  readonly use: MemoryUse;
  readonly buffers: GPUBuffer[];
}

let making: Making | null = null;
const held = new WeakSet<GPUBuffer>();
let count = 0;
let bytes = 0;

/** Buffers that were made and not freed, and their bytes. */
export function heldBuffers(): { readonly count: number; readonly bytes: number } {
  return { count, bytes };
}

const mebibytes = (size: number): string => `${(size / 2 ** 20).toFixed(1)} MiB`;

/** All zeros. Throws a GpuMemoryError where the device allows no buffer, or no binding, of this size. */
export function makeBuffer(
  device: GPUDevice,
  descriptor: GPUBufferDescriptor & { readonly label: string },
): GPUBuffer {
  const { label, size, usage } = descriptor;
  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const isBound = (usage & GPUBufferUsage.STORAGE) !== 0;
  const most = isBound ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
  if (size > most) {
    throw new GpuMemoryError(
      making?.use ?? 'policy',
      `its “${label}” would take ${mebibytes(size)}, ${mebibytes(size - most)} more than the ${mebibytes(most)} ` +
        'that this GPU allows for one buffer.',
    );
  }
  const buffer = device.createBuffer(descriptor);
  held.add(buffer);
  count += 1;
  bytes += size;
  making?.buffers.push(buffer);
  return buffer;
}

/** Frees a buffer of `makeBuffer`; once more does nothing. */
export function freeBuffer(buffer: GPUBuffer): void {
  if (!held.delete(buffer)) return;
  count -= 1;
  bytes -= buffer.size;
  buffer.destroy();
}

/**
 * What `make` makes at once, with buffers that the GPU really has. Throws a GpuMemoryError where it has no room for
 * them, and frees those that were made before any error.
 */
export async function withinMemory<T>(device: GPUDevice, use: MemoryUse, make: () => T): Promise<T> {
  const buffers: GPUBuffer[] = [];
  // What is done with a buffer that there is no room for is invalid; the cause is told instead.
  device.pushErrorScope('validation');
  device.pushErrorScope('out-of-memory');
  making = { use, buffers };
  try {
    const attempt = made(make);
    making = null;
    const [noRoom, invalid] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    if ('error' in attempt) throw attempt.error;
    if (noRoom) {
      const total = buffers.reduce((sum, { size }) => sum + size, 0);
      throw new GpuMemoryError(
        use,
        `${mebibytes(total)} were asked for, and this GPU has no room for them beside the ` +
          `${mebibytes(bytes - total)} that are held.`,
      );
    }
    if (invalid) throw new Error(invalid.message);
    return attempt.value;
  } catch (error) {
    for (const buffer of buffers) freeBuffer(buffer);
    throw error;
  }
}

/** The error scopes have to be closed first. */
function made<T>(make: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: make() };
  } catch (error) {
    return { error };
  }
}

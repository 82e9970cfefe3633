/**
 * Dawn's null backend has 512 MB, and computes nothing: large buffers are made small, and whoever uses them is told
 * their size and none the wiser. Ranges outside what there is are moved inside it.
 */

/** Larger buffers get this, bytes; a part of one that lies outside is bound as this. */
const LARGEST = 256 * 1024;
const PART = 256;

/** Bytes that there really are, of buffers that were made small. */
const real = new WeakMap<GPUBuffer, number>();
const sizeOf = (buffer: GPUBuffer): number => real.get(buffer) ?? buffer.size;

/** An offset and a size inside the buffer, as near as can be. */
function inside(
  buffer: GPUBuffer,
  offset = 0,
  size = buffer.size - offset,
): { offset: number; size: number } {
  const there = sizeOf(buffer);
  if (offset + size <= there) return { offset, size };
  if (offset === 0) return { offset, size: there };
  // Parts of one buffer must not overlap where they are written.
  return { offset: (Math.floor(offset / PART) * PART) % there, size: Math.min(size, PART) };
}

function smallerEntry(entry: GPUBindGroupEntry): GPUBindGroupEntry {
  const { resource } = entry;
  if (!('buffer' in resource) || !real.has(resource.buffer)) return entry;
  return {
    ...entry,
    resource: { buffer: resource.buffer, ...inside(resource.buffer, resource.offset, resource.size) },
  };
}

type Method = (this: unknown, ...args: never[]) => unknown;

/** Puts another method in a class's place; it is given the original, bound to the object. */
function replace<M extends Method>(
  prototype: object,
  name: string,
  change: (original: M) => (...args: Parameters<M>) => unknown,
): void {
  const methods = prototype as Record<string, Method>;
  const original = methods[name];
  methods[name] = function (this: unknown, ...args: never[]): unknown {
    const bound = original.bind(this) as unknown as M;
    return change(bound)(...(args as unknown as Parameters<M>));
  };
}

/** For the whole process, before the first device. Needs WebGPU's classes as globals. */
export function makeBuffersSmall(): void {
  replace<GPUDevice['createBuffer']>(GPUDevice.prototype, 'createBuffer', (create) => (descriptor) => {
    const { size, mappedAtCreation, usage } = descriptor;
    const isMapped =
      mappedAtCreation === true || (usage & (GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE)) !== 0;
    if (isMapped || size <= LARGEST) return create(descriptor);
    const buffer = create({ ...descriptor, size: LARGEST });
    real.set(buffer, LARGEST);
    Object.defineProperty(buffer, 'size', { value: size });
    return buffer;
  });
  replace<GPUDevice['createBindGroup']>(
    GPUDevice.prototype,
    'createBindGroup',
    (create) => (descriptor) => create({ ...descriptor, entries: [...descriptor.entries].map(smallerEntry) }),
  );
  replace<(...args: [GPUBuffer, number, GPUBuffer, number, number]) => void>(
    GPUCommandEncoder.prototype,
    'copyBufferToBuffer',
    (copy) => (source, sourceOffset, target, targetOffset, bytes) => {
      const from = inside(source, sourceOffset, bytes);
      const to = inside(target, targetOffset, bytes);
      copy(source, from.offset, target, to.offset, Math.min(from.size, to.size));
    },
  );
  replace<(buffer: GPUBuffer, offset?: number, size?: number) => void>(
    GPUCommandEncoder.prototype,
    'clearBuffer',
    (clear) => (buffer, offset, size) => {
      const part = inside(buffer, offset, size);
      clear(buffer, part.offset, part.size);
    },
  );
  replace<
    (
      buffer: GPUBuffer,
      offset: number,
      data: GPUAllowSharedBufferSource,
      from?: number,
      size?: number,
    ) => void
  >(GPUQueue.prototype, 'writeBuffer', (write) => (buffer, offset, data, from = 0, size) => {
    if (!real.has(buffer)) return write(buffer, offset, data, from, size);
    const element = 'BYTES_PER_ELEMENT' in data ? (data.BYTES_PER_ELEMENT as number) : 1;
    const count = size ?? data.byteLength / element - from;
    const part = inside(buffer, offset, count * element);
    return write(buffer, part.offset, data, from, part.size / element);
  });
}

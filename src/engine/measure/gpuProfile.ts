/**
 * Where a device's time goes, kernel by kernel. While a call runs, every dispatch has a compute pass of its own between
 * two timestamps; the work itself stays what it is, but that passes keep dispatches apart which could overlap.
 */

export interface KernelTime {
  /** Label of the pipeline. */
  readonly kernel: string;
  readonly dispatches: number;
  readonly milliseconds: number;
  /** Its part of the time of all kernels. */
  readonly share: number;
}

/** Of WebGPU's query sets, two a dispatch. */
const MOST_QUERIES = 4096;

/** Bytes of a timestamp. */
const TIMESTAMP = 8;

/**
 * Runs a call and says how long the device took for each kernel, the longest first; null where it keeps no time.
 * Browsers round timestamps to 100 µs unless started otherwise: sums of many dispatches come out right, single ones do not.
 */
export async function profileGpu(
  device: GPUDevice,
  call: () => Promise<unknown>,
): Promise<readonly KernelTime[] | null> {
  if (!device.features.has('timestamp-query')) return null;
  const timestamps = new Timestamps(device);
  try {
    const undo = splitPasses(device, timestamps);
    try {
      await call();
    } finally {
      undo();
    }
    return await timestamps.read();
  } finally {
    timestamps.dispose();
  }
}

/** The kernel of each dispatch, with when it began and ended. */
class Timestamps {
  readonly #device: GPUDevice;
  readonly #kernels: string[] = [];
  readonly #sets: GPUQuerySet[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** For the pass of the next dispatch. */
  next(kernel: string): GPUComputePassTimestampWrites {
    const at = (2 * this.#kernels.length) % MOST_QUERIES;
    if (at === 0) this.#sets.push(this.#device.createQuerySet({ type: 'timestamp', count: MOST_QUERIES }));
    this.#kernels.push(kernel);
    return {
      querySet: this.#sets[this.#sets.length - 1],
      beginningOfPassWriteIndex: at,
      endOfPassWriteIndex: at + 1,
    };
  }

  async read(): Promise<readonly KernelTime[]> {
    const nanoseconds = await this.#nanoseconds();
    const times = new Map<string, Omit<KernelTime, 'share'>>();
    this.#kernels.forEach((kernel, i) => {
      const took = Number(nanoseconds[2 * i + 1] - nanoseconds[2 * i]) / 1e6;
      const { dispatches, milliseconds } = times.get(kernel) ?? { dispatches: 0, milliseconds: 0 };
      times.set(kernel, { kernel, dispatches: dispatches + 1, milliseconds: milliseconds + took });
    });
    const total = [...times.values()].reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    return [...times.values()]
      .sort((a, b) => b.milliseconds - a.milliseconds)
      .map((time) => ({ ...time, share: total > 0 ? time.milliseconds / total : 0 }));
  }

  async #nanoseconds(): Promise<BigInt64Array> {
    const size = TIMESTAMP * MOST_QUERIES * Math.max(1, this.#sets.length);
    const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
    const resolved = this.#device.createBuffer({ label: 'timestamps', size, usage });
    const landing = this.#device.createBuffer({
      label: 'timestamps read',
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      const encoder = this.#device.createCommandEncoder({ label: 'timestamps' });
      this.#sets.forEach((set, i) => {
        const left = 2 * this.#kernels.length - i * MOST_QUERIES;
        encoder.resolveQuerySet(set, 0, Math.min(left, MOST_QUERIES), resolved, i * TIMESTAMP * MOST_QUERIES);
      });
      encoder.copyBufferToBuffer(resolved, 0, landing, 0, size);
      this.#device.queue.submit([encoder.finish()]);
      await landing.mapAsync(GPUMapMode.READ);
      return new BigInt64Array(landing.getMappedRange().slice(0));
    } finally {
      resolved.destroy();
      landing.destroy();
    }
  }

  dispose(): void {
    for (const set of this.#sets) set.destroy();
  }
}

/** Makes compute passes of the device's encoders a pass a dispatch. Returns what undoes it. */
function splitPasses(device: GPUDevice, timestamps: Timestamps): () => void {
  const create = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => {
    const encoder = create(descriptor);
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = () => new SplitPass(begin, timestamps) as unknown as GPUComputePassEncoder;
    return encoder;
  };
  // The one of its class comes to light again.
  return () => delete (device as Partial<GPUDevice>).createCommandEncoder;
}

type UsedOfPasses = 'setPipeline' | 'setBindGroup' | 'dispatchWorkgroups' | 'end';

/** A compute pass that is one real pass for each dispatch. */
class SplitPass implements Pick<GPUComputePassEncoder, UsedOfPasses> {
  readonly #begin: GPUCommandEncoder['beginComputePass'];
  readonly #timestamps: Timestamps;
  readonly #groups = new Map<number, GPUBindGroup>();
  #pipeline: GPUComputePipeline | null = null;

  constructor(begin: GPUCommandEncoder['beginComputePass'], timestamps: Timestamps) {
    this.#begin = begin;
    this.#timestamps = timestamps;
  }

  setPipeline(pipeline: GPUComputePipeline): undefined {
    this.#pipeline = pipeline;
  }

  setBindGroup(index: number, group: GPUBindGroup | null): undefined {
    if (group) this.#groups.set(index, group);
    else this.#groups.delete(index);
  }

  dispatchWorkgroups(x: number, y?: number, z?: number): undefined {
    const pipeline = this.#pipeline!;
    const { label } = pipeline;
    const pass = this.#begin({ label, timestampWrites: this.#timestamps.next(label) });
    pass.setPipeline(pipeline);
    for (const [index, group] of this.#groups) pass.setBindGroup(index, group);
    pass.dispatchWorkgroups(x, y, z);
    pass.end();
  }

  /** Every real pass has ended. */
  end(): undefined {}
}

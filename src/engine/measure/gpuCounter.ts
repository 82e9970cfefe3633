/**
 * Counts what a program asks of WebGPU, by wrapping the methods of its classes: on Dawn's null backend that
 * works at any size, where a software adapter would compute for hours.
 */

export interface Counts {
  readonly dispatches: number;
  readonly submits: number;
  /** Buffers mapped for reading. */
  readonly readBacks: number;
  readonly bytesRead: number;
  /** Through writeBuffer, or mapped at creation. */
  readonly bytesWritten: number;
  readonly bytesAllocated: number;
  readonly bindGroups: number;
  readonly pipelines: number;
  /**
   * From start to end without the waits for the device, µs; the thread's CPU time where that is known and less, as on a
   * machine that others use too.
   */
  readonly javascriptMicroseconds: number;
  /** Dispatches by the pipeline's label. */
  readonly byPipeline: Readonly<Record<string, number>>;
}

const ZERO = {
  dispatches: 0,
  submits: 0,
  readBacks: 0,
  bytesRead: 0,
  bytesWritten: 0,
  bytesAllocated: 0,
  bindGroups: 0,
  pipelines: 0,
};

type Method = (this: unknown, ...args: unknown[]) => unknown;

const MAP_READ = 1;

/** Counts for the whole thread from its making until `stop`. */
export class GpuCounter {
  #counts = { ...ZERO };
  #byPipeline: Record<string, number> = {};
  #pipeline = '';
  readonly #labels = new WeakMap<object, string>();
  #waits = 0;
  #waitingSince = 0;
  #waited = 0;
  readonly #cpuTime: () => number;
  readonly #undo: (() => void)[] = [];

  /** Needs WebGPU's classes as globals. `cpuTime`: µs that this process has computed, where it can be known. */
  constructor(cpuTime: () => number = () => Infinity) {
    this.#cpuTime = cpuTime;
    const wrap = (...method: Parameters<typeof wrapped>): void => void this.#undo.push(wrapped(...method));
    const add = (name: keyof typeof ZERO, amount = 1): void => {
      this.#counts[name] += amount;
    };
    const pass = GPUComputePassEncoder.prototype;
    const dispatch = (): void => {
      add('dispatches');
      this.#byPipeline[this.#pipeline] = (this.#byPipeline[this.#pipeline] ?? 0) + 1;
    };
    wrap(pass, 'setPipeline', (_pass, pipeline) => {
      this.#pipeline = this.#labels.get(pipeline as object) ?? '';
    });
    wrap(pass, 'dispatchWorkgroups', dispatch);
    wrap(pass, 'dispatchWorkgroupsIndirect', dispatch);
    wrap(GPUQueue.prototype, 'submit', () => add('submits'));
    wrap(GPUQueue.prototype, 'writeBuffer', (_queue, _buffer, _offset, data, from, size) =>
      add('bytesWritten', writtenBytes(data as ArrayBuffer | ArrayBufferView, from, size)),
    );
    wrap(GPUQueue.prototype, 'onSubmittedWorkDone', () => undefined, this.#wait);
    const device = GPUDevice.prototype;
    wrap(device, 'createBuffer', (_device, descriptor) => {
      const { size, mappedAtCreation } = descriptor as GPUBufferDescriptor;
      add('bytesAllocated', size);
      if (mappedAtCreation) add('bytesWritten', size);
    });
    wrap(device, 'createBindGroup', () => add('bindGroups'));
    const noted = (pipeline: unknown, descriptor: unknown): void => {
      const { label } = descriptor as GPUComputePipelineDescriptor;
      this.#labels.set(pipeline as object, label ?? '');
    };
    const made = (result: unknown, descriptor: unknown): void => {
      if (!(result instanceof Promise)) noted(result, descriptor);
      // Who asked hears of a failure.
      else void result.then((pipeline) => noted(pipeline, descriptor)).catch(() => undefined);
    };
    wrap(device, 'createComputePipeline', () => add('pipelines'), made);
    wrap(device, 'createComputePipelineAsync', () => add('pipelines'), made);
    wrap(
      GPUBuffer.prototype,
      'mapAsync',
      (buffer, mode, offset, size) => {
        if (mode !== MAP_READ) return;
        add('readBacks');
        add('bytesRead', readBytes(buffer as GPUBuffer, offset, size));
      },
      this.#wait,
    );
  }

  /** Runs one call and says what it took. */
  async count(call: () => Promise<unknown>): Promise<Counts> {
    this.#counts = { ...ZERO };
    this.#byPipeline = {};
    this.#waited = 0;
    const start = performance.now();
    const before = this.#cpuTime();
    await call();
    const computed = Number.isFinite(before) ? this.#cpuTime() - before : Infinity;
    const wall = (performance.now() - start - this.#waited) * 1000;
    const javascriptMicroseconds = Math.min(wall, computed);
    return { ...this.#counts, javascriptMicroseconds, byPipeline: this.#byPipeline };
  }

  /** Puts the methods back. */
  stop(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  /** Time until a promise of the device settles is not JavaScript's. */
  readonly #wait = (result: unknown): void => {
    if (this.#waits++ === 0) this.#waitingSince = performance.now();
    const settled = (): void => {
      if (--this.#waits === 0) this.#waited += performance.now() - this.#waitingSince;
    };
    (result as Promise<unknown>).then(settled, settled);
  };
}

/** Puts `before` in front of a class's method, with the object first, and `after` behind it, with the result first. Returns what undoes it. */
function wrapped(
  prototype: object,
  name: string,
  before: (...args: readonly unknown[]) => void,
  after?: (result: unknown, ...args: readonly unknown[]) => void,
): () => void {
  const methods = prototype as Record<string, Method>;
  const original = methods[name];
  methods[name] = function (this: unknown, ...args: unknown[]): unknown {
    before(this, ...args);
    const result = original.apply(this, args);
    after?.(result, ...args);
    return result;
  };
  return () => {
    methods[name] = original;
  };
}

/** As WebGPU reads writeBuffer's arguments: offset and size count elements of a typed array, else bytes. */
function writtenBytes(data: ArrayBuffer | ArrayBufferView, offset: unknown, size: unknown): number {
  const element = 'BYTES_PER_ELEMENT' in data ? (data.BYTES_PER_ELEMENT as number) : 1;
  if (typeof size === 'number') return size * element;
  return data.byteLength - (typeof offset === 'number' ? offset * element : 0);
}

function readBytes(buffer: GPUBuffer, offset: unknown, size: unknown): number {
  if (typeof size === 'number') return size;
  return buffer.size - (typeof offset === 'number' ? offset : 0);
}

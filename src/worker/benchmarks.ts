/**
 * The short benchmark for the page: the shipped tiny policy on its own questions, on the backend that the run uses, when
 * no phase runs. Policies and optimiser are its own; the run stays as it is.
 */
import { sampledSetup, type BatchSizes } from '../engine/measure/batch.ts';
import { measureShort, type ShortOptions, type ShortReport } from '../engine/measure/short.ts';
import { taskSetByName } from '../engine/tasks/index.ts';
import type { FileReader } from './assets.ts';
import { Cancellable } from './cancellable.ts';
import { macrotask } from './macrotask.ts';
import type { Outbox } from './outbox.ts';

export interface BenchmarkRequest extends BatchSizes, ShortOptions {}

/** Rounds done, in parts, of `total`. */
export interface BenchmarkProgress {
  readonly done: number;
  readonly total: number;
}

export interface BenchmarkReport extends ShortReport {
  readonly request: BenchmarkRequest;
}

/** What is measured, on every machine the same. */
const POLICY = 'tiny';
const TASKS = 'scenes';

export class Benchmarks {
  readonly #out: Outbox;
  readonly #files: (folder: string) => FileReader;
  readonly #jobs = new Cancellable();

  /** `files`: a checkpoint's, by its name. */
  constructor(out: Outbox, files: (folder: string) => FileReader) {
    this.#out = out;
    this.#files = files;
  }

  /** The job that measures; it takes the place of the one before. */
  job(request: BenchmarkRequest): () => Promise<void> {
    const tell = (done: number, total: number): void => {
      this.#out.add({ type: 'benchmarkProgress', progress: { done, total } });
      this.#out.flushIfDue();
    };
    const job = this.#jobs.job(
      (signal) => this.#measure(request, signal, tell),
      () => this.#out.add({ type: 'benchmarkProgress', progress: null }),
    );
    tell(0, 1);
    return job;
  }

  /** Ends the benchmark under way, or the one that waits for a phase to end. */
  cancel(): void {
    this.#jobs.cancel();
  }

  async #measure(
    request: BenchmarkRequest,
    signal: AbortSignal,
    onProgress: (done: number, total: number) => void,
  ): Promise<void> {
    const giveWay = async (): Promise<void> => {
      await macrotask();
      signal.throwIfAborted();
    };
    await giveWay();
    const setup = await sampledSetup(this.#files(POLICY), taskSetByName(TASKS), request);
    const report = await measureShort(setup, request, { giveWay, onProgress });
    this.#out.add({ type: 'benchmark', request, ...report });
  }
}

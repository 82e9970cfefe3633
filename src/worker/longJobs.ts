/** Jobs that take long, tell their progress and can be cancelled: one of each kind at a time, when no phase runs. */
import type { FileReader } from './assets.ts';
import { Benchmarks } from './benchmarks.ts';
import { Evaluations } from './evaluations.ts';
import type { Outbox } from './outbox.ts';
import { BENCHMARK_JOB, EVALUATION_JOB, WARMUP_JOB, type ToWorker } from './protocol.ts';
import type { RunHandle } from './runHandle.ts';
import { Warmups } from './warmups.ts';

/** Type of a job's message → what the job is called in an error. */
export const LONG_JOB_NAMES = {
  evaluate: EVALUATION_JOB,
  warmUp: WARMUP_JOB,
  benchmark: BENCHMARK_JOB,
} as const satisfies Partial<Record<ToWorker['type'], string>>;

type LongJobMessage = Extract<ToWorker, { type: keyof typeof LONG_JOB_NAMES }>;
type CancelMessage = Extract<ToWorker, { type: 'cancelEvaluation' | 'cancelWarmup' | 'cancelBenchmark' }>;

export class LongJobs {
  readonly #evaluations: Evaluations;
  readonly #warmups: Warmups;
  readonly #benchmarks: Benchmarks;

  /** `shipped`: the files of a shipped checkpoint, by its name. */
  constructor(out: Outbox, shipped: (name: string) => FileReader) {
    this.#evaluations = new Evaluations(out);
    this.#warmups = new Warmups(out, this.#evaluations);
    this.#benchmarks = new Benchmarks(out, shipped);
  }

  /** The job that answers a message; it takes the place of the one of its kind before. */
  job(message: LongJobMessage): (run: RunHandle) => Promise<void> {
    switch (message.type) {
      case 'evaluate':
        return this.#evaluations.job(message);
      case 'warmUp':
        return this.#warmups.job(message);
      case 'benchmark': {
        const { type: _, ...request } = message;
        return this.#benchmarks.job(request);
      }
      default:
        return message satisfies never;
    }
  }

  cancel({ type }: CancelMessage): void {
    if (type === 'cancelEvaluation') this.#evaluations.cancel();
    else if (type === 'cancelWarmup') this.#warmups.cancel();
    else this.#benchmarks.cancel();
  }

  cancelAll(): void {
    for (const jobs of [this.#evaluations, this.#warmups, this.#benchmarks]) jobs.cancel();
  }
}

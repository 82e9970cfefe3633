/**
 * Warm-ups for the page: the policy that the run started from learns from a teacher with chosen faults, as `warmup` on
 * the command line has it, on a copy. The run stays as it is; the warmed-up policy is handed over as a checkpoint's
 * files, with what was measured before and after.
 */
import { summarise } from '../engine/eval/summarise.ts';
import { writeCheckpoint } from '../engine/model/checkpoint.ts';
import { Policy, policyHash } from '../engine/model/policy.ts';
import type { NamedTensors } from '../engine/model/types.ts';
import { pebrExtras, type PebrExtras } from '../engine/rl/runParts.ts';
import { Warmup } from '../engine/rl/warmup.ts';
import {
  commandOf,
  warmupConfig,
  type WarmupChoice,
  type WarmupMeasures,
  type WarmupRound,
} from '../engine/rl/warmupRound.ts';
import { parseFaults, suiteOf } from '../engine/tasks/index.ts';
import type { Part } from '../engine/tasks/types.ts';
import { Cancellable } from './cancellable.ts';
import type { Evaluations } from './evaluations.ts';
import { macrotask } from './macrotask.ts';
import type { Outbox } from './outbox.ts';
import type { RunHandle } from './runHandle.ts';
import type { ResumedRun } from './snapshots.ts';

export interface WarmupRequest extends WarmupChoice {
  /** Which samples show its effect, greedy, from the start of the part. */
  readonly probe: { readonly part: Part; readonly n: number };
}

export interface WarmupProgress {
  /** Steps done, of `total`. */
  readonly done: number;
  readonly total: number;
  /** Of the first and of the last step; null before them. */
  readonly firstLoss: number | null;
  readonly loss: number | null;
  /** Seconds that the steps took. */
  readonly seconds: number;
  /** Share of the probes that is done, before the first step and after the last; null while it trains. */
  readonly measuring: number | null;
}

export interface WarmedUp {
  /** The run whose first policy was warmed up. */
  readonly runId: string;
  readonly round: WarmupRound;
  /** The warmed-up policy as a checkpoint. */
  readonly files: ResumedRun['files'];
}

/** Pixels kept while it trains: a tab has less memory than a terminal. */
const PIXEL_BYTES = 256 * 1024 * 1024;

export class Warmups {
  readonly #out: Outbox;
  readonly #evaluations: Evaluations;
  readonly #jobs = new Cancellable();

  constructor(out: Outbox, evaluations: Evaluations) {
    this.#out = out;
    this.#evaluations = evaluations;
  }

  /** The job that does a warm-up; it takes the place of the one before. */
  job(request: WarmupRequest): (run: RunHandle) => Promise<void> {
    let progress: WarmupProgress = {
      done: 0,
      total: request.steps,
      firstLoss: null,
      loss: null,
      seconds: 0,
      measuring: 0,
    };
    const tell = (change: Partial<WarmupProgress>): void => {
      progress = { ...progress, ...change };
      this.#out.add({ type: 'warmupProgress', progress });
      this.#out.flushIfDue();
    };
    const job = this.#jobs.job(
      (signal, run: RunHandle) => this.#warmUp(run, request, signal, tell),
      () => this.#out.add({ type: 'warmupProgress', progress: null }),
    );
    tell({});
    return job;
  }

  /** Ends the warm-up under way, or the one that waits for a phase to end; nothing of it is kept. */
  cancel(): void {
    this.#jobs.cancel();
  }

  async #warmUp(
    run: RunHandle,
    request: WarmupRequest,
    signal: AbortSignal,
    tell: (change: Partial<WarmupProgress>) => void,
  ): Promise<void> {
    const giveWay = async (): Promise<void> => {
      await macrotask();
      signal.throwIfAborted();
    };
    const start = run.kept.get(0)?.parameters;
    if (!start) throw new Error('The policy that the run started from is not kept; start a new run first.');
    await giveWay();
    parseFaults(request.faults, suiteOf(run.tasks.name));
    const measure = async (tensors: NamedTensors, from: number): Promise<WarmupMeasures> => {
      const onProgress = (done: number, total: number): void => tell({ measuring: from + done / total / 2 });
      const probe = { ...request.probe, samples: 0 };
      const rows = await this.#evaluations.rowsOf(run, tensors, probe, { signal, onProgress });
      const { accuracy, description_f1 } = summarise(rows, {
        tasks: run.tasks.name,
        part: probe.part,
        seed: 1,
      });
      return { accuracy, description_f1 };
    };
    const before = await measure(start, 0);
    const trained = await this.#train(run, start, request, giveWay, tell);
    const measured = { ...request.probe, before, after: await measure(trained.tensors, 0.5) };
    await giveWay();
    const { steps, batchSize, learningRate, faults } = request;
    const round: WarmupRound = {
      ...{ steps, batchSize, learningRate, faults, measured },
      tasks: run.tasks.name,
      seed: run.request.config.seed,
      from: policyHash(start),
      policyHash: policyHash(trained.tensors),
      firstLoss: trained.firstLoss,
      lastLoss: trained.loss,
    };
    const files = filesOf(run, round, trained.tensors);
    this.#out.add(
      { type: 'warmedUp', runId: run.request.runId, round, files },
      Object.values(files).map(({ buffer }) => buffer),
    );
  }

  async #train(
    { parts, tasks, request: { config } }: RunHandle,
    start: NamedTensors,
    choice: WarmupChoice,
    giveWay: () => Promise<void>,
    tell: (change: Partial<WarmupProgress>) => void,
  ): Promise<{ readonly tensors: NamedTensors; readonly firstLoss: number; readonly loss: number }> {
    const policy = Policy.fromTensors(parts.checkpoint.config, start);
    const { tokenizer, preprocessing, instruction } = parts;
    const began = performance.now();
    let [firstLoss, loss] = [NaN, NaN];
    let warmup: Warmup | null = null;
    try {
      warmup = new Warmup(
        { policy, tokenizer, tasks, preprocessing, instruction, pixelBytes: PIXEL_BYTES },
        warmupConfig(choice, config.seed, config.optimizer),
      );
      tell({ measuring: null });
      while (warmup.step < choice.steps) {
        ({ loss } = await warmup.advance(giveWay));
        if (warmup.step === 1) firstLoss = loss;
        tell({ done: warmup.step, firstLoss, loss, seconds: (performance.now() - began) / 1000 });
      }
      return { tensors: await policy.exportTensors(), firstLoss, loss };
    } finally {
      warmup?.dispose();
      policy.dispose();
    }
  }
}

/** The checkpoint's files, whose card and history say what was done. */
function filesOf(
  { parts: { checkpoint, policy }, request }: RunHandle,
  round: WarmupRound,
  tensors: NamedTensors,
): ResumedRun['files'] {
  const before = pebrExtras(checkpoint);
  const { preset } = request.config;
  const { accuracy, description_f1 } = round.measured.after;
  const pebr: PebrExtras = {
    ...before,
    history: [...(before.history ?? []), commandOf(round, preset)],
    card: {
      name: before.card?.name ?? preset,
      parameters: policy.parameterCount,
      faults: round.faults,
      measured: {
        accuracy,
        ...(description_f1 === null ? {} : { description_f1 }),
        samples: round.measured.n,
      },
    },
  };
  return Object.fromEntries(writeCheckpoint({ ...checkpoint, tensors, extras: { pebr } }));
}

/** Evaluations of the run's policies for the page: measured when no phase runs, compared pairwise, cancellable. */
import { compareRows } from '../engine/eval/compare.ts';
import { evaluateRows, type EvalHooks, type EvalParts, type EvalRow } from '../engine/eval/evaluateRows.ts';
import { summarise, type EvalReport } from '../engine/eval/summarise.ts';
import { Policy, policyHash } from '../engine/model/policy.ts';
import type { NamedTensors } from '../engine/model/types.ts';
import type { Part } from '../engine/tasks/types.ts';
import { Cancellable } from './cancellable.ts';
import type { Outbox } from './outbox.ts';
import type { RunHandle } from './runHandle.ts';

/** A policy of the run: one kept after so many steps (0: the start, and every change of stage), or the present one. */
export type PolicyAt = number | 'now';

export interface EvaluationRequest {
  /** The page's; the answer has it too. */
  readonly id: number;
  /** At least one; two are compared. */
  readonly policies: readonly PolicyAt[];
  readonly part: Part;
  /** Samples from the start of the part. */
  readonly n: number;
  /** Sampled responses a sample beside the greedy one; 0: greedy alone. Temperature 1, top_p 1. */
  readonly samples: number;
}

export interface EvaluatedPolicy {
  readonly at: PolicyAt;
  /** Steps that had been done. */
  readonly step: number;
  readonly hash: string;
  readonly report: EvalReport;
}

/** Of the draws and the intervals: `eval`'s default, so that the command line tells the same numbers. */
const SEED = 1;
/** Samples between two reports of progress. */
const SAMPLES_AT_ONCE = 16;
/** Evaluations whose rows are kept, so that a policy is not measured anew to be compared with another one. */
const KEPT = 24;

interface Measured extends Omit<EvaluatedPolicy, 'report'> {
  readonly rows: readonly EvalRow[];
}

export class Evaluations {
  readonly #out: Outbox;
  readonly #rows = new WeakMap<RunHandle, Map<string, readonly EvalRow[]>>();
  readonly #jobs = new Cancellable();

  constructor(out: Outbox) {
    this.#out = out;
  }

  /** The job that answers a request; it takes the place of the one before. */
  job(request: EvaluationRequest): (run: RunHandle) => Promise<void> {
    const job = this.#jobs.job(
      (signal, run: RunHandle) => this.#evaluate(run, request, signal),
      () => this.#out.add({ type: 'evaluationProgress', progress: null }),
    );
    this.#tell(0, request);
    return job;
  }

  /** Ends the evaluation under way, or the one that waits for a phase to end. */
  cancel(): void {
    this.#jobs.cancel();
  }

  async #evaluate(run: RunHandle, request: EvaluationRequest, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const measured: Measured[] = [];
    for (const [index, at] of request.policies.entries()) {
      const onProgress = (done: number, total: number): void => this.#tell(index + done / total, request);
      measured.push(await this.#measure(run, at, request, { signal, onProgress }));
    }
    const [first, second] = measured;
    const about = { tasks: run.tasks.name, part: request.part, seed: SEED };
    this.#out.add({
      type: 'evaluation',
      request,
      policies: measured.map(({ rows, ...policy }) => ({ ...policy, report: summarise(rows, about) })),
      comparison: measured.length === 2 ? compareRows(first.rows, second.rows, SEED) : null,
    });
  }

  async #measure(
    run: RunHandle,
    at: PolicyAt,
    request: EvaluationRequest,
    hooks: EvalHooks,
  ): Promise<Measured> {
    const tensors = at === 'now' ? await run.parts.policy.exportTensors() : run.kept.get(at)?.parameters;
    if (!tensors) {
      const steps = [...run.kept.keys()].join(', ');
      throw new Error(
        `The policy after step ${at} is not kept, those after steps ${steps} are; choose another.`,
      );
    }
    const step = at === 'now' ? run.trainer.step : at;
    const rows = await this.rowsOf(run, tensors, request, hooks);
    return { at, step, hash: policyHash(tensors), rows };
  }

  /** Responses of any policy of the run's shape, measured; those of a policy that was measured already are kept. */
  async rowsOf(
    run: RunHandle,
    tensors: NamedTensors,
    { part, n, samples }: Omit<EvaluationRequest, 'policies' | 'id'>,
    hooks: EvalHooks,
  ): Promise<readonly EvalRow[]> {
    const key = [policyHash(tensors), part, n, samples].join(' ');
    const kept = this.#rows.get(run) ?? new Map<string, readonly EvalRow[]>();
    this.#rows.set(run, kept);
    const known = kept.get(key);
    if (known) return known;
    const { sampling } = run.request.config;
    const options = {
      part,
      n,
      samples,
      temperature: 1,
      topP: 1,
      seed: SEED,
      samplesAtOnce: SAMPLES_AT_ONCE,
    };
    const policy = Policy.fromTensors(run.parts.checkpoint.config, tensors);
    const parts: EvalParts = { ...run.parts, policy };
    try {
      const rows = await evaluateRows(parts, { ...options, maxNewTokens: sampling.maxNewTokens }, hooks);
      if (kept.size >= KEPT) kept.delete([...kept.keys()][0]);
      kept.set(key, rows);
      return rows;
    } finally {
      policy.dispose();
    }
  }

  /** `policies`: how many are done, with the share of the one under way. */
  #tell(policies: number, request: EvaluationRequest): void {
    const total = request.policies.length * request.n;
    this.#out.add({
      type: 'evaluationProgress',
      progress: { done: Math.round(policies * request.n), total },
    });
    this.#out.flushIfDue();
  }
}

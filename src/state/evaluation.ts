/**
 * Evaluations as the page asks for them: which policies of the run, on how many samples. One result is held, of the
 * run under way; the worker keeps what it measured, so that asking for another pair measures only what is new.
 * The **probe** is the evaluation of every policy that the run has kept, on a fixed small set.
 */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { StageChange } from '../engine/rl/types.ts';
import type { Part } from '../engine/tasks/types.ts';
import { EVALUATION_JOB } from '../worker/protocol.ts';
import type {
  EvaluationRequest,
  FromWorker,
  KeptState,
  PolicyAt,
  Progress,
  TaskInfo,
  WorkerError,
  WorkerStatus,
} from '../worker/protocol.ts';
import { send } from './bridge.ts';
import { liveRun, useRuns } from './runStore.ts';
import { sessionStore, useSession } from './session.ts';

/** What the next evaluation is to measure. */
export interface EvaluationChoice {
  readonly first: PolicyAt;
  /** Compared with the first; null: the first alone. */
  readonly second: PolicyAt | null;
  /** Samples, at most. */
  readonly n: number;
  /** Sampled responses a sample; 0: greedy alone. */
  readonly samples: number;
}

export type EvaluationResult = Omit<Extract<FromWorker, { type: 'evaluation' }>, 'type'>;

/** A policy of the run that can be measured. */
export interface PolicyChoice {
  readonly at: PolicyAt;
  readonly label: string;
}

interface EvaluationState {
  readonly choice: EvaluationChoice;
  /** null: nothing is being measured. */
  readonly progress: Progress | null;
  readonly result: EvaluationResult | null;
  /** The probe's result, until the next probe. */
  readonly probe: EvaluationResult | null;
  /** Ids of the requests asked last; null: none for this run. An answer to another one is no longer wanted. */
  readonly asked: Readonly<Record<Asker, number | null>>;
}
/** Who asks: the Evaluation tab for what is chosen there, or the probe. */
type Asker = 'choice' | 'probe';
const FRESH: EvaluationState = {
  choice: { first: 0, second: 'now', n: 64, samples: 0 },
  progress: null,
  result: null,
  probe: null,
  asked: { choice: null, probe: null },
};

/** Samples of the probe, greedy: enough to see a stage's work, measured in seconds. */
export const PROBE_SAMPLES = 64;

/** Id of the request asked last. */
let newest = 0;

const evaluationStore = createStore<EvaluationState>(() => FRESH);

export function useEvaluation<T>(selector: (state: EvaluationState) => T): T {
  return useStore(evaluationStore, selector);
}

export function chooseEvaluation(change: Partial<EvaluationChoice>): void {
  evaluationStore.setState(({ choice }) => ({ choice: { ...choice, ...change } }));
}

/** Forgets what belongs to a run that is no more; how much to measure stays. */
export function clearEvaluation(): void {
  const { n, samples } = evaluationStore.getState().choice;
  evaluationStore.setState({ ...FRESH, choice: { ...FRESH.choice, n, samples } });
}

export function takeProgress(progress: Progress | null): void {
  evaluationStore.setState({ progress });
}

export function takeEvaluation({ type: _, ...result }: Extract<FromWorker, { type: 'evaluation' }>): void {
  const { asked, progress } = evaluationStore.getState();
  const { id } = result.request;
  evaluationStore.setState({
    // One that was asked for since is still being measured.
    progress: id === newest ? null : progress,
    ...(id === asked.choice ? { result } : {}),
    ...(id === asked.probe ? { probe: result } : {}),
  });
}

/** Measures what is chosen, on held-out samples where the task set has any. */
export function evaluate(): void {
  const { first, second, n, samples } = evaluationStore.getState().choice;
  ask('choice', { policies: second === null ? [first] : [first, second], n, samples });
}

/** Measures every policy of the run on the same few samples: each checkpoint, and now. */
export function probe(): void {
  const { stageChanges, step } = sessionStore.getState();
  const policies = policiesOf(liveRun()?.kept ?? [], stageChanges, step).map(({ at }) => at);
  ask('probe', { policies: step === 0 ? policies.slice(0, 1) : policies, n: PROBE_SAMPLES, samples: 0 });
}

function ask(asker: Asker, { n, ...rest }: Pick<EvaluationRequest, 'policies' | 'n' | 'samples'>): void {
  const { tasks, error } = sessionStore.getState();
  if (!tasks) return;
  if (error?.where === EVALUATION_JOB) sessionStore.setState({ error: null });
  const part = partOf(tasks);
  const id = ++newest;
  evaluationStore.setState(({ asked }) => ({ asked: { ...asked, [asker]: id } }));
  send({ type: 'evaluate', id, ...rest, part, n: Math.min(n, tasks.sizes[part]) });
}

export function cancelEvaluation(): void {
  send({ type: 'cancelEvaluation' });
}

/** Why nothing can be measured now, or another job done; null when it can. */
export function evaluationBlocker(status: WorkerStatus, job = 'evaluation'): string | null {
  switch (status) {
    case 'idle':
    case 'paused':
      return null;
    case 'running':
    case 'stepping':
      return `Pause the run first: it and the ${job} share one engine.`;
    case 'booting':
      return 'The model is still loading.';
    case 'lost':
    case 'failed':
      return 'The run stands still after an error.';
    default:
      return status satisfies never;
  }
}

/** The part that evaluations take: an imported set need not hold anything out. */
export function partOf({ sizes }: TaskInfo): Part {
  return sizes.heldout > 0 ? 'heldout' : 'train';
}

/** The policies that the worker has: the start, the other checkpoints, and the present one. */
function policiesOf(
  kept: readonly KeptState[],
  changes: readonly StageChange[],
  step: number,
): PolicyChoice[] {
  const later = kept.filter((one) => one.step > 0);
  return [
    { at: 0, label: 'start of the run' },
    ...later.map(({ step: at }) => {
      // Of two changes after the same step, the first one ended what had been trained.
      const end = changes.find(({ atStep }) => atStep === at);
      return { at, label: end ? `end of ${end.from}, step ${at}` : `checkpoint, step ${at}` };
    }),
    { at: 'now', label: `as it is now, step ${step}` },
  ];
}

const NONE: readonly KeptState[] = [];

export function usePolicies(): readonly PolicyChoice[] {
  const kept = useRuns(({ runs, current }) => runs.find(({ id }) => id === current)?.kept ?? NONE);
  const changes = useSession((state) => state.stageChanges);
  const step = useSession((state) => state.step);
  return useMemo(() => policiesOf(kept, changes, step), [kept, changes, step]);
}

/** Why the last evaluation failed; null when it did not. */
export function useEvaluationError(): WorkerError | null {
  return useSession(({ error }) => (error?.where === EVALUATION_JOB ? error : null));
}

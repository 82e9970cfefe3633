/**
 * Warm-ups in the page: the teacher's faults as they are edited, the warm-up under way, and what came of it: a policy
 * that a new run starts from.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { suiteOf } from '../engine/tasks/index.ts';
import type { TeacherFaults } from '../engine/tasks/types.ts';
import type { WarmupChoice } from '../engine/rl/warmupRound.ts';
import { WARMUP_DEFAULTS, WARMUP_JOB } from '../worker/protocol.ts';
import type { TaskInfo, WarmedUp, WarmupProgress, WorkerError } from '../worker/protocol.ts';
import { send } from './bridge.ts';
import { configStore, useConfig, type WarmedStart } from './config.ts';
import { partOf, PROBE_SAMPLES } from './evaluation.ts';
import { startFrom } from './run.ts';
import { logLine, sessionStore, useSession } from './session.ts';

/** The faults edited are those of `tasks`; null: the defaults of the run's task set. */
interface WarmupState {
  readonly choice: Omit<WarmupChoice, 'faults'> & { readonly faults: TeacherFaults | null };
  /** null: no warm-up is under way. */
  readonly progress: WarmupProgress | null;
}

const { batchSize, learningRate } = WARMUP_DEFAULTS;
/** What the numbers of a warm-up are unless they are edited. */
export const WARMUP_START = { steps: 100, batchSize, learningRate } as const;

const warmupStore = createStore<WarmupState>(() => ({
  choice: { ...WARMUP_START, faults: null },
  progress: null,
}));

export function useWarmup<T>(selector: (state: WarmupState) => T): T {
  return useStore(warmupStore, selector);
}

/** Edits the next warm-up; `faults: null` is back to the task set's own. */
export function chooseWarmup(change: Partial<WarmupState['choice']>): void {
  warmupStore.setState(({ choice }) => ({ choice: { ...choice, ...change } }));
}

/** The faults of the next warm-up: those edited, else those that the task set's shipped policy learned from. */
export function faultsFor(tasks: TaskInfo, edited: TeacherFaults | null): TeacherFaults {
  return edited ?? suiteOf(tasks.name).faults;
}

/** Warms up the policy that the run under way started from. */
export function warmUp(): void {
  const { tasks, error } = sessionStore.getState();
  const { choice, progress } = warmupStore.getState();
  if (!tasks || progress) return;
  if (error?.where === WARMUP_JOB) sessionStore.setState({ error: null });
  const part = partOf(tasks);
  const probe = { part, n: Math.min(PROBE_SAMPLES, tasks.sizes[part]) };
  send({ type: 'warmUp', ...choice, faults: faultsFor(tasks, choice.faults), probe });
}

/** Ends the warm-up; the policy stays as it was. */
export function cancelWarmup(): void {
  send({ type: 'cancelWarmup' });
}

export function takeWarmupProgress(progress: WarmupProgress | null): void {
  warmupStore.setState({ progress });
}

/** A new run starts from the warmed-up policy, unless another one has begun meanwhile. */
export function takeWarmedUp({ runId, round, files }: WarmedUp): void {
  const { applied } = configStore.getState();
  if (!applied || sessionStore.getState().run?.runId !== runId) return;
  logLine(`Warmed up ${round.from.slice(0, 12)} → ${round.policyHash.slice(0, 12)}: ${round.steps} steps`);
  startFrom({ rounds: [...(applied.warmed?.rounds ?? []), round], files });
}

/** What the run under way starts from, where that was warmed up in the page; null: a checkpoint as shipped. */
export function useWarmedStart(): WarmedStart | null {
  return useConfig(({ applied }) => applied?.warmed ?? null);
}

/** Why the last warm-up failed; null when it did not. */
export function useWarmupError(): WorkerError | null {
  return useSession(({ error }) => (error?.where === WARMUP_JOB ? error : null));
}

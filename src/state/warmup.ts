/**
 * Warm-ups in the page: what the next one is to be, as it is typed, the one under way, and what came of it: a policy
 * that a new run starts from.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { TeacherFaults } from '../engine/tasks/types.ts';
import type { WarmupChoice } from '../engine/rl/warmupRound.ts';
import { WARMUP_DEFAULTS, WARMUP_JOB } from '../worker/protocol.ts';
import type { WarmedUp, WarmupProgress, WorkerError } from '../worker/protocol.ts';
import { send } from './bridge.ts';
import { configStore, useConfig, type WarmedStart } from './config.ts';
import { partOf, PROBE_SAMPLES } from './evaluation.ts';
import { startFrom } from './run.ts';
import { logLine, sessionStore, useSession } from './session.ts';

/** A planted fault as its fields have it. */
export interface FaultLine {
  readonly side: keyof TeacherFaults;
  /** The attribute that is misread, or the slip. */
  readonly name: string;
  /** Only these true values, or these kinds of questions; null: all. */
  readonly only: readonly string[] | null;
  /** Probability. */
  readonly p: string;
}

/** A warm-up as its fields have it. */
export interface WarmupDraft {
  readonly steps: string;
  readonly batchSize: string;
  readonly learningRate: string;
  /** null: the faults that the task set's shipped policy learned from. */
  readonly lines: readonly FaultLine[] | null;
}

interface WarmupState {
  readonly draft: WarmupDraft;
  /** null: no warm-up is under way. */
  readonly progress: WarmupProgress | null;
}

/** What the fields hold until they are edited. */
export const FRESH_WARMUP: WarmupDraft = {
  steps: '100',
  batchSize: String(WARMUP_DEFAULTS.batchSize),
  learningRate: String(WARMUP_DEFAULTS.learningRate),
  lines: null,
};

const warmupStore = createStore<WarmupState>(() => ({ draft: FRESH_WARMUP, progress: null }));

export function useWarmup<T>(selector: (state: WarmupState) => T): T {
  return useStore(warmupStore, selector);
}

export function editWarmup(change: Partial<WarmupDraft>): void {
  warmupStore.setState(({ draft }) => ({ draft: { ...draft, ...change } }));
}

/** Warms up the policy that the run under way started from. */
export function warmUp(choice: WarmupChoice): void {
  const { tasks, error } = sessionStore.getState();
  if (!tasks) return;
  if (error?.where === WARMUP_JOB) sessionStore.setState({ error: null });
  const part = partOf(tasks);
  const probe = { part, n: Math.min(PROBE_SAMPLES, tasks.sizes[part]) };
  send({ type: 'warmUp', ...choice, probe });
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
  // A Play that came meanwhile is for what it made.
  const play = sessionStore.getState().status === 'running';
  startFrom({ rounds: [...(applied.warmed?.rounds ?? []), round], files }, play);
  // Made with much work and shipped nowhere: kept before anything is computed of the run.
  send({ type: 'requestSnapshot' });
}

/** What the run under way starts from, where that was warmed up in the page; null: a checkpoint as shipped. */
export function useWarmedStart(): WarmedStart | null {
  return useConfig(({ applied }) => applied?.warmed ?? null);
}

/** Why the last warm-up failed; null when it did not. */
export function useWarmupError(): WorkerError | null {
  return useSession(({ error }) => (error?.where === WARMUP_JOB ? error : null));
}

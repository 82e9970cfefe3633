/** The short benchmark in the page: the one under way, and what the last one measured, of this machine and moment. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { BENCHMARK_JOB } from '../worker/protocol.ts';
import type {
  BackendReport,
  BenchmarkProgress,
  BenchmarkReport,
  BenchmarkRequest,
  FromWorker,
  WorkerError,
} from '../worker/protocol.ts';
import { send } from './bridge.ts';
import { sessionStore, useSession } from './session.ts';

/** A report with what it was measured on. */
export interface BenchmarkResult extends BenchmarkReport {
  readonly backend: BackendReport;
  readonly userAgent: string;
  /** When it was done, in milliseconds since 1970. */
  readonly at: number;
}

interface BenchmarkState {
  /** null: nothing is being measured. */
  readonly progress: BenchmarkProgress | null;
  readonly result: BenchmarkResult | null;
}

/** 4 questions × 8 responses of at most 64 tokens, medians of 3 rounds after one that warms up. */
const SHORT = { groups: 4, groupSize: 8, maxNewTokens: 64, rounds: 3 } as const;

const benchmarkStore = createStore<BenchmarkState>(() => ({ progress: null, result: null }));

export function useBenchmark<T>(selector: (state: BenchmarkState) => T): T {
  return useStore(benchmarkStore, selector);
}

/** Measures the backend that computes; the run stays as it is. */
export function benchmark({ withoutFusedOps }: Pick<BenchmarkRequest, 'withoutFusedOps'>): void {
  if (sessionStore.getState().error?.where === BENCHMARK_JOB) sessionStore.setState({ error: null });
  send({ type: 'benchmark', ...SHORT, withoutFusedOps });
}

export function cancelBenchmark(): void {
  send({ type: 'cancelBenchmark' });
}

export function takeBenchmarkProgress(progress: BenchmarkProgress | null): void {
  benchmarkStore.setState({ progress });
}

export function takeBenchmark({ type: _, ...report }: Extract<FromWorker, { type: 'benchmark' }>): void {
  const { backend } = sessionStore.getState();
  if (!backend) return;
  const result = { ...report, backend, userAgent: navigator.userAgent, at: Date.now() };
  benchmarkStore.setState({ progress: null, result });
}

/** Why the last benchmark failed; null when it did not. */
export function useBenchmarkError(): WorkerError | null {
  return useSession(({ error }) => (error?.where === BENCHMARK_JOB ? error : null));
}

/** What is kept of a run. */
import type { SplitRecord, StageChange, StepRecord, TrainConfig } from '../engine/rl/types.ts';
import type { WarmupRound } from '../engine/rl/warmupRound.ts';
import type { KeptState, ResumedRun, SavedState, TaskChoice } from '../worker/protocol.ts';

/** The best of a score over a run's steps. */
export interface BestScore {
  readonly value: number;
  readonly step: number;
}

/** The run that another one was made from. */
export interface RunParent {
  readonly id: string;
  readonly name: string;
  /** Steps taken over; 0: only the config. */
  readonly step: number;
  readonly config: TrainConfig;
  readonly warmups?: readonly WarmupRound[];
}

/** A state that stays beside later ones: what the run can be forked from. */
export interface Checkpoint extends KeptState {
  readonly bytes: number;
}

/** A run without its numbers: a line of the list. */
export interface RunHeader {
  readonly id: string;
  readonly name: string;
  /** One of RUN_COLOURS colours, from 0; `--run-0` … are its values. */
  readonly colour: number;
  readonly config: TrainConfig;
  readonly tasks: TaskChoice;
  /** Name of the checkpoint it started from. */
  readonly checkpoint: string;
  /** Warm-ups in the page that made its start from the checkpoint, in order; absent: it starts as shipped. */
  readonly warmups?: readonly WarmupRound[];
  readonly parent: RunParent | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Steps done. */
  readonly step: number;
  /** Highest `reward`, `rewards/accuracy/mean` and `perception/f1` of a step, by their metric's name. */
  readonly best: Readonly<Record<string, BestScore>>;
  readonly stageChanges: readonly StageChange[];
  /** Steps whose record outlives the retention. */
  readonly pinned: readonly number[];
  /** Ascending: the start, every change of stage, one every few steps, and those that the reader keeps. */
  readonly kept: readonly Checkpoint[];
  /** About how much storage it takes. */
  readonly bytes: number;
}

/** The scalars of a step. */
export type MetricsRow = Pick<StepRecord, 'step' | 'stage' | 'metrics'>;

/** What charts and panels show of a run. */
export interface LoadedRun {
  readonly config: TrainConfig;
  /** Of every step, in order. */
  readonly metrics: readonly MetricsRow[];
  /** Those kept: the newest and the pinned ones, in order. */
  readonly records: readonly StepRecord[];
  readonly stageChanges: readonly StageChange[];
  readonly split: SplitRecord | null;
}

/** Everything of a run: what a file holds and what a run goes on from. */
export interface WholeRun extends Omit<LoadedRun, 'config' | 'stageChanges' | 'split'> {
  readonly header: RunHeader;
  readonly state: SavedState;
  /** States of `header.kept`, by steps done. */
  readonly kept: ReadonlyMap<number, SavedState>;
  /** The checkpoint's files besides its weights, by name. */
  readonly files: ResumedRun['files'];
}

/** Bytes of a state's tensors. */
export function sizeOfState({ parameters, trainer }: SavedState): number {
  return parameters.byteLength + trainer.byteLength;
}

/** How many colours runs have; the first one comes again after the last. */
export const RUN_COLOURS = 8;
/** Metrics whose best value a run is known by. */
export const SCORES = ['reward', 'rewards/accuracy/mean', 'perception/f1'] as const;

/** The best scores with those of more steps. */
export function withScores(best: RunHeader['best'], rows: readonly MetricsRow[]): RunHeader['best'] {
  const next: Record<string, BestScore> = { ...best };
  for (const { step, metrics } of rows) {
    for (const name of SCORES) {
      const value = metrics[name];
      if (value !== undefined && !(value <= (next[name]?.value ?? -Infinity))) next[name] = { value, step };
    }
  }
  return next;
}

/** What panels show of a whole run. */
export function shownOf({ header, state, metrics, records }: WholeRun): LoadedRun {
  const { stageChanges, split } = state.progress;
  return { config: header.config, metrics, records, stageChanges, split };
}

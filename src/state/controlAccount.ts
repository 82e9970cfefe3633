/** What a control run has sent of itself, gathered so that it can become a run of its own in the list. */
import {
  sizeOfState,
  type Checkpoint,
  type MetricsRow,
  type RunHeader,
  type WholeRun,
} from '../runs/index.ts';
import type { StepRecord } from '../engine/rl/types.ts';
import type { ResumedRun, SavedState, Snapshot } from '../worker/protocol.ts';
import { RETAINED } from './records.ts';

/** What the messages of the run do not say. */
type About = Pick<
  RunHeader,
  'id' | 'name' | 'colour' | 'config' | 'tasks' | 'checkpoint' | 'parent' | 'best'
>;

export class ControlAccount {
  readonly #createdAt = Date.now();
  #records: StepRecord[] = [];
  #state: SavedState | null = null;
  #states = new Map<number, SavedState>();
  #kept: readonly Checkpoint[] = [];
  #files: ResumedRun['files'] | null = null;

  addRecord(record: StepRecord): void {
    this.#records = [...this.#records.slice(1 - RETAINED), record];
  }

  addSnapshot({ state, isKept, kept, files }: Snapshot): void {
    this.#state = state;
    if (isKept) this.#states.set(state.progress.step, state);
    if (files) this.#files = files;
    this.#kept = kept.flatMap((one) => {
      const own = this.#states.get(one.step);
      return own ? [{ ...one, bytes: sizeOfState(own) }] : [];
    });
  }

  /** The run as far as it can be gone on from, with the scalars of its steps; null while it cannot. */
  whole(about: About, rows: readonly MetricsRow[]): WholeRun | null {
    const state = this.#state;
    if (!state || !this.#files || state.progress.step === 0) return null;
    const { step, stageChanges } = state.progress;
    const kept = new Map([...this.#states].filter(([at]) => this.#kept.some((one) => one.step === at)));
    return {
      header: {
        ...about,
        createdAt: this.#createdAt,
        updatedAt: Date.now(),
        step,
        stageChanges,
        pinned: [],
        kept: this.#kept,
        bytes: 0,
      },
      metrics: rows.filter((row) => row.step <= step),
      records: this.#records.filter((record) => record.step <= step),
      state,
      kept,
      files: this.#files,
    };
  }
}

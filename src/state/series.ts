/**
 * Every scalar of every step, append-only typed arrays outside zustand, read at ≤ 4 Hz. A metric that a step
 * does not have is NaN there, so that sparse series stay sparse.
 */
import { useMemo, useSyncExternalStore } from 'react';
import type { RewardStage } from '../engine/rewards/types.ts';
import type { StepRecord } from '../engine/rl/types.ts';

/** Least time between two publications, in milliseconds. */
const PUBLISH_MS = 250;

export interface StageBoundary {
  /** First step of the stage. */
  readonly step: number;
  readonly stage: RewardStage;
}

export interface SeriesView {
  readonly steps: Float64Array;
  readonly values: Readonly<Record<string, Float64Array>>;
  /** Grows with every publication. */
  readonly version: number;
}

export class SeriesStore {
  #length = 0;
  #steps = new Float64Array(64);
  readonly #columns = new Map<string, Float64Array>();
  #boundaries: readonly StageBoundary[] = [];
  #version = 0;
  #isPublishing = false;
  #names: readonly string[] = [];
  readonly #listeners = new Set<() => void>();

  append(record: Pick<StepRecord, 'step' | 'stage' | 'metrics'>): void {
    if (this.#length === this.#steps.length) this.#grow();
    const at = this.#length++;
    this.#steps[at] = record.step;
    for (const [name, value] of Object.entries(record.metrics)) this.#column(name)[at] = value;
    if (this.#boundaries.at(-1)?.stage !== record.stage) {
      this.#boundaries = [...this.#boundaries, { step: record.step, stage: record.stage }];
    }
    this.publish();
  }

  /** Forgets everything after that step. */
  truncateAfter(step: number): void {
    while (this.#length > 0 && this.#steps[this.#length - 1] > step) this.#length--;
    for (const column of this.#columns.values()) column.fill(NaN, this.#length);
    this.#boundaries = this.#boundaries.filter((boundary) => boundary.step <= step);
    this.publish();
  }

  clear(): void {
    this.#length = 0;
    this.#columns.clear();
    this.#boundaries = [];
    this.publish();
  }

  /** Copies of the named columns, all of the same length; an unknown name is all NaN. */
  view(names: readonly string[], version = this.#version): SeriesView {
    const values: Record<string, Float64Array> = {};
    for (const name of names) {
      values[name] =
        this.#columns.get(name)?.slice(0, this.#length) ?? new Float64Array(this.#length).fill(NaN);
    }
    return { steps: this.#steps.slice(0, this.#length), values, version };
  }

  /** Every step with the metrics that it has. */
  rows(): Pick<StepRecord, 'step' | 'stage' | 'metrics'>[] {
    return Array.from(this.#steps.subarray(0, this.#length), (step, at) => {
      const metrics: Record<string, number> = {};
      for (const [name, column] of this.#columns) if (!Number.isNaN(column[at])) metrics[name] = column[at];
      return { step, stage: this.#boundaries.findLast((one) => one.step <= step)!.stage, metrics };
    });
  }

  /** Metrics seen so far, sorted; the same array until there is another. */
  readonly names = (): readonly string[] => this.#names;

  boundaries(): readonly StageBoundary[] {
    return this.#boundaries;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly version = (): number => this.#version;

  #column(name: string): Float64Array {
    let column = this.#columns.get(name);
    if (!column) {
      column = new Float64Array(this.#steps.length).fill(NaN);
      this.#columns.set(name, column);
      this.#names = [...this.#columns.keys()].sort();
    }
    return column;
  }

  #grow(): void {
    const widen = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(from.length * 2).fill(NaN);
      to.set(from);
      return to;
    };
    this.#steps = widen(this.#steps);
    for (const [name, column] of this.#columns) this.#columns.set(name, widen(column));
  }

  /** Tells the listeners, at most four times a second: also of other runs that are drawn with this one's. */
  publish(): void {
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    setTimeout(() => {
      this.#isPublishing = false;
      this.#version++;
      for (const listener of this.#listeners) listener();
    }, PUBLISH_MS);
  }
}

export const seriesStore = new SeriesStore();

/** The named metrics of a series over all steps; a new object at most four times a second. */
export function useSeriesOf(series: SeriesStore, names: readonly string[]): SeriesView {
  const version = useSyncExternalStore(series.subscribe, series.version);
  const key = names.join('\n');
  return useMemo(() => series.view(key === '' ? [] : key.split('\n'), version), [series, key, version]);
}

/** The same of the run under way, whatever is shown. */
export function useLiveSeries(names: readonly string[]): SeriesView {
  return useSeriesOf(seriesStore, names);
}

/** The short form of the benchmark: this engine alone, on the backend it runs on, medians of a few rounds. */
import * as tf from '@tensorflow/tfjs-core';
import { fusedOpsOff, setFusedOpsOff } from '../compute/webgpu/fused.ts';
import type { BenchSetup } from './batch.ts';
import { gpuDevice } from '../compute/webgpu/eager.ts';
import { GpuCounter, type Counts } from './gpuCounter.ts';
import { profileGpu, type KernelTime } from './gpuProfile.ts';
import { MEASURES, rowsOf, type Contender, type Measure } from './index.ts';
import { Ours } from './ours.ts';

/** What one call asks of WebGPU: the same on every machine, but for JavaScript's time. */
export interface ShortCounts {
  readonly dispatches: number;
  readonly submits: number;
  readonly readBacks: number;
  /** Median over the rounds, without the waits for the device. */
  readonly javascriptMilliseconds: number;
}

export interface ShortTiming {
  readonly measure: Measure;
  /** null: the backend has none. */
  readonly fusedOps: boolean | null;
  /** Median over the rounds. */
  readonly milliseconds: number;
  /** Response tokens trained on or sampled, a second: median over the rounds. */
  readonly tokensPerSecond: number;
  /** Of the last round; null where WebGPU does not compute. */
  readonly counts: ShortCounts | null;
}

/** Where the time of one call on the GPU goes, the longest kernel first. */
export interface ShortProfile {
  readonly measure: Measure;
  readonly kernels: readonly KernelTime[];
}

export interface ShortReport {
  readonly timings: readonly ShortTiming[];
  /** With the fused ops on; empty where no GPU computes or keeps time. */
  readonly profiles: readonly ShortProfile[];
}

export interface ShortOptions {
  /** After a first one, which warms up. */
  readonly rounds: number;
  /** With the fused ops off too, where they are on. */
  readonly withoutFusedOps: boolean;
}

export interface ShortHooks {
  /** Between two calls; may throw, to end the measurement. */
  readonly giveWay: () => Promise<void>;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * With the fused ops on or off, and how often; null: there are none. `off`: why they are off. Where the gate stays shut,
 * they compute wrongly, and their speed says nothing.
 */
export function fusedOpsModes(
  isGpu: boolean,
  off: string | null,
  withoutToo: boolean,
): readonly (boolean | null)[] {
  if (!isGpu) return [null];
  if (off !== null) return [false];
  return withoutToo ? [true, false] : [true];
}

interface Round {
  readonly milliseconds: number;
  readonly tokens: number;
  readonly counts: Counts | null;
}

/** Every measure, with policies of its own. The fused ops are left as they were found. */
export async function measureShort(
  setup: BenchSetup,
  { rounds, withoutFusedOps }: ShortOptions,
  { giveWay, onProgress }: ShortHooks,
): Promise<ShortReport> {
  const isGpu = tf.getBackend() === 'webgpu';
  const before = fusedOpsOff();
  const modes = fusedOpsModes(isGpu, before, withoutFusedOps);
  const total = modes.length * (rounds + 1);
  const timings: ShortTiming[] = [];
  const profiles: ShortProfile[] = [];
  try {
    for (const [index, fusedOps] of modes.entries()) {
      const tick = (done: number): void => onProgress(index * (rounds + 1) + done, total);
      const measured = await measureMode(setup, fusedOps, rounds, isGpu, { giveWay, tick });
      timings.push(...measured.timings);
      profiles.push(...measured.profiles);
    }
    return { timings, profiles };
  } finally {
    setFusedOpsOff(before);
  }
}

async function measureMode(
  { config, weights, batch }: BenchSetup,
  fusedOps: boolean | null,
  rounds: number,
  isGpu: boolean,
  { giveWay, tick }: { giveWay: () => Promise<void>; tick: (done: number) => void },
): Promise<ShortReport> {
  const contender = new Ours({ backend: null, fusedOps: fusedOps ?? true });
  await contender.prepare(config, weights, batch);
  const counter = isGpu ? new GpuCounter() : null;
  const trained = rowsOf(batch).flatMap(({ response }) => response).length;
  const all = new Map<Measure, Round[]>(MEASURES.map((measure) => [measure, []]));
  const profiles: ShortProfile[] = [];
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const [index, measure] of MEASURES.entries()) {
        await giveWay();
        const result = await timed(() => call(contender, measure, round, trained), counter);
        if (round > 0) all.get(measure)!.push(result);
        tick(round + (index + 1) / MEASURES.length);
      }
    }
    // A step is the other two.
    for (const measure of fusedOps === true ? (['training', 'rollouts'] as const) : []) {
      await giveWay();
      const kernels = await profileGpu(gpuDevice(), () => call(contender, measure, 0, trained));
      if (kernels) profiles.push({ measure, kernels });
    }
  } finally {
    counter?.stop();
    contender.dispose();
  }
  return { timings: MEASURES.map((measure) => summaryOf(measure, fusedOps, all.get(measure)!)), profiles };
}

/** Does the work; resolves with its response tokens. */
async function call(contender: Contender, measure: Measure, seed: number, trained: number): Promise<number> {
  if (measure === 'training') {
    await contender.trainMicroBatch();
    return trained;
  }
  const sampled = await (measure === 'rollouts' ? contender.rolloutBatch(seed) : contender.wholeStep(seed));
  return sampled.flat().length;
}

async function timed(work: () => Promise<number>, counter: GpuCounter | null): Promise<Round> {
  let [tokens, milliseconds] = [0, 0];
  const whole = async (): Promise<void> => {
    const start = performance.now();
    tokens = await work();
    milliseconds = performance.now() - start;
  };
  const counts = counter ? await counter.count(whole) : (await whole(), null);
  return { milliseconds, tokens, counts };
}

function summaryOf(measure: Measure, fusedOps: boolean | null, rounds: readonly Round[]): ShortTiming {
  const last = rounds[rounds.length - 1].counts;
  return {
    measure,
    fusedOps,
    milliseconds: medianOf(rounds.map(({ milliseconds }) => milliseconds)),
    tokensPerSecond: medianOf(rounds.map(({ milliseconds, tokens }) => (1000 * tokens) / milliseconds)),
    counts: last && {
      dispatches: last.dispatches,
      submits: last.submits,
      readBacks: last.readBacks,
      javascriptMilliseconds: medianOf(rounds.map(({ counts }) => counts!.javascriptMicroseconds / 1000)),
    },
  };
}

/** The middle one; of an even number the mean of the two in the middle. */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

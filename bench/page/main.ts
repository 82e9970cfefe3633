/** The timed part: contenders take turns, round by round, each in its worker. scripts/benchTimed.mjs calls `measure` and listens. */
import type { AdapterDescription } from '../../src/engine/compute/gpu.ts';
import type { BatchSizes, BenchSetup } from '../../src/engine/measure/batch.ts';
import { CONTENDERS } from '../contenders.ts';
import { disagreement } from '../agreement.ts';
import { MEASURES, type Answer, type Reply, type Request, type Timed } from './protocol.ts';
import type { TimedPart, Timing } from '../results.ts';

export interface TimedRequest {
  readonly preset: string;
  readonly tasks: string;
  readonly sizes: BatchSizes;
  readonly rounds: number;
  /** Time for all of it; what is not measured by then is left out. */
  readonly milliseconds: number;
}

class OutOfTime extends Error {}

class Thread {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

  /** One request at a time. */
  ask(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        if ('error' in data) reject(new Error(data.error));
        else resolve(data.value);
      };
      this.#worker.onerror = ({ message }) => reject(new Error(message));
      this.#worker.postMessage(request);
    });
  }

  end(): void {
    this.#worker.terminate();
  }
}

/** The promise's value, or OutOfTime at the deadline. */
function before<T>(deadline: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new OutOfTime()), deadline - performance.now());
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** The round that compiles, fills pools and is held to agree; it does not count. */
const FIRST_ROUND = -1;

async function measure(request: TimedRequest, say: (line: string) => void): Promise<TimedPart> {
  const { preset, tasks, sizes, rounds, milliseconds } = request;
  const deadline = performance.now() + milliseconds;
  const first = new Thread();
  const setup = (await first.ask({ ask: 'setup', preset, tasks, sizes })) as BenchSetup;
  first.end();
  const threads = CONTENDERS.map((contender) => ({ contender, thread: new Thread() }));
  const timings: Timing[] = [];
  try {
    for (const { contender, thread } of threads) {
      await before(deadline, thread.ask({ ask: 'prepare', contender, setup }));
    }
    for (let round = FIRST_ROUND; round < rounds; round++) {
      for (const measured of MEASURES) {
        for (const { contender, thread } of threads) {
          const call = thread.ask({ ask: measured, seed: round - FIRST_ROUND });
          const timed = (await before(deadline, call)) as Timed;
          timings.push({ preset, contender, measure: measured, round, ...timed });
          say(
            `${preset}, round ${round + 1}, ${measured}, ${contender}: ${timed.milliseconds.toFixed(0)} ms`,
          );
        }
        const wrong = round === FIRST_ROUND && measured === 'training' ? disagreement(timings) : null;
        if (wrong) throw new Error(wrong);
      }
    }
    return { timings, notes: [] };
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    const done = Math.max(0, ...timings.map(({ round }) => round));
    const minutes = Math.round(milliseconds / 60_000);
    const note = `${preset} was stopped after ${minutes} min, in round ${done + 1} of ${rounds}: this machine is too slow or too busy for all of it.`;
    return { timings, notes: [note] };
  } finally {
    for (const { thread } of threads) thread.end();
  }
}

async function findAdapter(): Promise<AdapterDescription | null> {
  const thread = new Thread();
  const adapter = await thread.ask({ ask: 'adapter' });
  thread.end();
  return adapter as AdapterDescription | null;
}

Object.assign(globalThis, { measure, findAdapter });

/** The timed part: contenders take turns, round by round, each in its worker. scripts/benchTimed.mjs calls `measure` and listens. */
import type { AdapterDescription } from '../../src/engine/compute/gpu.ts';
import type { BatchSizes, BenchSetup } from '../../src/engine/measure/batch.ts';
import { CONTENDERS } from '../contenders.ts';
import { disagreement } from '../agreement.ts';
import { lastCosts, tooDear } from '../schedule.ts';
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

/** Contenders take turns until all rounds are done or the time is over. */
class Measurement {
  readonly timings: Timing[] = [];
  readonly notes: string[] = [];
  readonly #request: TimedRequest;
  readonly #say: (line: string) => void;
  readonly #deadline: number;
  readonly #threads = CONTENDERS.map((contender) => ({ contender, thread: new Thread() }));
  readonly #dropped = new Set<string>();

  constructor(request: TimedRequest, say: (line: string) => void) {
    this.#request = request;
    this.#say = say;
    this.#deadline = performance.now() + request.milliseconds;
  }

  async run(setup: BenchSetup): Promise<void> {
    try {
      for (const { contender, thread } of this.#threads) {
        await before(this.#deadline, thread.ask({ ask: 'prepare', contender, setup }));
      }
      for (let round = FIRST_ROUND; round < this.#request.rounds; round++) await this.#round(round);
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      const { preset, milliseconds } = this.#request;
      this.notes.push(`${preset}: stopped after ${(milliseconds / 60_000).toFixed(1)} minutes.`);
    } finally {
      for (const { thread } of this.#threads) thread.end();
    }
  }

  async #round(round: number): Promise<void> {
    const { preset, rounds } = this.#request;
    // Times of the first round are mostly compiling and say nothing of the next.
    if (round > FIRST_ROUND + 1) this.#drop(tooDear(lastCosts(this.#going()), rounds - round, this.#left()));
    for (const measure of MEASURES) {
      for (const { contender, thread } of this.#threads) {
        if (this.#dropped.has(`${contender}, ${measure}`)) continue;
        if (measure === 'step' && round === FIRST_ROUND && contender !== 'ours' && this.#isHalfOver()) {
          this.#drop([{ contender, measure }]);
          continue;
        }
        const call = thread.ask({ ask: measure, seed: round - FIRST_ROUND });
        const timed = (await before(this.#deadline, call)) as Timed;
        this.timings.push({ preset, contender, measure, round, ...timed });
        this.#say(
          `${preset}, round ${round + 1} of ${rounds}, ${measure}, ${contender}: ${timed.milliseconds.toFixed(0)} ms`,
        );
      }
      const wrong = round === FIRST_ROUND && measure === 'training' ? disagreement(this.timings) : null;
      if (wrong) throw new Error(wrong);
    }
  }

  #left(): number {
    return this.#deadline - performance.now();
  }

  #isHalfOver(): boolean {
    return this.#left() < this.#request.milliseconds / 2;
  }

  #going(): Timing[] {
    return this.timings.filter(({ contender, measure }) => !this.#dropped.has(`${contender}, ${measure}`));
  }

  #drop(calls: readonly Pick<Timing, 'contender' | 'measure'>[]): void {
    for (const { contender, measure } of calls) {
      this.#dropped.add(`${contender}, ${measure}`);
      this.notes.push(
        `${this.#request.preset}: ${measure} of ${contender} was left out after fewer rounds, for it takes too long here.`,
      );
    }
  }
}

async function measure(request: TimedRequest, say: (line: string) => void): Promise<TimedPart> {
  const { preset, tasks, sizes } = request;
  const first = new Thread();
  const setup = (await first.ask({ ask: 'setup', preset, tasks, sizes })) as BenchSetup;
  first.end();
  const measurement = new Measurement(request, say);
  await measurement.run(setup);
  return { timings: measurement.timings, notes: measurement.notes };
}

async function findAdapter(): Promise<AdapterDescription | null> {
  const thread = new Thread();
  const adapter = await thread.ask({ ask: 'adapter' });
  thread.end();
  return adapter as AdapterDescription | null;
}

Object.assign(globalThis, { measure, findAdapter });

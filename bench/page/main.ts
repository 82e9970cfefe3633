/** The timed part: contenders take turns, round by round, each in its worker. scripts/benchTimed.mjs calls `measure` and listens. */
import type { AdapterDescription } from '../../src/engine/compute/gpu.ts';
import type { BatchSizes, BenchSetup } from '../../src/engine/measure/batch.ts';
import { CONTENDERS, type ContenderName } from '../contenders.ts';
import { disagreement } from '../agreement.ts';
import { lastCosts, tooDear } from '../schedule.ts';
import { MEASURES, type Measure } from '../../src/engine/measure/index.ts';
import type { Answer, Profiled, Reply, Request, Timed } from './protocol.ts';
import type { Profile, TimedPart, Timing } from '../results.ts';

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

/** Part of the time that is left which a measure may take; what it leaves goes to those after it. */
const SHARES: Readonly<Record<Measure, number>> = { training: 0.4, rollouts: 0.5, step: 1 };

/** Contenders take turns, measure by measure, until all rounds are done or the time is over. */
class Measurement {
  readonly timings: Timing[] = [];
  readonly profiles: Profile[] = [];
  readonly notes: string[] = [];
  readonly #request: TimedRequest;
  readonly #say: (line: string) => void;
  readonly #deadline: number;
  readonly #threads = CONTENDERS.map((contender) => ({ contender, thread: new Thread() }));

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
      for (const measure of MEASURES) {
        const now = performance.now();
        await this.#measure(measure, now + (this.#deadline - now) * SHARES[measure]);
        if (measure !== 'step') await this.#profile(measure);
      }
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      this.#note(`stopped after ${(this.#request.milliseconds / 60_000).toFixed(1)} minutes.`);
    } finally {
      for (const { thread } of this.#threads) thread.end();
    }
  }

  async #measure(measure: Measure, deadline: number): Promise<void> {
    const { rounds } = this.#request;
    let going = this.#threads;
    const drop = (dropped: readonly ContenderName[]): void => {
      going = going.filter(({ contender }) => !dropped.includes(contender));
      for (const contender of dropped)
        this.#note(`${measure} of ${contender} takes too long here for all rounds.`);
    };
    for (let round = FIRST_ROUND; round < rounds; round++) {
      // One round that counts is worth more than the next measure's first.
      if (round > FIRST_ROUND + 1 && performance.now() > deadline) {
        this.#note(`${measure} had time for ${round} of ${rounds} rounds.`);
        return;
      }
      // Times of the first round are mostly compiling and say nothing of the next.
      if (round > FIRST_ROUND + 1) {
        const timings = this.timings.filter((timing) => timing.measure === measure);
        const costs = lastCosts(timings).filter((cost) =>
          going.some(({ contender }) => contender === cost.contender),
        );
        drop(tooDear(costs, rounds - round, deadline - performance.now()).map(({ contender }) => contender));
      }
      for (const { contender, thread } of going) {
        const isLate = round === FIRST_ROUND && contender !== 'ours' && performance.now() > deadline;
        if (isLate) drop([contender]);
        else await this.#call(thread, contender, measure, round);
      }
      const wrong = round === FIRST_ROUND && measure === 'training' ? disagreement(this.timings) : null;
      if (wrong) throw new Error(wrong);
    }
  }

  async #call(thread: Thread, contender: ContenderName, measure: Measure, round: number): Promise<void> {
    const { preset, rounds } = this.#request;
    const call = thread.ask({ ask: measure, seed: round - FIRST_ROUND });
    const timed = (await before(this.#deadline, call)) as Timed;
    this.timings.push({ preset, contender, measure, round, ...timed });
    const milliseconds = timed.milliseconds.toFixed(0);
    this.#say(`${preset}, ${measure}, round ${round + 1} of ${rounds}, ${contender}: ${milliseconds} ms`);
  }

  /** After the rounds, which a profile would disturb. A step is the other two. */
  async #profile(measure: Measure): Promise<void> {
    const { thread } = this.#threads.find(({ contender }) => contender === 'ours')!;
    const kernels = (await before(this.#deadline, thread.ask({ ask: 'profile', measure }))) as Profiled;
    if (kernels) this.profiles.push({ preset: this.#request.preset, measure, kernels });
  }

  #note(text: string): void {
    this.notes.push(`${this.#request.preset}: ${text}`);
  }
}

async function measure(request: TimedRequest, say: (line: string) => void): Promise<TimedPart> {
  const { preset, tasks, sizes } = request;
  const first = new Thread();
  const setup = (await first.ask({ ask: 'setup', preset, tasks, sizes })) as BenchSetup;
  first.end();
  const measurement = new Measurement(request, say);
  await measurement.run(setup);
  const { timings, profiles, notes } = measurement;
  return { timings, profiles, notes };
}

async function findAdapter(): Promise<AdapterDescription | null> {
  const thread = new Thread();
  const adapter = await thread.ask({ ask: 'adapter' });
  thread.end();
  return adapter as AdapterDescription | null;
}

Object.assign(globalThis, { measure, findAdapter });

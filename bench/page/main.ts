/** The timed part: contenders take turns, round by round, each in its worker. run.mjs calls `measure` and listens. */
import type { AdapterDescription } from '../../src/engine/compute/gpu.ts';
import type { BatchSizes, BenchSetup } from '../batch.ts';
import { CONTENDERS, type ContenderName } from '../contenders.ts';
import { disagreement } from '../agreement.ts';
import { MEASURES, type Answer, type Reply, type Request, type Timed } from './protocol.ts';
import type { TimedPart, Timing } from '../results.ts';

export interface TimedRequest {
  readonly preset: string;
  readonly tasks: string;
  readonly sizes: BatchSizes;
  readonly contenders: readonly ContenderName[];
  readonly rounds: number;
}

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

async function measure(request: TimedRequest, say: (line: string) => void): Promise<TimedPart> {
  const { preset, tasks, sizes, rounds } = request;
  const first = new Thread();
  const adapter = (await first.ask({ ask: 'adapter' })) as AdapterDescription | null;
  const setup = (await first.ask({ ask: 'setup', preset, tasks, sizes })) as BenchSetup;
  first.end();
  const threads = new Map<ContenderName, Thread>();
  const timings: Timing[] = [];
  try {
    for (const name of CONTENDERS.filter((name) => request.contenders.includes(name))) {
      const thread = new Thread();
      threads.set(name, thread);
      await thread.ask({ ask: 'prepare', contender: name, setup });
    }
    // The first round compiles shaders; it is held to agree and then forgotten, as is the second, on warm pools.
    for (let round = -1; round < rounds; round++) {
      for (const measured of MEASURES) {
        for (const [contender, thread] of threads) {
          const answer = (await thread.ask({ ask: measured, seed: round + 2 })) as Timed;
          const { milliseconds, tokens, trained } = answer;
          timings.push({ preset, contender, measure: measured, round, milliseconds, tokens, trained });
          say(`${preset}: round ${round}, ${measured}, ${contender}: ${milliseconds.toFixed(0)} ms`);
        }
        if (round === -1 && measured === 'training') {
          const wrong = disagreement(timings);
          if (wrong) throw new Error(wrong);
        }
      }
    }
  } finally {
    for (const thread of threads.values()) thread.end();
  }
  return { adapter, timings };
}

Object.assign(globalThis, { measure });

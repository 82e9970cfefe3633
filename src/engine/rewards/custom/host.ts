/**
 * The outside of the sandbox: sends code and responses to a thread of its own, and ends the thread when it falls
 * silent. A thread is needed because one call of a native function of the language ([].indexOf on a huge length)
 * can run for hours and asks nobody whether it may.
 */
import { LOAD_MS, MOST_ENDED, SILENCE_MS } from './limits.ts';
import type { ThreadReply, ThreadRequest } from './thread.ts';
import { failed, type CustomInput, type TimedResult } from './types.ts';

export interface SandboxThread {
  post(request: ThreadRequest): void;
  terminate(): void;
}

/** Starts a thread that runs `serveSandbox`; `onError`: its script did not load, or died. */
export type SpawnThread = (
  onReply: (reply: ThreadReply) => void,
  onError: (message: string) => void,
) => SandboxThread;

let spawn: SpawnThread | null = null;
let live: LiveThread | null = null;
let silence = SILENCE_MS;
let batches = 0;
let queue: Promise<unknown> = Promise.resolve();

/**
 * Says how a thread is started; the worker, the page and the command line each know their own way. `silenceMs`: how
 * long one may say nothing.
 */
export function setSandboxThread(next: SpawnThread, silenceMs: number = SILENCE_MS): void {
  live?.end();
  live = null;
  spawn = next;
  silence = silenceMs;
}

/**
 * What the code's `score` gives each response, in their order. Whatever the code does is a result; rejects only when
 * the sandbox itself does not load. One batch at a time; an aborted one ends its thread and rejects.
 */
export function runCustomCode(
  code: string,
  inputs: readonly CustomInput[],
  signal?: AbortSignal,
): Promise<TimedResult[]> {
  const results = queue.then(() => runBatch(code, inputs, signal));
  queue = results.catch(() => undefined);
  return results;
}

async function runBatch(
  code: string,
  inputs: readonly CustomInput[],
  signal: AbortSignal | undefined,
): Promise<TimedResult[]> {
  const results: TimedResult[] = [];
  let ended = 0;
  while (results.length < inputs.length) {
    signal?.throwIfAborted();
    if (ended >= MOST_ENDED) {
      results.push({
        ...failed(`not run: ${MOST_ENDED} responses before it in this batch had to be ended`),
        milliseconds: 0,
      });
      continue;
    }
    live ??= new LiveThread(startThread);
    const done = await live.run(code, inputs.slice(results.length), signal);
    results.push(...done);
    if (results.length === inputs.length) break;
    live = null;
    signal?.throwIfAborted();
    ended += 1;
    results.push({
      ...failed(`ended: it gave no sign for ${silence / 1000} s, inside one function of the language`),
      milliseconds: silence,
    });
  }
  return results;
}

function startThread(...events: Parameters<SpawnThread>): SandboxThread {
  if (!spawn)
    throw new Error('No sandbox for custom terms: call setSandboxThread before the first one runs.');
  return spawn(...events);
}

class LiveThread {
  readonly #thread: SandboxThread;
  readonly #loaded: Promise<void>;
  #onResult: (reply: Extract<ThreadReply, { type: 'result' }>) => void = () => undefined;
  #onDeath: () => void = () => undefined;

  constructor(start: SpawnThread) {
    let isReady: () => void = () => undefined;
    let isBroken: (error: Error) => void = () => undefined;
    this.#loaded = new Promise((resolve, reject) => {
      isReady = resolve;
      isBroken = reject;
    });
    // A rejection is met by whoever runs something; nobody may be.
    this.#loaded.catch(() => undefined);
    const broke = (message: string): void => {
      isBroken(
        new Error(`The sandbox for custom terms did not load (${message}). Reload the page and try again.`),
      );
      this.#onDeath();
    };
    const patience = setTimeout(() => broke(`nothing for ${LOAD_MS / 1000} s`), LOAD_MS);
    this.#thread = start((reply) => {
      if (reply.type === 'result') return this.#onResult(reply);
      clearTimeout(patience);
      if (reply.type === 'ready') isReady();
      else broke(reply.message);
    }, broke);
  }

  end(): void {
    this.#thread.terminate();
    this.#onDeath();
  }

  /** Results in order; fewer than inputs when the thread had to be ended, and it is. */
  async run(
    code: string,
    inputs: readonly CustomInput[],
    signal: AbortSignal | undefined,
  ): Promise<TimedResult[]> {
    await this.#loaded.catch((error: unknown) => {
      live = null;
      throw error;
    });
    const batch = ++batches;
    const results: TimedResult[] = [];
    await new Promise<void>((resolve) => {
      let watchdog: ReturnType<typeof setTimeout> | undefined;
      const end = (): void => {
        this.#thread.terminate();
        finish();
      };
      const finish = (): void => {
        clearTimeout(watchdog);
        signal?.removeEventListener('abort', end);
        this.#onResult = this.#onDeath = () => undefined;
        resolve();
      };
      const watch = (): void => {
        clearTimeout(watchdog);
        watchdog = setTimeout(end, silence);
      };
      this.#onDeath = finish;
      this.#onResult = ({ batch: of, result }) => {
        if (of !== batch) return;
        results.push(result);
        if (results.length === inputs.length) finish();
        else watch();
      };
      signal?.addEventListener('abort', end);
      watch();
      this.#thread.post({ batch, code, inputs });
    });
    return results;
  }
}

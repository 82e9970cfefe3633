/** Work of many equal steps in submits that are short, so that no watchdog bites, and few at a time. */

/** What a submit may take, ms; half of what would be felt. */
const TARGET = 50;
const FIRST_STEPS = 8;
const MOST_STEPS = 16;
const MOST_IN_FLIGHT = 2;

/** Learns from submits how many steps the next should have, and makes their author wait. */
export class Pacing {
  readonly #queue: GPUQueue;
  readonly #inFlight: Promise<void>[] = [];
  #steps = FIRST_STEPS;
  #lastDone = 0;

  constructor(queue: GPUQueue) {
    this.#queue = queue;
  }

  /** Steps of the next submit. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * To call after each submit, with its steps (0: not to be learnt from) and, where there is one, a promise that
   * settles when it has been computed. Waits until there is room for one more.
   */
  async submitted(
    steps: number,
    computed: Promise<unknown> = this.#queue.onSubmittedWorkDone(),
  ): Promise<void> {
    const since = performance.now();
    const done = (): void => {
      const now = performance.now();
      // Submits compute one after the other.
      const each = (now - Math.max(since, this.#lastDone)) / steps;
      this.#lastDone = now;
      if (steps > 0) this.#steps = Math.max(1, Math.min(MOST_STEPS, Math.floor(TARGET / each)));
    };
    // A lost device is the last read-back's to tell.
    this.#inFlight.push(computed.then(done, () => undefined));
    if (this.#inFlight.length >= MOST_IN_FLIGHT) await this.#inFlight.shift();
  }

  /** Waits for everything that was submitted. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#inFlight.splice(0));
  }
}

/**
 * The one thread of engine work: phases while a mode asks for them, and jobs between two phases. Nothing else
 * touches the engine, so a job always finds it at rest.
 */
import { macrotask } from './macrotask.ts';

/** rest: wait · play: until told otherwise · step: to the end of the step · subStep: to the end of the phase. */
export type Mode = 'rest' | 'play' | 'step' | 'subStep';

/** What a phase ended. */
export interface PhaseEnd {
  /** The step's record is there. */
  readonly step: boolean;
  /** The next phase is another one: the split runs in many pieces of one phase. */
  readonly phase: boolean;
}

export interface LoopHost {
  /** Runs the next phase; null when the run has come to rest (error, abort, no run). */
  runPhase(): Promise<PhaseEnd | null>;
  /** Called between phases, before the page may speak. */
  betweenPhases(): void;
  /** Called when mode or activity changed. */
  onChange(): void;
  /** Called when all is done and the mode is rest. */
  onRest(): Promise<void>;
}

export class Loop {
  readonly #host: LoopHost;
  readonly #jobs: (() => Promise<void>)[] = [];
  #mode: Mode = 'rest';
  #delayMs = 0;
  #active = false;
  #inPhase = false;
  #wake: (() => void) | null = null;

  constructor(host: LoopHost) {
    this.#host = host;
  }

  /** A phase is under way. */
  get inPhase(): boolean {
    return this.#inPhase;
  }
  /** What it is doing; null: nothing, and nothing is asked of it. */
  get status(): 'running' | 'stepping' | null {
    if (this.#mode === 'play') return 'running';
    // A pause takes hold at the end of the phase under way.
    return this.#mode !== 'rest' || this.#inPhase ? 'stepping' : null;
  }
  get delayMs(): number {
    return this.#delayMs;
  }

  setMode(mode: Mode): void {
    this.#mode = mode;
    this.#wake?.();
    this.#host.onChange();
    void this.#pump();
  }

  setDelay(delayMs: number): void {
    this.#delayMs = delayMs;
    this.#wake?.();
  }

  /** Runs a job when no phase is under way. Jobs handle their own errors. */
  enqueue(job: () => Promise<void>): void {
    this.#jobs.push(job);
    this.#wake?.();
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#active) return;
    this.#active = true;
    try {
      for (;;) {
        const job = this.#jobs.shift();
        if (job) await job();
        else if (this.#mode === 'rest') {
          await this.#host.onRest();
          if (this.#jobs.length === 0 && this.isResting()) break;
        } else await this.#phase();
        this.#host.betweenPhases();
        await this.#pause(job ? 0 : this.#delayMs);
      }
    } finally {
      this.#active = false;
    }
  }

  /** Asked anew after every await: the page may have spoken meanwhile. */
  isResting(): boolean {
    return this.#mode === 'rest';
  }

  async #phase(): Promise<void> {
    this.#inPhase = true;
    this.#host.onChange();
    const end = await this.#host.runPhase();
    this.#inPhase = false;
    const done =
      end === null || (this.#mode === 'step' && end.step) || (this.#mode === 'subStep' && end.phase);
    if (done) this.#mode = 'rest';
    this.#host.onChange();
  }

  /** At least one macrotask, at most `delayMs`; a change of mode, a job or a new delay ends it. */
  async #pause(delayMs: number): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await macrotask();
    if (delayMs > 0 && this.#mode === 'play' && this.#jobs.length === 0) {
      await Promise.race([woken, macrotask(delayMs)]);
    }
    this.#wake = null;
  }
}

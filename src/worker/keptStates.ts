/** Which states of a run stay beside later ones: the start, every change of stage, one every few steps, the reader's. */
import type { NamedTensors } from '../engine/model/types.ts';
import type { RewardStage } from '../engine/rewards/types.ts';
import type { TrainerState } from '../engine/rl/trainerState.ts';

/** start: the first weights · stage: a stage begins · interval: one every so many steps · reader: asked for by hand. */
export type KeptWhy = 'start' | 'stage' | 'interval' | 'reader';

export interface KeptState {
  /** Steps done. */
  readonly step: number;
  /** That of the next step. */
  readonly stage: RewardStage;
  readonly why: KeptWhy;
}
export interface KeptPolicy extends KeptState {
  readonly parameters: NamedTensors;
}

/** What is kept at an interval takes at most so much of a run, and each that goes leaves no wider gap than it must. */
const MOST_BYTES = 64_000_000;
const MOST = 8;
const FLOAT = 4;

export class KeptStates {
  readonly #policies: Map<number, KeptPolicy>;
  #list: readonly KeptState[] = [];

  constructor(policies: Iterable<KeptPolicy>) {
    this.#policies = new Map([...policies].map((policy) => [policy.step, policy]));
    this.#changed();
  }

  get policies(): ReadonlyMap<number, KeptPolicy> {
    return this.#policies;
  }
  /** By steps done; another array after every change. */
  get list(): readonly KeptState[] {
    return this.#list;
  }

  /** Keeps a state in the place of one kept at its step; false where states are too big to keep at an interval. */
  add(state: TrainerState, why: KeptWhy): boolean {
    const { step, stage } = state.progress;
    const most = Math.min(MOST, Math.floor(MOST_BYTES / bytesOf(state)));
    if (why === 'interval' && most === 0) return false;
    this.#policies.set(step, { step, stage, why, parameters: state.parameters });
    this.#thin(most);
    this.#changed();
    return true;
  }

  /** The reader's from now on; false when none is kept at the step. */
  claim(step: number): boolean {
    const policy = this.#policies.get(step);
    if (policy?.why === 'interval') {
      this.#policies.set(step, { ...policy, why: 'reader' });
      this.#changed();
    }
    return policy !== undefined;
  }

  drop(step: number): void {
    this.#policies.delete(step);
    this.#changed();
  }

  /** Back to a step: later ones go, and the one kept at it is as it was then. */
  rewind(step: number, then: KeptPolicy | undefined): void {
    for (const at of this.#policies.keys()) if (at >= step) this.#policies.delete(at);
    if (then) this.#policies.set(step, then);
    this.#changed();
  }

  /** Lets go what is kept at an interval and closest to its neighbours, the oldest first, until `most` are left. */
  #thin(most: number): void {
    for (;;) {
      const steps = [...this.#policies.keys()].sort((a, b) => a - b);
      const thinned = steps.filter((step) => this.#policies.get(step)?.why === 'interval');
      if (thinned.length <= most) return;
      const gap = (step: number): number => {
        const at = steps.indexOf(step);
        return (steps[at + 1] ?? Infinity) - (steps[at - 1] ?? -Infinity);
      };
      this.#policies.delete(thinned.reduce((best, step) => (gap(step) < gap(best) ? step : best)));
    }
  }

  #changed(): void {
    this.#list = [...this.#policies.values()]
      .sort((a, b) => a.step - b.step)
      .map(({ step, stage, why }) => ({ step, stage, why }));
  }
}

function bytesOf({ parameters, reference, optimizer }: TrainerState): number {
  return [parameters, reference, optimizer]
    .flatMap((tensors) => [...tensors.values()])
    .reduce((sum, { data }) => sum + FLOAT * data.length, 0);
}

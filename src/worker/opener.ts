/** Opens the backend and makes runs on it: at the start, and again on a new device after one was lost. */
import type { ImageTextScorer } from '../engine/rewards/types.ts';
import { assetFolder } from './assets.ts';
import type { EngineDoors } from './doors.ts';
import type { Outbox } from './outbox.ts';
import { PROTOCOL_VERSION, type ToWorker } from './protocol.ts';
import { RunHandle, type RunBefore, type RunRequest } from './runHandle.ts';

type Boot = Extract<ToWorker, { type: 'boot' }>;

export class Opener {
  readonly #out: Outbox;
  readonly #doors: EngineDoors;
  #scorer: ImageTextScorer | null = null;
  /** The device was lost, and no run has been made on another since. */
  isLost = false;

  constructor(out: Outbox, doors: EngineDoors) {
    this.#out = out;
    this.#doors = doors;
  }

  async open({ forcedBackend }: Boot): Promise<void> {
    const report = await this.#doors.selectBackend(forcedBackend);
    this.#out.add({ type: 'booted', version: PROTOCOL_VERSION, report });
  }

  /**
   * A run on the backend there is, or on a new one where the device was lost. `present` is the run that stands now:
   * of a lost one only its snapshot remains.
   */
  async makeRun(
    { assetBase, forcedBackend }: Boot,
    present: RunHandle | null,
    request: Omit<RunRequest, 'scorer'>,
    before?: RunBefore,
  ): Promise<RunHandle> {
    const wasLost = this.isLost;
    if (wasLost) {
      present?.dispose();
      this.#scorer?.dispose?.();
      this.#scorer = null;
      const report = await this.#doors.reopenBackend(forcedBackend);
      this.#out.add({ type: 'booted', version: PROTOCOL_VERSION, report });
      // From here on the new one may be lost too.
      this.isLost = false;
    }
    try {
      // The same for every run; one that did not load is tried again.
      this.#scorer ??= await this.#doors.loadScorer(assetFolder(assetBase, 'models/scorer'));
      return await RunHandle.load({ ...request, scorer: this.#scorer }, before);
    } catch (error) {
      this.isLost ||= wasLost;
      throw error;
    }
  }
}

/**
 * Owns the engine: takes the page's messages, runs the loop, and reports. Commands that touch tensors become jobs
 * between two phases; lookups are served at once.
 */
import { assetFolder, filesReader, type FileReader } from './assets.ts';
import { describeError, isDeviceGone, lostError, START } from './errors.ts';
import { TaskLibrary } from './imports.ts';
import { doJob, JOB_NAMES, sendRewound, sendSplit } from './jobs.ts';
import { LONG_JOB_NAMES, LongJobs } from './longJobs.ts';
import { lookUp } from './lookups.ts';
import { Loop, type LoopHost, type PhaseEnd } from './loop.ts';
import type { Outbox } from './outbox.ts';
import { PROTOCOL_VERSION } from './protocol.ts';
import type { Progress, ToWorker, WorkerStatus } from './protocol.ts';
import { macrotask } from './macrotask.ts';
import { Opener } from './opener.ts';
import type { RunHandle } from './runHandle.ts';
import { resumed, Snapshots } from './snapshots.ts';
import type { EngineDoors } from './doors.ts';

type Message<T extends ToWorker['type']> = Extract<ToWorker, { type: T }>;

export class Session implements LoopHost {
  readonly #out: Outbox;
  readonly #doors: EngineDoors;
  readonly #opener: Opener;
  readonly #loop: Loop;
  readonly #library: TaskLibrary;
  readonly #longJobs: LongJobs;
  readonly #snapshots: Snapshots;
  #boot: Message<'boot'> | null = null;
  #run: RunHandle | null = null;
  /** Jobs under way that the page waits for: boot, start, recover. */
  #loading = 0;
  /** A start was tried, well or badly. */
  #wasStarted = false;
  #failed = false;
  #abort = new AbortController();
  #progress: Progress | null = null;
  /** Step of the last hash told; `started` tells the one of step 0. */
  #hashedStep = 0;

  constructor(out: Outbox, doors: EngineDoors) {
    this.#out = out;
    this.#doors = doors;
    this.#opener = new Opener(out, doors);
    this.#loop = new Loop(this);
    this.#longJobs = new LongJobs(out, (name) => this.#shipped(name));
    this.#snapshots = new Snapshots(out);
    this.#library = new TaskLibrary((name) => doors.taskSetByName(name));
    doors.onGpuError((message) => this.#report('GPU', new Error(message)));
  }

  receive(message: ToWorker): void {
    switch (message.type) {
      case 'boot':
        return this.#load('start of the backend', () => this.#bootUp(message));
      case 'start':
        this.#longJobs.cancelAll();
        this.#interrupt();
        return this.#load(START, () => this.#start(message));
      case 'play':
        return this.#loop.setMode('play');
      case 'pause':
        return this.#loop.setMode('rest');
      case 'step':
      case 'subStep':
        return this.#loop.setMode(message.type);
      case 'setSpeed':
        this.#loop.setDelay(message.delayMs);
        return this.onChange();
      case 'estimateSplit':
        return this.#job('estimate of the split', async (run) => {
          await run.reestimateSplit(message.resume);
          if (this.#loop.isResting()) this.#loop.setMode('subStep');
        });
      case 'cancelSplit':
        if (this.#run?.trainer.nextPhase === 'split') this.#interrupt();
        return this.#job('cancelling the split', async (run) => {
          if (run.cancelSplit()) sendSplit(run, this.#out);
        });
      case 'importFiles':
        void this.#library.import(message.entries, message.skipBad).then((report) => {
          this.#out.add({ type: 'importReport', report });
        });
        return;
      case 'requestImages':
      case 'requestSamples':
      case 'requestSamplesOf':
        if (this.#run) lookUp(this.#run.tasks, message, this.#out);
        return;
      case 'evaluate':
      case 'warmUp':
      case 'benchmark':
        return this.#job(LONG_JOB_NAMES[message.type], this.#longJobs.job(message));
      case 'cancelEvaluation':
      case 'cancelWarmup':
      case 'cancelBenchmark':
        return this.#longJobs.cancel(message);
      case 'requestSnapshot':
        return this.#job('snapshot', (run) => this.#snapshots.take(run));
      case 'recover':
        return this.#load('recovery', () => this.#recover());
      default:
        return this.#job(JOB_NAMES[message.type], async (run) => {
          await doJob(message, { run, out: this.#out, doors: this.#doors });
          // Before the next phase can move on from a state that stays.
          this.#snapshots.send(run);
        });
    }
  }

  async runPhase(): Promise<PhaseEnd | null> {
    const run = this.#run;
    if (!run || this.#opener.isLost || this.#failed) return null;
    const { nextPhase: phase, step } = run.trainer;
    this.#progress = null;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const result = await run.advance((done, total) => this.#onProgress({ done, total }), signal);
      if (result.stageChange) this.#out.add({ type: 'stageChange', change: result.stageChange });
      if (phase === 'split') sendSplit(run, this.#out);
      if (result.draft) this.#out.add({ type: 'draft', draft: result.draft });
      if (result.record) this.#out.add({ type: 'record', record: result.record });
      this.#snapshots.send(run);
      this.#progress = null;
      return { step: run.trainer.step > step, phase: run.trainer.nextPhase !== phase };
    } catch (error) {
      if (isDeviceGone(error) || !signal.aborted) await this.#fail(`${phase} of step ${step + 1}`, error);
      return null;
    }
  }

  betweenPhases(): void {
    // Without a run there may be no backend either, and asking one that did not start throws.
    if (this.#run) {
      this.#out.add({ type: 'memory', memory: this.#doors.memory() });
      this.#out.add({ type: 'timing', seconds: this.#run.seconds });
    }
    this.#out.flushIfDue();
  }

  async onRest(): Promise<void> {
    const run = this.#run;
    if (run && !this.#opener.isLost) {
      const { step } = run.trainer;
      const hash = step === this.#hashedStep ? null : await run.policyHash().catch(() => null);
      if (hash !== null) this.#out.add({ type: 'policyHash', step, hash });
      this.#hashedStep = step;
      await this.#snapshots.update(run).catch((error: unknown) => this.#fail('snapshot', error));
    }
    this.onChange();
  }

  onChange(): void {
    const trainer = this.#run?.trainer;
    this.#out.add({
      type: 'status',
      status: this.#status(),
      phase: trainer?.nextPhase ?? 'split',
      step: trainer?.step ?? 0,
      stage: trainer?.stage ?? 'perception',
      stepInStage: trainer?.stepInStage ?? 0,
      progress: this.#progress,
      delayMs: this.#loop.delayMs,
    });
  }

  #status(): WorkerStatus {
    if (this.#failed) return 'failed';
    if (this.#run && this.#opener.isLost) return 'lost';
    // The page starts a run as soon as the backend is there; until then nothing can be asked for.
    if (this.#loading > 0 || !this.#wasStarted) return 'booting';
    return this.#loop.status ?? (this.#run && !this.#run.isPristine ? 'paused' : 'idle');
  }

  /** Ends the phase under way as soon as it lets itself be ended. */
  #interrupt(): void {
    this.#abort.abort();
    this.#loop.setMode('rest');
  }

  #load(where: string, work: () => Promise<void>): void {
    this.#loading++;
    this.onChange();
    this.#loop.enqueue(async () => {
      await work().catch((error: unknown) => this.#report(where, error));
      this.#loading--;
      this.onChange();
    });
  }

  /** Work on the run, between two phases; nothing without a run. */
  #job(where: string, work: (run: RunHandle) => Promise<void>): void {
    this.#loop.enqueue(async () => {
      if (!this.#run || this.#opener.isLost) return;
      await work(this.#run).catch((error: unknown) => this.#fail(where, error));
      this.onChange();
    });
  }

  async #bootUp(message: Message<'boot'>): Promise<void> {
    if (message.version !== PROTOCOL_VERSION) {
      throw new Error(
        `The page speaks protocol ${message.version}, the worker ${PROTOCOL_VERSION}; reload the page.`,
      );
    }
    this.#boot = message;
    try {
      await this.#opener.open(message);
      this.#doors.onDeviceLost((reason) => this.#onLost(reason));
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  async #start(message: Message<'start'>): Promise<void> {
    if (!this.#boot || this.#failed) return;
    this.#wasStarted = true;
    const { runId, config, checkpointName, files, resume } = message;
    const before = resume && resumed(resume);
    const request = {
      runId,
      config,
      checkpointName,
      checkpoint: before?.checkpoint ?? (files ? filesReader(files) : this.#shipped(checkpointName)),
      isOwn: files !== null,
      tasks: this.#library.get(message.tasks),
    };
    const wasLost = this.#opener.isLost;
    const next = await this.#opener.makeRun(this.#boot, this.#run, request, before ?? undefined);
    // Only now: a checkpoint that does not load leaves the run as it is.
    if (this.#run && !wasLost) await this.#snapshots.update(this.#run);
    this.#replaceRun(next);
    this.#snapshots.begin(next, before !== null);
    this.#out.add({ type: 'started', info: await next.info() });
    if (before) sendSplit(next, this.#out);
    if (next.trainer.draft) this.#out.add({ type: 'draft', draft: next.trainer.draft });
    if (message.play) this.#loop.setMode('play');
  }

  /** The files of a shipped checkpoint; nothing is asked for before the start. */
  #shipped(name: string): FileReader {
    return assetFolder(this.#boot!.assetBase, `models/${name}`);
  }

  #replaceRun(next: RunHandle): void {
    this.#run?.dispose();
    this.#run = next;
    this.#progress = null;
    this.#hashedStep = 0;
  }

  async #recover(): Promise<void> {
    const run = this.#run;
    if (!run || !this.#boot || !this.#opener.isLost) return;
    const next = await this.#opener.makeRun(this.#boot, run, run.request, run);
    this.#replaceRun(next);
    sendRewound(next, this.#out);
  }

  #onLost(reason: string): void {
    if (this.#opener.isLost) return;
    this.#opener.isLost = true;
    this.#loop.setMode('rest');
    // Without a run, what was under way says that it failed; the next start opens a device.
    if (this.#run) {
      this.#out.add({ type: 'error', error: lostError(reason, this.#run.snapshot.progress.step) });
    }
    this.onChange();
  }

  #onProgress(progress: Progress): void {
    this.#progress = progress;
    this.onChange();
    this.#out.flushIfDue();
  }

  /** Reports what failed on a run, but for what failed because the device was lost: of that the loss tells. */
  async #fail(where: string, error: unknown): Promise<void> {
    await macrotask();
    if (!this.#opener.isLost) this.#report(where, error);
  }

  #report(where: string, error: unknown): void {
    if (this.#run && !this.#opener.isLost && isDeviceGone(error))
      return this.#onLost('the browser took it away');
    this.#loop.setMode('rest');
    const described = describeError(where, error, this.#run !== null);
    this.#out.add({ type: 'error', error: { ...described, fatal: this.#failed } });
    this.onChange();
  }
}

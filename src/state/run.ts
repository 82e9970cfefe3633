/** What the page asks of the run. Every button, key and test goes through the command registry to these. */
import type { RewardStage } from '../engine/rewards/types.ts';
import { send } from './bridge.ts';
import {
  changesOf,
  chooseWarmed,
  configStore,
  editConfig,
  markApplied,
  revertDraft,
  type RunChoice,
  type WarmedStart,
} from './config.ts';
import { announceRun } from './persistence.ts';
import { showLive } from './recordedRuns.ts';
import { liveRun } from './runStore.ts';
import { sessionStore, type SessionState } from './session.ts';

/** Shows at once what was asked for; the worker's next word on it, always sent, is the truth. */
function expectStatus(status: SessionState['status']): void {
  sessionStore.setState({ status });
}

/** Starts a run with the draft config from the checkpoint's weights. */
export function startRun(play: boolean): void {
  const { draft: config, tasks, checkpoint, warmed } = configStore.getState();
  startFresh({ config, tasks, checkpoint, warmed }, play);
}

/** A run from a checkpoint's weights; its parent is the run it takes the place of. */
function startFresh(choice: RunChoice, play: boolean): void {
  const { config, tasks, checkpoint: checkpointName, warmed } = choice;
  const live = isPristine(sessionStore.getState()) ? null : liveRun();
  const parent = live && {
    id: live.id,
    name: live.name,
    step: 0,
    config: live.config,
    warmups: live.warmups,
  };
  const runId = announceRun({ parent, whole: null, isStored: false, lock: null });
  markApplied(choice);
  if (play) showLive();
  expectStatus('booting');
  const files = warmed?.files ?? null;
  send({ type: 'start', runId, resume: null, config, checkpointName, files, tasks, play });
}

/** Nothing of the run has been computed, so that edits may take hold without losing anything. */
export function isPristine({ run, step, split, status }: SessionState): boolean {
  return run === null || (step === 0 && split === null && status === 'idle');
}

/** The draft is not what the worker holds, and starting it anew loses nothing. */
function mustStart(): boolean {
  const state = sessionStore.getState();
  return state.run === null || (isPristine(state) && changesOf(configStore.getState()).length > 0);
}

/** Goes on, or starts the first run. */
export function play(): void {
  if (mustStart()) {
    startRun(true);
    return;
  }
  showLive();
  expectStatus('running');
  send({ type: 'play' });
}

export function pause(): void {
  send({ type: 'pause' });
}

/** Runs one step, or one phase of it, starting the run when there is none. */
export function advance(what: 'step' | 'subStep'): void {
  if (mustStart()) startRun(false);
  showLive();
  expectStatus('stepping');
  send({ type: what });
}

/** Same config, same seed, same initial weights. Edits that were not applied stay edits. */
export function resetRun(): void {
  const { applied } = configStore.getState();
  if (!applied) return;
  showLive();
  startFresh(applied, false);
}

/** The run's config once more from a warmed-up policy, or with null from the shipped one. */
export function startFrom(warmed: WarmedStart | null, play: boolean): void {
  const { applied, tasks, checkpoint } = configStore.getState();
  if (!applied) return;
  // Edits of Setup that were not applied stay edits; other weights chosen there are not these.
  const isSame = checkpoint === applied.checkpoint && tasks.name === applied.tasks.name;
  if (isSame) chooseWarmed(warmed);
  showLive();
  startFresh({ ...applied, warmed }, play);
}

/** Restarts with the next seed. */
export function newSeed(): void {
  revertDraft();
  editConfig('seed', configStore.getState().draft.seed + 1);
  showLive();
  startRun(false);
}

export function setSpeed(delayMs: number): void {
  sessionStore.setState({ delayMs });
  send({ type: 'setSpeed', delayMs });
}

export function switchStage(to: RewardStage): void {
  send({ type: 'switchStage', to });
}

/** Back to before the last switch by hand; steps since are dropped. */
export function undoSwitch(): void {
  send({ type: 'undoSwitch' });
}

/** Estimates the split under the current policy, or goes on where an estimate was cancelled or paused. */
export function estimateSplit({ resume }: { readonly resume: boolean }): void {
  if (mustStart()) startRun(false);
  send({ type: 'estimateSplit', resume });
}

export function cancelSplit(): void {
  send({ type: 'cancelSplit' });
}

export function setThresholds(easyFrom: number, mediumFrom: number): void {
  send({ type: 'setThresholds', easyFrom, mediumFrom });
}

export function exportCheckpoint(): void {
  send({ type: 'exportCheckpoint' });
}

export function recover(): void {
  showLive();
  send({ type: 'recover' });
}

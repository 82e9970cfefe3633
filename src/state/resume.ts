/** Going on with a run: where it stood, from a kept state as a run of its own, or with its config from the start. */
import { lockRun, StorageError, storageError, type RunHeader, type WholeRun } from '../runs/index.ts';
import type { TrainConfig } from '../engine/rl/types.ts';
import type { SavedState, TaskChoice } from '../worker/protocol.ts';
import { send } from './bridge.ts';
import {
  chooseRun,
  configStore,
  differences,
  markApplied,
  warmupChanges,
  type WarmedStart,
} from './config.ts';
import { admitConfig } from './customReward.ts';
import { announceRun, newId, saveNow, unsavedPart, type AnnouncedRun } from './persistence.ts';
import { showLive } from './recordedRuns.ts';
import { recordsStore } from './records.ts';
import { freeColour, freeName, liveRun, loadRun, runDatabase, tellTabs } from './runStore.ts';
import { sessionStore } from './session.ts';

/**
 * Goes on with a stored run where it stood. Throws, saying what to do, when another tab has it, its questions are not
 * there, or its reward code waits for the reader's word.
 */
export async function resumeRun(id: string): Promise<void> {
  const lock = await lockRun(id);
  if (!lock) {
    throw new StorageError('taken', 'Another tab goes on with this run. Fork it here, or close that tab.');
  }
  try {
    const database = await runDatabase();
    const whole = await database.load(id);
    const admitted = admit(whole.header);
    await database.takeOver(id);
    start({
      parent: null,
      whole: { ...whole, header: { ...whole.header, ...admitted } },
      isStored: true,
      lock,
    });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What a fork trains with: as its parent, or the draft of Setup. */
export type ForkConfig = 'same' | 'draft';

/** A run of its own that goes on from a state of another one: a kept one by its steps, or the newest. */
export async function forkRun(id: string, at: number | 'newest', config: ForkConfig): Promise<void> {
  const whole = await wholeRun(id);
  const made = forkOf(whole, at, config === 'same' ? whole.header.config : configStore.getState().draft);
  const fork = { ...made, header: { ...made.header, ...admit(made.header) } };
  const lock = await lockRun(fork.header.id);
  let isStored = true;
  try {
    const database = await runDatabase();
    await database.saveWhole(fork);
    tellTabs();
  } catch (error) {
    // It can be trained all the same; the first save says what is wrong.
    storageError(error);
    isStored = false;
  }
  start({ parent: fork.header.parent, whole: fork, isStored, lock });
}

/** The same config once more from the same initial weights. */
export async function duplicateRun(id: string): Promise<void> {
  await forkRun(id, 0, 'same');
}

/** Whether a run can be forked with the draft of Setup: the same questions and weights of the same shape. */
export function draftMisfit({ config, tasks, checkpoint, warmups }: RunHeader): string | null {
  const { draft, tasks: drafted, checkpoint: weights, warmed } = configStore.getState();
  if (JSON.stringify(drafted) !== JSON.stringify(tasks)) {
    return `Setup has the tasks ${drafted.name}, the run ${tasks.name}: its split would not fit.`;
  }
  if (weights !== checkpoint) return `Setup starts from ${weights}, the run from ${checkpoint}.`;
  if (warmupChanges(warmups, warmed?.rounds).length > 0) {
    return 'Setup and the run start from policies that were warmed up otherwise.';
  }
  if (draft.trainVision !== config.trainVision) return 'Setup trains other parts of the policy than the run.';
  return differences('', config, draft).length === 0 ? 'Setup has the same config as the run.' : null;
}

/** Everything of a run as it is now, what is not in storage included. Throws when it cannot be read. */
export async function wholeRun(id: string): Promise<WholeRun> {
  const live = liveRun();
  if (id !== live?.id) return (await runDatabase()).load(id);
  await saveNow();
  const missing = unsavedPart();
  if (!missing) return (await runDatabase()).load(id);
  const { files, state } = missing;
  const before = files ? null : await (await runDatabase()).load(id);
  const { records, metrics } = await loadRun(id);
  const { step } = state.progress;
  const states = new Map([...(before?.kept ?? []), ...missing.kept]);
  const listed = live.kept.filter((one) => states.has(one.step));
  return {
    header: { ...live, step, kept: listed, pinned: [...recordsStore.getState().pinned] },
    metrics: metrics.filter((row) => row.step <= step),
    records: records.filter((record) => record.step <= step),
    state,
    kept: new Map(listed.map((one) => [one.step, states.get(one.step)!])),
    files: files ?? before!.files,
  };
}

function forkOf(whole: WholeRun, at: number | 'newest', config: TrainConfig): WholeRun {
  const { header } = whole;
  const state = at === 'newest' ? whole.state : whole.kept.get(at);
  if (!state) {
    throw new StorageError('failed', `“${header.name}” has no state after step ${String(at)} to fork from.`);
  }
  const { step } = state.progress;
  const isPast = (one: { readonly step: number }): boolean => one.step <= step;
  const kept = new Map([...whole.kept].filter(([keptAt]) => keptAt <= step));
  const now = Date.now();
  return {
    ...whole,
    header: {
      ...header,
      id: newId(),
      name: freeName(header.warmups ? `${config.preset}-warmed` : config.preset),
      colour: freeColour(),
      config,
      parent: {
        id: header.id,
        name: header.name,
        step,
        config: header.config,
        warmups: header.warmups,
      },
      createdAt: now,
      updatedAt: now,
      step,
      best: Object.fromEntries(Object.entries(header.best).filter(([, score]) => isPast(score))),
      stageChanges: state.progress.stageChanges,
      pinned: header.pinned.filter((pinned) => pinned <= step),
      kept: header.kept.filter((one) => kept.has(one.step)),
    },
    metrics: whole.metrics.filter(isPast),
    records: whole.records.filter(isPast),
    state: config === header.config ? state : atStepStart(state, header.config),
    kept,
  };
}

/** Without the step in progress: another config draws it anew. */
function atStepStart(state: SavedState, { promptsPerStep }: TrainConfig): SavedState {
  const { progress } = state;
  if (!progress.draft) return state;
  const drawn = promptsPerStep * (progress.draws + 1);
  return {
    ...state,
    progress: {
      ...progress,
      nextPhase: 'sample',
      draft: null,
      draws: 0,
      dropped: { groups: 0, rollouts: 0, promptTokens: 0, responseTokens: 0 },
      drawnInStage: progress.drawnInStage - drawn,
      stepSeconds: 0,
    },
  };
}

/** The run's questions as this page has them. Throws when they, or the reader's word on its code, are missing. */
function admit({ name, config, tasks }: RunHeader): { readonly tasks: TaskChoice } {
  if (admitConfig(config, `the run “${name}”`) !== config) {
    throw new StorageError(
      'failed',
      `“${name}” trains with reward code that you have not allowed on this device. Its text is shown in Custom reward: allow it, then try again.`,
    );
  }
  if (tasks.from === 'built-in') return { tasks };
  const { importReport } = sessionStore.getState();
  if (!importReport?.ok || importReport.name !== tasks.name) {
    throw new StorageError(
      'failed',
      `“${name}” asks questions of your own set “${tasks.name}”, which a page forgets when it closes. Drop its files on the page, then try again.`,
    );
  }
  return { tasks: { ...tasks, revision: importReport.revision } };
}

/** What a reset of the run starts from, where that was warmed up: its first policy, which it keeps. */
function warmedStart({ header: { warmups }, files, kept }: WholeRun): WarmedStart | null {
  const first = kept.get(0);
  return warmups && first
    ? { rounds: warmups, files: { ...files, 'model.safetensors': first.parameters } }
    : null;
}

function start(run: AnnouncedRun & { readonly whole: WholeRun }): void {
  const { header, state, kept, files } = run.whole;
  const { config, tasks, checkpoint } = header;
  const choice = { config, tasks, checkpoint, warmed: warmedStart(run.whole) };
  announceRun(run, header.id);
  chooseRun(choice);
  markApplied(choice);
  showLive();
  sessionStore.setState({ status: 'booting' });
  send({
    type: 'start',
    runId: header.id,
    config,
    checkpointName: checkpoint,
    files: null,
    tasks,
    play: false,
    resume: {
      state,
      kept: header.kept.map((one) => ({ ...one, parameters: kept.get(one.step)!.parameters })),
      files,
    },
  });
}

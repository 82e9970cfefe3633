/**
 * The control run: the run under way once more, from the same weights with the same seed, without stage 1, in a worker
 * of its own. Nothing of it reaches the stores of the run, whose numbers are the same with and without it. It goes as
 * far as the run has gone and waits there.
 */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { TrainConfig } from '../engine/rl/types.ts';
import { StorageError, withScores, type RunHeader, type RunParent } from '../runs/index.ts';
import { createClient, type Client } from '../worker/client.ts';
import {
  PROTOCOL_VERSION,
  type BackendName,
  type FromWorker,
  type TaskChoice,
  type ToWorker,
  type WorkerError,
} from '../worker/protocol.ts';
import { configStore, type RunChoice } from './config.ts';
import { ControlAccount } from './controlAccount.ts';
import { lastImport } from './imports.ts';
import { newId } from './persistence.ts';
import { freeColour, freeName, liveRun, refreshRuns, runDatabase, tellTabs } from './runStore.ts';
import { SeriesStore, seriesStore } from './series.ts';
import { logLine, sessionStore, type SessionState } from './session.ts';

export interface ControlRun {
  /** waiting: as far as the run under way · stopped and failed: its worker is gone, its lines are still there. */
  readonly status: 'loading' | 'stepping' | 'waiting' | 'stopped' | 'failed';
  readonly config: TrainConfig;
  readonly checkpoint: string;
  readonly warmups: RunHeader['warmups'];
  readonly tasks: TaskChoice;
  /** The run that it is the control of. */
  readonly parent: RunParent | null;
  /** That of the run under way, so that nothing but the stages differs. */
  readonly backend: BackendName;
  readonly colour: number;
  /** Steps done. */
  readonly step: number;
  readonly best: RunHeader['best'];
  readonly series: SeriesStore;
  readonly error: WorkerError | null;
  /** Its name in the list of runs, if it was kept as it is now. */
  readonly keptAs: string | null;
}

export const controlStore = createStore<{ readonly control: ControlRun | null }>(() => ({ control: null }));

/** Its worker, while it has one. */
let client: Client | null = null;
let account = new ControlAccount();
/** Where workers find the models. */
let assetBase = '';

export function useControl<T>(selector: (state: { readonly control: ControlRun | null }) => T): T {
  return useStore(controlStore, selector);
}

export function setAssetBase(base: string): void {
  assetBase = base;
}

/** Why the run under way can have no control run; null: it can. */
export function controlMisfit({ run, backend, importReport }: SessionState): string | null {
  const tasks = configStore.getState().applied?.tasks;
  if (run === null || backend === null || !tasks) return 'Possible once a run is loaded.';
  if (run.config.stages !== 'both')
    return 'This run trains one stage only, so there is no other plan to compare.';
  if (tasks.from === 'imported' && !(importReport?.ok && importReport.revision === tasks.revision)) {
    return `Its worker needs the questions too: drop the files of “${tasks.name}” on the page again.`;
  }
  return null;
}

/** Starts the control run of the run under way, in the place of an earlier one. */
export function startControl(makeClient: () => Client = createClient): void {
  const { applied } = configStore.getState();
  const session = sessionStore.getState();
  if (!applied || !session.backend || controlMisfit(session) !== null) return;
  discardControl();
  const choice = { ...applied, config: { ...applied.config, stages: 'reasoning' as const } };
  const { name: backend } = session.backend;
  const live = liveRun();
  controlStore.setState({
    control: {
      status: 'loading',
      config: choice.config,
      checkpoint: choice.checkpoint,
      warmups: choice.warmed?.rounds,
      tasks: choice.tasks,
      parent: live && { id: live.id, name: live.name, step: 0, config: live.config },
      backend,
      colour: freeColour(),
      step: 0,
      best: {},
      series: new SeriesStore(),
      error: null,
      keptAs: null,
    },
  });
  account = new ControlAccount();
  const worker = makeClient();
  client = worker;
  worker.subscribe((messages) => {
    for (const message of messages) if (client === worker) take(message, choice);
  });
  worker.send({ type: 'boot', version: PROTOCOL_VERSION, forcedBackend: backend, assetBase });
  logLine('Control run without stage 1 started');
}

/** Ends its training; what it has measured stays in Charts. */
export function stopControl(): void {
  endWorker();
  update({ status: 'stopped' });
}

/**
 * Keeps it as it is now as a run of its own in the list. Throws a StorageError when nothing of it can be gone on from
 * or it cannot be stored.
 */
export async function keepControl(): Promise<void> {
  const { control } = controlStore.getState();
  if (!control) return;
  const { config, checkpoint, tasks, parent, colour, best, series } = control;
  const name = `${parent?.name ?? freeName(config.preset)} without stage 1`;
  const about = { id: newId(), name, colour, config, tasks, checkpoint, parent, best };
  const whole = account.whole(about, series.rows());
  if (!whole) throw new StorageError('failed', 'The control run has no step yet that could be kept.');
  await (await runDatabase()).saveWhole(whole);
  await refreshRuns();
  tellTabs();
  update({ keptAs: name });
}

/** Ends it and takes its lines away. */
export function discardControl(): void {
  endWorker();
  controlStore.setState({ control: null });
}

function take(message: FromWorker, choice: RunChoice): void {
  switch (message.type) {
    case 'booted':
      return choice.tasks.from === 'imported' ? tell(lastImport()) : begin(choice, choice.tasks);
    case 'importReport': {
      const { name, revision } = message.report;
      return begin(choice, { from: 'imported', name, revision });
    }
    case 'started':
      update({ status: 'waiting' });
      return follow();
    case 'record': {
      const { control } = controlStore.getState();
      if (!control) return;
      control.series.append(message.record);
      account.addRecord(message.record);
      seriesStore.publish();
      update({
        status: 'waiting',
        step: message.record.step,
        best: withScores(control.best, [message.record]),
        keptAs: null,
      });
      return follow();
    }
    case 'snapshot':
      return account.addSnapshot(message);
    case 'error':
      return fail(message.error);
    default:
      // The rest is for panels that show the run under way alone.
      return;
  }
}

function begin({ config, checkpoint, warmed }: RunChoice, tasks: TaskChoice): void {
  tell({
    type: 'start',
    runId: 'control',
    resume: null,
    config,
    checkpointName: checkpoint,
    files: warmed?.files ?? null,
    tasks,
    play: false,
  });
}

/** One more step while the run under way is ahead. */
function follow(): void {
  const { control } = controlStore.getState();
  if (control?.status !== 'waiting' || control.step >= sessionStore.getState().step) return;
  update({ status: 'stepping' });
  tell({ type: 'step' });
}

function fail(error: WorkerError): void {
  endWorker();
  update({ status: 'failed', error });
  logLine(`control run, ${error.where}: ${error.message}`);
}

function tell(message: ToWorker): void {
  client?.send(message);
}

function update(change: Partial<ControlRun>): void {
  controlStore.setState(({ control }) => ({ control: control && { ...control, ...change } }));
}

function endWorker(): void {
  client?.terminate();
  client = null;
}

sessionStore.subscribe((state, before) => {
  // Another run has another control.
  if (state.run !== before.run && controlStore.getState().control) discardControl();
  if (state.step !== before.step) follow();
});

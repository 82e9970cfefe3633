/**
 * Keeps the run under way: gathers what the worker says and saves it whenever a snapshot comes, all in one transaction,
 * so that storage always holds a run as it was after some step. What could not be saved waits for the next try;
 * training goes on meanwhile.
 */
import {
  lockRun,
  packRecord,
  sizeOfState,
  storageError,
  withScores,
  type MetricsRow,
  type PackedRecord,
  type RunHeader,
  type RunLock,
  type RunParent,
  type StorageFault,
  type WholeRun,
} from '../runs/index.ts';
import type { StepRecord } from '../engine/rl/types.ts';
import type { ResumedRun, SavedState, Snapshot, StartedInfo } from '../worker/protocol.ts';
import { send } from './bridge.ts';
import { configStore } from './config.ts';
import { recordsStore, togglePin as toggleRecord } from './records.ts';
import { editStored } from './runList.ts';
import {
  freeColour,
  freeName,
  liveRun,
  onOtherTabs,
  refreshRuns,
  runDatabase,
  runStore,
  setRuns,
  tellTabs,
} from './runStore.ts';
import { addNotice, logLine, sessionStore } from './session.ts';
import { shownStore } from './shownRun.ts';
import { noticeOf } from './storageNotice.ts';

/** Of the live run, not in storage yet. */
interface Unsaved {
  metrics: MetricsRow[];
  records: PackedRecord[];
  state: SavedState | null;
  kept: Map<number, SavedState>;
  files: ResumedRun['files'] | null;
}

/** What a run that was asked for will be when the worker has it. */
export interface AnnouncedRun {
  readonly parent: RunParent | null;
  /** Where it goes on from; null: from the checkpoint. */
  readonly whole: WholeRun | null;
  /** The whole is in storage. */
  readonly isStored: boolean;
  readonly lock: RunLock | null;
}

const announced = new Map<string, AnnouncedRun>();
let unsaved: Unsaved = nothing();
let lock: RunLock | null = null;
let saving: Promise<void> | null = null;
/** Why saving failed, as the reader was told. */
let said: StorageFault | null = null;
/** Who waits for the next snapshot to be saved, and those whose snapshot has come. */
let waiting: (() => void)[] = [];
let due: (() => void)[] = [];

function nothing(): Unsaved {
  return { metrics: [], records: [], state: null, kept: new Map(), files: null };
}

/** Reads the list, and again whenever another tab has changed it. Resolves when it is there. */
export async function openRuns(): Promise<void> {
  onOtherTabs(() => void refreshRuns());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') send({ type: 'requestSnapshot' });
    else void refreshRuns();
  });
  await refreshRuns();
}

/** Keeps a step's record for the whole run, or lets it go again. */
export function togglePin(step: number): void {
  const { facts, records } = shownStore.getState();
  toggleRecord(records, step);
  const live = liveRun();
  if (live && !facts) void editStored(live.id, { pinned: [...recordsStore.getState().pinned] });
}

/** Names a run before the worker is asked for it; its id. */
export function announceRun(run: AnnouncedRun, id: string = newId()): string {
  announced.set(id, run);
  return id;
}

export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The worker has begun a run. Gives what it goes on from; null for one from a checkpoint. */
export function beginRun({ runId, config, checkpointName }: StartedInfo): WholeRun | null {
  const run = announced.get(runId) ?? { parent: null, whole: null, isStored: false, lock: null };
  announced.delete(runId);
  // Runs asked for before this one did not start.
  for (const [id, failed] of announced) {
    failed.lock?.release();
    announced.delete(id);
  }
  if (lock?.id !== runId) {
    lock?.release();
    lock = run.lock;
    if (!lock) void lockRun(runId).then((own) => (liveRun()?.id === runId ? (lock = own) : own?.release()));
  }
  const { whole } = run;
  const { applied } = configStore.getState();
  const warmups = applied?.warmed?.rounds;
  const now = Date.now();
  const header: RunHeader = whole?.header ?? {
    id: runId,
    name: freeName(warmups ? `${config.preset}-warmed` : config.preset),
    colour: freeColour(),
    config,
    tasks: applied?.tasks ?? { from: 'built-in', name: config.tasks },
    checkpoint: checkpointName,
    warmups,
    parent: run.parent,
    createdAt: now,
    updatedAt: now,
    step: 0,
    best: {},
    stageChanges: [],
    pinned: [],
    kept: [],
    bytes: 0,
  };
  unsaved = whole && !run.isStored ? unsavedOf(whole) : nothing();
  setRuns({ live: header });
  void refreshRuns();
  if (whole && !run.isStored) save();
  return whole;
}

function unsavedOf({ metrics, records, state, kept, files }: WholeRun): Unsaved {
  return { metrics: [...metrics], records: records.map(packRecord), state, kept: new Map(kept), files };
}

/** Steps of the live run. */
export function keepRecords(records: readonly StepRecord[]): void {
  const live = liveRun();
  if (!live) return;
  for (const record of records) {
    const { step, stage, metrics } = record;
    unsaved.metrics.push({ step, stage, metrics });
    unsaved.records.push(packRecord(record));
  }
  // While nothing can be saved, no more waits than would be kept.
  const { records: retained } = recordsStore.getState();
  unsaved.records = unsaved.records.filter(({ step }) => retained.has(step));
  const step = records.at(-1)?.step ?? live.step;
  setRuns({ live: { ...live, step, best: withScores(live.best, records) } });
}

/** The live run went back to that step. */
export function rewindRun(step: number): void {
  const live = liveRun();
  if (!live) return;
  unsaved.metrics = unsaved.metrics.filter((row) => row.step <= step);
  unsaved.records = unsaved.records.filter((record) => record.step <= step);
  const best = Object.fromEntries(Object.entries(live.best).filter(([, score]) => score.step <= step));
  setRuns({ live: { ...live, step, best } });
}

/** The live run can be gone on from here: time to save. */
export function keepSnapshot({ state, isKept, kept, files }: Snapshot): void {
  const { step, stageChanges } = state.progress;
  const live = liveRun();
  if (!live) return;
  due.push(...waiting);
  waiting = [];
  unsaved.state = state;
  if (isKept) unsaved.kept.set(step, state);
  if (files) unsaved.files = files;
  const before = new Map(live.kept.map((one) => [one.step, one.bytes]));
  if (isKept) before.set(step, sizeOfState(state));
  const checkpoints = kept.map((one) => ({ ...one, bytes: before.get(one.step) ?? 0 }));
  setRuns({ live: { ...live, stageChanges, kept: checkpoints } });
  unsaved.kept = stillKept(unsaved.kept);
  save();
}

/** Saves what is there now; one save after the other. */
function save(): void {
  saving ??= saveAll().finally(() => {
    saving = null;
    const waited = due;
    due = [];
    for (const tell of waited) tell();
  });
}

async function saveAll(): Promise<void> {
  for (;;) {
    const live = liveRun();
    const taken = unsaved;
    if (!live || !taken.state) return;
    unsaved = nothing();
    // Steps that came after the snapshot wait for the next one: its state could not go on from them.
    const { step } = taken.state.progress;
    const isLater = (one: { readonly step: number }): boolean => one.step > step;
    unsaved.metrics = taken.metrics.filter(isLater);
    unsaved.records = taken.records.filter(isLater);
    const { pinned, steps } = recordsStore.getState();
    try {
      const stored = await (
        await runDatabase()
      ).save({
        header: { ...live, step, pinned: [...pinned], updatedAt: Date.now() },
        metrics: taken.metrics.filter((row) => !isLater(row)),
        records: taken.records.filter((record) => !isLater(record)),
        retained: new Set(steps),
        state: taken.state,
        kept: taken.kept,
        files: taken.files,
      });
      saved(stored);
    } catch (error) {
      if (liveRun()?.id === live.id) putBack(taken);
      failed(live, error);
      return;
    }
  }
}

function saved(stored: RunHeader): void {
  const live = liveRun();
  if (live?.id === stored.id) {
    const { name, colour, pinned, bytes, updatedAt } = stored;
    setRuns({ live: { ...live, name, colour, pinned, bytes, updatedAt } });
  }
  said = null;
  const wasKept = runStore.getState().storage.kind === 'kept';
  runStore.setState({ storage: { kind: 'kept' } });
  if (!wasKept) void refreshRuns();
  tellTabs();
}

/** What was not saved goes before what has come since. */
function putBack(taken: Unsaved): void {
  const { metrics, records, state, kept, files } = unsaved;
  const since = new Set(metrics.map((row) => row.step));
  const fresh = (one: { readonly step: number }): boolean => !since.has(one.step);
  unsaved = {
    metrics: [...taken.metrics.filter(fresh), ...metrics],
    records: [...taken.records.filter(fresh), ...records],
    state: state ?? taken.state,
    kept: stillKept(new Map([...taken.kept, ...kept])),
    files: files ?? taken.files,
  };
}

/** Without those that the live run no longer lists. */
function stillKept(kept: ReadonlyMap<number, SavedState>): Map<number, SavedState> {
  const listed = new Set(liveRun()?.kept.map(({ step }) => step));
  return new Map([...kept].filter(([step]) => listed.has(step)));
}

/** Said once, until a save succeeds again. */
function failed(live: RunHeader, error: unknown): void {
  const { fault, message } = storageError(error);
  runStore.setState({ storage: { kind: fault, message } });
  if (said === fault) return;
  said = fault;
  const notice = noticeOf(fault, message, live, runStore.getState().runs);
  logLine(notice);
  addNotice(notice);
}

/** Resolves when the run under way is saved as it is now, or cannot be. */
export function saveNow(): Promise<void> {
  const { step, split, status } = sessionStore.getState();
  const isPristine = step === 0 && split === null;
  if (!liveRun() || isPristine || status === 'lost' || status === 'failed') return Promise.resolve();
  return new Promise((resolve) => {
    waiting.push(resolve);
    send({ type: 'requestSnapshot' });
  });
}

/** What of the live run is not in storage; null when all is or nothing can be gone on from. */
export function unsavedPart(): (Unsaved & { readonly state: SavedState }) | null {
  const { state } = unsaved;
  return state ? { ...unsaved, state } : null;
}

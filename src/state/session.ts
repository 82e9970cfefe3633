/** What the worker last said about the run: status machine, backend, phase, split, memory, errors. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { RewardStage } from '../engine/rewards/types.ts';
import type { CheckpointCard, Phase, SplitRecord, StageChange, TrainConfig } from '../engine/rl/types.ts';
import { presetByName } from '../worker/protocol.ts';
import type {
  BackendReport,
  CancelledSplit,
  ImportReport,
  MemoryReport,
  Progress,
  StartedInfo,
  TaskInfo,
  WorkerError,
  WorkerStatus,
} from '../worker/protocol.ts';

export interface LogLine {
  readonly at: number;
  readonly text: string;
}

export interface SessionState {
  readonly status: WorkerStatus;
  readonly backend: BackendReport | null;
  /** Of the run under way; before the first one, of the run that Play would start. */
  readonly config: TrainConfig;
  /** null until a run has been started. */
  readonly run: StartedInfo | null;
  readonly card: CheckpointCard | null;
  readonly parameterCount: number;
  readonly tasks: TaskInfo | null;
  /** The phase under way, or the next one when nothing runs. */
  readonly phase: Phase;
  /** Stage of the next step. */
  readonly stage: RewardStage;
  /** Steps done. */
  readonly step: number;
  /** Steps done in `stage`. */
  readonly stepInStage: number;
  readonly progress: Progress | null;
  /** Pause between phases, in milliseconds. */
  readonly delayMs: number;
  readonly split: SplitRecord | null;
  /** Questions the split has still to ask; above 0 it is partial. */
  readonly splitRemaining: number;
  readonly splitCancelled: CancelledSplit | null;
  readonly stageChanges: readonly StageChange[];
  /** The last change of stage was by hand, and the worker can still go back to before it. */
  readonly canUndoSwitch: boolean;
  /** Hash of the weights after the last step. */
  readonly policyHash: string | null;
  readonly memory: MemoryReport | null;
  /** Seconds spent in each phase since the run began. */
  readonly timing: Readonly<Partial<Record<Phase, number>>>;
  readonly importing: boolean;
  readonly importReport: ImportReport | null;
  readonly error: WorkerError | null;
  /** What the page's address asked for and could not be given. */
  readonly notices: readonly string[];
  readonly log: readonly LogLine[];
}

/** Lines kept of the log. */
const LOG_LINES = 300;

export const sessionStore = createStore<SessionState>(() => ({
  status: 'booting',
  backend: null,
  config: presetByName('tiny'),
  run: null,
  card: null,
  parameterCount: 0,
  tasks: null,
  phase: 'split',
  stage: 'perception',
  step: 0,
  stepInStage: 0,
  progress: null,
  delayMs: 0,
  split: null,
  splitRemaining: 0,
  splitCancelled: null,
  stageChanges: [],
  canUndoSwitch: false,
  policyHash: null,
  memory: null,
  timing: {},
  importing: false,
  importReport: null,
  error: null,
  notices: [],
  log: [],
}));

export function useSession<T>(selector: (state: SessionState) => T): T {
  return useStore(sessionStore, selector);
}

/** Tells the reader something that needs no answer; it stays until it is dismissed. */
export function addNotice(notice: string): void {
  sessionStore.setState(({ notices }) => ({ notices: [...notices, notice] }));
}

export function logLine(text: string): void {
  sessionStore.setState((state) => ({ log: [...state.log.slice(1 - LOG_LINES), { at: Date.now(), text }] }));
}

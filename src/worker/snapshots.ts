/**
 * A run as bytes that the page can store, and back. Sent after every few steps, at the end of the split, at a change of
 * stage and whenever the run comes to rest, so that a closed tab costs at most the steps since.
 */
import { writeCheckpoint } from '../engine/model/checkpoint.ts';
import { readSafetensors, writeSafetensors } from '../engine/model/safetensors.ts';
import type { NamedTensor, NamedTensors } from '../engine/model/types.ts';
import type { TrainerProgress, TrainerState } from '../engine/rl/trainerState.ts';
import { filesReader, type FileReader } from './assets.ts';
import type { KeptPolicy, KeptState } from './keptStates.ts';
import type { Outbox } from './outbox.ts';
import type { RunHandle } from './runHandle.ts';

const WEIGHTS = 'model.safetensors';

/** A run between two phases: enough to go on with the same numbers. */
export interface SavedState {
  readonly progress: TrainerProgress;
  /** What model.safetensors holds. */
  readonly parameters: Uint8Array<ArrayBuffer>;
  /** Safetensors of `reference/…`, left out where it equals the parameters, and of `optimizer/…`. */
  readonly trainer: Uint8Array<ArrayBuffer>;
}

export interface Snapshot {
  readonly state: SavedState;
  /** It stays beside later ones. */
  readonly isKept: boolean;
  /** All states of the run that stay, by steps done; others that were sent no longer do. */
  readonly kept: readonly KeptState[];
  /** The checkpoint's files besides its weights, with the run's first snapshot; null later. */
  readonly files: ResumedRun['files'] | null;
}

/** What a run goes on from. */
export interface ResumedRun {
  readonly state: SavedState;
  /** Policies that stay. */
  readonly kept: readonly (KeptState & { readonly parameters: Uint8Array<ArrayBuffer> })[];
  readonly files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
}

/** Sends the snapshots of one run after the other, each once. */
export class Snapshots {
  readonly #out: Outbox;
  #sent: TrainerState | null = null;
  #sentKept: readonly KeptState[] = [];
  /** Where a run began that has sent nothing yet; null when the page has its files. */
  #start: TrainerState | null = null;

  constructor(out: Outbox) {
    this.#out = out;
  }

  /** A run takes the place of another one; the page has what a resumed run stands at. */
  begin({ snapshot, keptList }: RunHandle, isResumed: boolean): void {
    this.#sentKept = keptList;
    this.#sent = isResumed ? snapshot : null;
    this.#start = isResumed ? null : snapshot;
  }

  /** Sends the run's snapshot unless the page has it. A run of which nothing is computed has nothing to keep. */
  send(run: RunHandle): void {
    if (!run.isPristine) this.#send(run);
  }

  #send(run: RunHandle): void {
    if (this.#start) {
      const files = writeCheckpoint({ ...run.parts.checkpoint, tensors: new Map() });
      files.delete(WEIGHTS);
      this.#post(run, this.#start, Object.fromEntries(files));
      this.#start = null;
    }
    if (run.snapshot !== this.#sent || run.keptList !== this.#sentKept) this.#post(run, run.snapshot);
  }

  /** Brings the snapshot up to where the run stands, and sends it unless the page has it. */
  async update(run: RunHandle): Promise<void> {
    if (run.isPristine) return;
    await run.refreshSnapshot();
    this.send(run);
  }

  /** As `update`, and sends it in any case: the page waits for it. A start that is in no shipped file is kept too. */
  async take(run: RunHandle): Promise<void> {
    this.#sent = null;
    if (run.isPristine && run.request.isOwn) this.#send(run);
    else await this.update(run);
  }

  #post(run: RunHandle, snapshot: TrainerState, files: ResumedRun['files'] | null = null): void {
    const isKept = files !== null || run.isSnapshotKept;
    const kept = (this.#sentKept = run.keptList);
    const state = pack(snapshot);
    const parts = [state.parameters, state.trainer, ...Object.values(files ?? {})];
    this.#out.add(
      { type: 'snapshot', state, isKept, kept, files },
      parts.map(({ buffer }) => buffer),
    );
    this.#sent = snapshot;
  }
}

function pack({ progress, parameters, reference, optimizer }: TrainerState): SavedState {
  const trainer = new Map<string, NamedTensor>();
  if (!areEqual(parameters, reference)) {
    for (const [name, tensor] of reference) trainer.set(`reference/${name}`, tensor);
  }
  for (const [name, tensor] of optimizer) trainer.set(`optimizer/${name}`, tensor);
  return { progress, parameters: writeSafetensors(parameters), trainer: writeSafetensors(trainer) };
}

/** Throws naming the tensor that is wrong. */
function unpack({ progress, parameters, trainer }: SavedState): TrainerState {
  const weights = readSafetensors(parameters);
  const groups = { reference: new Map<string, NamedTensor>(), optimizer: new Map<string, NamedTensor>() };
  for (const [name, tensor] of readSafetensors(trainer)) {
    const group = name.startsWith('reference/') ? groups.reference : groups.optimizer;
    group.set(name.slice(name.indexOf('/') + 1), tensor);
  }
  const reference = groups.reference.size === 0 ? weights : groups.reference;
  return { progress, parameters: weights, reference, optimizer: groups.optimizer };
}

function areEqual(a: NamedTensors, b: NamedTensors): boolean {
  return [...a].every(([name, { data }]) => {
    const other = b.get(name)?.data;
    return other?.length === data.length && data.every((value, i) => value === other[i]);
  });
}

/** What `RunHandle.load` goes on from, with the checkpoint read from the stored files. */
export function resumed({ state, kept, files }: ResumedRun): {
  readonly snapshot: TrainerState;
  readonly kept: ReadonlyMap<number, KeptPolicy>;
  readonly checkpoint: FileReader;
} {
  return {
    snapshot: unpack(state),
    kept: new Map(
      kept.map(({ parameters, ...state }) => [
        state.step,
        { ...state, parameters: readSafetensors(parameters) },
      ]),
    ),
    checkpoint: filesReader({ ...files, [WEIGHTS]: state.parameters }),
  };
}

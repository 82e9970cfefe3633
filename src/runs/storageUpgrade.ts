/** Runs as an earlier page stored them, brought to the present form when the database is opened. */
import type { IDBPTransaction, StoreNames } from 'idb';
import type { Schema } from './storage.ts';
import { sizeOfState, type Checkpoint } from './types.ts';

/** Version 1 knew of the checkpoints no more than their steps. */
export async function withCheckpoints(
  tx: IDBPTransaction<Schema, StoreNames<Schema>[], 'versionchange'>,
): Promise<void> {
  const states = tx.objectStore('states');
  for (const header of await tx.objectStore('runs').getAll()) {
    const steps = header.kept as unknown as readonly number[];
    const kept: Checkpoint[] = [];
    for (const step of steps) {
      const state = await states.get([header.id, step]);
      if (!state) continue;
      const { stage } = state.progress;
      kept.push({ step, stage, why: step === 0 ? 'start' : 'stage', bytes: sizeOfState(state) });
    }
    await tx.objectStore('runs').put({ ...header, kept, sizes: { ...header.sizes, state: 0 } });
  }
}

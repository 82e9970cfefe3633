/** A run's resumable state on disk: tensors are written under a new name first, then the JSON that names them. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { packState, unpackState } from '../engine/rl/stateFiles.ts';
import type { NamedTensors } from '../engine/model/types.ts';
import { DataError } from './errors.ts';
import { readIfThere, writeWhole } from './output.ts';

const STATE_FILE = 'state.json';

interface StateIndex {
  readonly tensors: string;
  /** SHA-256 of the tensor file. */
  readonly sha256: string;
  /** What the run was started with; a resume with another is refused. */
  readonly config: unknown;
  readonly state: string;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Saves a state; the previous one stays valid until the new one is whole. */
export async function saveState(
  folder: string,
  config: unknown,
  step: number,
  plain: unknown,
  tensors: Readonly<Record<string, NamedTensors>>,
): Promise<void> {
  const files = packState(plain, tensors);
  const name = `state-${String(step).padStart(6, '0')}-${Date.now().toString(36)}.safetensors`;
  await writeWhole(join(folder, name), files.tensors);
  const index: StateIndex = { tensors: name, sha256: sha256(files.tensors), config, state: files.json };
  await writeWhole(join(folder, STATE_FILE), JSON.stringify(index));
  for (const file of await readdir(folder)) {
    if (file.endsWith('.safetensors') && file !== name) await rm(join(folder, file));
  }
}

/** Loads the state of a run started with this config; null when there is none. Throws DataError when it does not fit. */
export async function loadState(
  folder: string,
  config: unknown,
  groups: readonly string[],
): Promise<{ plain: unknown; tensors: Record<string, NamedTensors> } | null> {
  const bytes = await readIfThere(join(folder, STATE_FILE));
  if (!bytes) return null;
  const index = JSON.parse(new TextDecoder().decode(bytes)) as StateIndex;
  const differences = differing(index.config, JSON.parse(JSON.stringify(config)) as unknown, '');
  if (differences.length > 0) {
    throw new DataError(
      `${folder} holds a run of another config (${differences.join('; ')}). Resume with the same options, or give another --out.`,
    );
  }
  const tensors = await readIfThere(join(folder, index.tensors));
  if (!tensors || sha256(tensors) !== index.sha256) {
    throw new DataError(
      `${join(folder, index.tensors)} is missing or damaged; the run cannot be resumed from it.`,
    );
  }
  return unpackState({ json: index.state, tensors }, groups);
}

/** Fails when a new run would write over another one's files. */
export async function claimFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = await readdir(folder);
  if (files.length > 0) {
    throw new DataError(
      `${folder} is not empty (${files.slice(0, 3).join(', ')}). Pass --resume to go on, or another --out.`,
    );
  }
}

/** Paths at which two JSON values differ, with both values. */
function differing(before: unknown, now: unknown, path: string): string[] {
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  if (isObject(before) && isObject(now)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
    return [...keys].flatMap((key) => differing(before[key], now[key], path ? `${path}.${key}` : key));
  }
  return [`${path}: was ${JSON.stringify(before)}, now ${JSON.stringify(now)}`];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** A trainer's or warm-up's state as two files: plain JSON, and every tensor under a prefixed name. */
import { readSafetensors, writeSafetensors } from '../model/safetensors.ts';
import type { NamedTensor, NamedTensors } from '../model/types.ts';

const VERSION = 1;

export interface StateFiles {
  readonly json: string;
  readonly tensors: Uint8Array;
}

/** `groups` of tensors by name (parameters, reference, optimizer) and whatever JSON goes with them. */
export function packState(plain: unknown, groups: Readonly<Record<string, NamedTensors>>): StateFiles {
  const tensors = new Map<string, NamedTensor>();
  for (const [group, members] of Object.entries(groups)) {
    for (const [name, tensor] of members) tensors.set(`${group}/${name}`, tensor);
  }
  return { json: JSON.stringify({ version: VERSION, plain }), tensors: writeSafetensors(tensors) };
}

/** The inverse of `packState`. Throws when the version is another or a group is missing. */
export function unpackState(
  files: StateFiles,
  groups: readonly string[],
): { plain: unknown; tensors: Record<string, NamedTensors> } {
  const { version, plain } = JSON.parse(files.json) as { version?: unknown; plain?: unknown };
  if (version !== VERSION) {
    throw new Error(
      `Run state has version ${String(version)}, this program reads ${VERSION}; start the run anew.`,
    );
  }
  const all = readSafetensors(files.tensors);
  const tensors = Object.fromEntries(groups.map((group) => [group, new Map<string, NamedTensor>()]));
  for (const [name, tensor] of all) {
    const slash = name.indexOf('/');
    tensors[name.slice(0, slash)]?.set(name.slice(slash + 1), tensor);
  }
  for (const group of groups) {
    if (tensors[group].size === 0)
      throw new Error(`Run state has no tensors named "${group}/…"; it is damaged.`);
  }
  return { plain, tensors };
}

/** Step records as they are stored: lists of numbers as typed arrays, a third of the size, the same to the last bit. */
import type { StepRecord } from '../engine/rl/types.ts';
import { FLOAT_LISTS } from './json.ts';

const LISTS = ['tokenIds', ...FLOAT_LISTS] as const;
type Lists = Readonly<Record<(typeof LISTS)[number], Int32Array | Float32Array | Float64Array>>;
type Group = StepRecord['groups'][number];
type Rollout = Group['rollouts'][number];

export type PackedRecord = Omit<StepRecord, 'groups'> & {
  readonly groups: readonly (Omit<Group, 'rollouts'> & {
    readonly rollouts: readonly (Omit<Rollout, keyof Lists> & Lists)[];
  })[];
};

export function packRecord(record: StepRecord): PackedRecord {
  const groups = record.groups.map((group) => ({
    ...group,
    rollouts: group.rollouts.map((rollout) => ({ ...rollout, ...mapLists(rollout, narrowest) })),
  }));
  return { ...record, groups };
}

export function unpackRecord(record: PackedRecord): StepRecord {
  const groups = record.groups.map((group) => ({
    ...group,
    rollouts: group.rollouts.map((rollout) => ({ ...rollout, ...mapLists(rollout, (list) => [...list]) })),
  }));
  return { ...record, groups };
}

/** About how many bytes a packed record takes. */
export function sizeOfRecord({ groups }: PackedRecord): number {
  // Texts are stored as one or two bytes a character; an object's fields cost some hundred bytes beside.
  const rollouts = groups.flatMap((group) => group.rollouts);
  return rollouts.reduce((sum, rollout) => {
    const numbers = LISTS.reduce((bytes, name) => bytes + rollout[name].byteLength, 0);
    const texts = rollout.tokenTexts.reduce((bytes, text) => bytes + text.length + 2, 0);
    return sum + numbers + texts + rollout.response.length + 1000;
  }, 0);
}

function mapLists<T, R>(of: Readonly<Record<keyof Lists, T>>, map: (list: T) => R): Record<keyof Lists, R> {
  const entries = LISTS.map((name) => [name, map(of[name])] as const);
  return Object.fromEntries(entries) as Record<keyof Lists, R>; // from LISTS, so every one is there
}

/** The smallest array that holds the numbers exactly. A backend's log-probs are float32. */
function narrowest(list: readonly number[]): Int32Array | Float32Array | Float64Array {
  if (list.every((value) => Object.is(value | 0, value))) return Int32Array.from(list);
  if (list.every((value) => Object.is(Math.fround(value), value))) return Float32Array.from(list);
  return Float64Array.from(list);
}

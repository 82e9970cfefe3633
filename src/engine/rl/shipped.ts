/** The checkpoints that the site ships, under public/models. */
import { TASK_SET_NAMES, suiteOf } from '../tasks/index.ts';

export interface ShippedCheckpoint {
  readonly name: string;
  readonly preset: string;
  /** The suite whose words and pictures it knows. */
  readonly suite: string;
  /** One line for people who choose. */
  readonly about: string;
}

export const SHIPPED_CHECKPOINTS: readonly ShippedCheckpoint[] = [
  { name: 'nano', preset: 'nano', suite: 'scenes-nano', about: 'mild faults' },
  { name: 'tiny', preset: 'tiny', suite: 'scenes', about: 'mild faults' },
  { name: 'tiny-severe', preset: 'tiny', suite: 'scenes', about: 'severe perception faults' },
  { name: 'tiny-charts', preset: 'tiny', suite: 'charts', about: 'mild faults' },
  { name: 'tiny-geometry', preset: 'tiny', suite: 'geometry', about: 'mild faults' },
  { name: 'tiny-pictures', preset: 'tiny', suite: 'pictures', about: 'mild faults' },
];

/** Those of a preset that know the task set, the default one first; empty where none does, and for imported tasks. */
export function readersOf(preset: string, tasks: string): readonly ShippedCheckpoint[] {
  const suite = suiteNameOf(tasks);
  return SHIPPED_CHECKPOINTS.filter(
    (checkpoint) => checkpoint.preset === preset && checkpoint.suite === suite,
  );
}

/** Those to choose from for a preset and a task set. Tasks that none of them knows get the preset's first. */
export function checkpointsFor(preset: string, tasks: string): readonly ShippedCheckpoint[] {
  const fitting = readersOf(preset, tasks);
  return fitting.length > 0
    ? fitting
    : SHIPPED_CHECKPOINTS.filter((checkpoint) => checkpoint.preset === preset).slice(0, 1);
}

/** Name of the checkpoint that a run starts from unless told otherwise; the preset's name where none is shipped. */
export function defaultCheckpoint(preset: string, tasks: string): string {
  return checkpointsFor(preset, tasks)[0]?.name ?? preset;
}

/** Suite that a shipped checkpoint was made for and suite that it is asked about. */
export interface Misfit {
  readonly knows: string;
  readonly asked: string;
}

/**
 * A shipped checkpoint before a built-in task set of another suite than its own: it has never seen such pictures and
 * writes the words it lacks byte by byte. Null where it fits, and where that is not known from names alone: own
 * weights, own tasks.
 */
export function misfitOf(checkpoint: string, tasks: string): Misfit | null {
  const knows = SHIPPED_CHECKPOINTS.find(({ name }) => name === checkpoint)?.suite;
  const asked = suiteNameOf(tasks);
  return knows === undefined || asked === null || knows === asked ? null : { knows, asked };
}

function suiteNameOf(tasks: string): string | null {
  return TASK_SET_NAMES.includes(tasks) ? suiteOf(tasks).name : null;
}

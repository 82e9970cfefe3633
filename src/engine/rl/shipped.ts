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
];

/** Those made for a preset and a task set, the default one first. Tasks that no checkpoint knows get the preset's first. */
export function checkpointsFor(preset: string, tasks: string): readonly ShippedCheckpoint[] {
  const ofPreset = SHIPPED_CHECKPOINTS.filter((checkpoint) => checkpoint.preset === preset);
  const suite = TASK_SET_NAMES.includes(tasks) ? suiteOf(tasks).name : null;
  const fitting = ofPreset.filter((checkpoint) => checkpoint.suite === suite);
  return fitting.length > 0 ? fitting : ofPreset.slice(0, 1);
}

/** Name of the checkpoint that a run starts from unless told otherwise; the preset's name where none is shipped. */
export function defaultCheckpoint(preset: string, tasks: string): string {
  return checkpointsFor(preset, tasks)[0]?.name ?? preset;
}

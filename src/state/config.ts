/**
 * The draft config that Setup edits, against the config of the run. Edits never touch a run: they are listed
 * as changes, then applied with a restart, or reverted.
 */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { TrainConfig } from '../engine/rl/types.ts';
import { defaultCheckpoint, presetByName } from '../worker/protocol.ts';
import type { TaskChoice } from '../worker/protocol.ts';

export interface ConfigState {
  readonly draft: TrainConfig;
  readonly tasks: TaskChoice;
  /** Name of the shipped checkpoint that the run starts from. */
  readonly checkpoint: string;
  /** What the run was started with; null before the first one. */
  readonly applied: RunChoice | null;
}

/** All that a run is started with. */
export interface RunChoice {
  readonly config: TrainConfig;
  readonly tasks: TaskChoice;
  readonly checkpoint: string;
}

/** One difference, by its dotted path in TrainConfig; `tasks` for the task set, `checkpoint` for the weights. */
export interface ConfigChange {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

const tiny = presetByName('tiny');
export const configStore = createStore<ConfigState>(() => ({
  ...choice(tiny),
  applied: null,
}));

export function useConfig<T>(selector: (state: ConfigState) => T): T {
  return useStore(configStore, selector);
}

/** Value at a dotted path; undefined where there is none. */
export function valueAt(config: TrainConfig, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), config);
}

/** The default of a field: its value in the draft's preset. */
export function defaultAt(config: TrainConfig, path: string): unknown {
  return valueAt(presetByName(config.preset), path);
}

/** Sets one field of the draft; a path that config has not is a mistake of the caller. */
export function editConfig(path: string, value: unknown): void {
  configStore.setState((state) => {
    if (valueAt(state.draft, path) === undefined)
      throw new Error(`editConfig: TrainConfig has no field "${path}".`);
    return { draft: withValue(state.draft, path.split('.'), value) as TrainConfig };
  });
}

/** Takes another preset as the draft; the seed stays, since reset and comparison hang on it. */
export function choosePreset(name: string): void {
  chooseConfig({ ...presetByName(name), seed: configStore.getState().draft.seed });
}

/** Takes a whole config as the draft, with the tasks it names and the checkpoint made for them. */
export function chooseConfig(config: TrainConfig): void {
  configStore.setState(choice(config));
}

/** Takes all that a run was started with as the draft. */
export function chooseRun({ config, tasks, checkpoint }: RunChoice): void {
  configStore.setState({ draft: config, tasks, checkpoint });
}

export function chooseTasks(tasks: TaskChoice): void {
  configStore.setState(({ draft }) => ({
    tasks,
    checkpoint: checkpointFor(draft.preset, tasks),
    draft: { ...draft, tasks: tasks.name },
  }));
}

/** Takes another of the shipped checkpoints to start from. */
export function chooseCheckpoint(checkpoint: string): void {
  configStore.setState({ checkpoint });
}

/** Back to the config of the run; before the first run, to the preset. */
export function revertDraft(): void {
  configStore.setState(({ applied, draft }) =>
    applied
      ? { draft: applied.config, tasks: applied.tasks, checkpoint: applied.checkpoint }
      : choice(presetByName(draft.preset)),
  );
}

/** The draft is what the run has. */
export function markApplied(applied: RunChoice): void {
  configStore.setState({ applied });
}

/** What differs between the draft and the run, field by field; empty before the first run. */
export function changesOf({ draft, tasks, checkpoint, applied }: ConfigState): ConfigChange[] {
  if (!applied) return [];
  const changes = differences('', applied.config, draft);
  const renamed = JSON.stringify(applied.tasks) !== JSON.stringify(tasks);
  if (renamed && !changes.some((change) => change.path === 'tasks')) {
    changes.push({ path: 'tasks', from: applied.config.tasks, to: draft.tasks });
  }
  if (applied.checkpoint !== checkpoint) {
    changes.push({ path: 'checkpoint', from: applied.checkpoint, to: checkpoint });
  }
  return changes;
}

export function useConfigChanges(): readonly ConfigChange[] {
  const state = useStore(configStore);
  return useMemo(() => changesOf(state), [state]);
}

function choice(preset: TrainConfig): Pick<ConfigState, 'draft' | 'tasks' | 'checkpoint'> {
  const tasks = { from: 'built-in', name: preset.tasks } as const;
  return { draft: preset, tasks, checkpoint: checkpointFor(preset.preset, tasks) };
}

/** A preset starts from its own checkpoint, a suite other than scenes from the one made for it. */
function checkpointFor(preset: string, tasks: TaskChoice): string {
  return defaultCheckpoint(preset, tasks.from === 'built-in' ? tasks.name : '');
}

/** Fields in which two configs differ, by dotted path. */
export function differences(path: string, from: unknown, to: unknown): ConfigChange[] {
  if (isObject(from) && isObject(to)) {
    const keys = new Set([...Object.keys(from), ...Object.keys(to)]);
    return [...keys].flatMap((key) => differences(path === '' ? key : `${path}.${key}`, from[key], to[key]));
  }
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ path, from, to }];
}

function withValue(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const object = isObject(target) ? target : {};
  return { ...object, [key]: withValue(object[key], rest, value) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The draft config that Setup edits, against the config of the run. Edits never touch a run: they are listed
 * as changes, then applied with a restart, or reverted.
 */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { TrainConfig } from '../engine/rl/types.ts';
import { presetByName } from '../worker/protocol.ts';
import type { TaskChoice } from '../worker/protocol.ts';

export interface ConfigState {
  readonly draft: TrainConfig;
  readonly tasks: TaskChoice;
  /** What the run was started with; null before the first one. */
  readonly applied: { readonly config: TrainConfig; readonly tasks: TaskChoice } | null;
}

/** One difference, by its dotted path in TrainConfig (`tasks` for the task set). */
export interface ConfigChange {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

const tiny = presetByName('tiny');
export const configStore = createStore<ConfigState>(() => ({
  draft: tiny,
  tasks: { from: 'built-in', name: tiny.tasks },
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
  configStore.setState(({ draft }) => {
    const preset = presetByName(name);
    return { draft: { ...preset, seed: draft.seed }, tasks: { from: 'built-in', name: preset.tasks } };
  });
}

export function chooseTasks(tasks: TaskChoice): void {
  configStore.setState(({ draft }) => ({
    tasks,
    draft: { ...draft, tasks: tasks.name },
  }));
}

/** Back to the config of the run; before the first run, to the preset. */
export function revertDraft(): void {
  configStore.setState(({ applied, draft }) =>
    applied ? { draft: applied.config, tasks: applied.tasks } : choice(presetByName(draft.preset)),
  );
}

/** The draft is what the run has. */
export function markApplied(config: TrainConfig, tasks: TaskChoice): void {
  configStore.setState({ applied: { config, tasks } });
}

/** What differs between the draft and the run, field by field; empty before the first run. */
export function changesOf({ draft, tasks, applied }: ConfigState): ConfigChange[] {
  if (!applied) return [];
  const changes = differences('', applied.config, draft);
  const renamed = JSON.stringify(applied.tasks) !== JSON.stringify(tasks);
  if (renamed && !changes.some((change) => change.path === 'tasks')) {
    changes.push({ path: 'tasks', from: applied.config.tasks, to: draft.tasks });
  }
  return changes;
}

export function useConfigChanges(): readonly ConfigChange[] {
  const state = useStore(configStore);
  return useMemo(() => changesOf(state), [state]);
}

function choice(preset: TrainConfig): Pick<ConfigState, 'draft' | 'tasks'> {
  return { draft: preset, tasks: { from: 'built-in', name: preset.tasks } };
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

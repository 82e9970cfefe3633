/**
 * The draft config that Setup edits, against the config of the run. Edits never touch a run: they are listed
 * as changes, then applied with a restart, or reverted.
 */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { TrainConfig } from '../engine/rl/types.ts';
import type { WarmupRound } from '../engine/rl/warmupRound.ts';
import { defaultCheckpoint, presetByName } from '../worker/protocol.ts';
import type { ResumedRun, TaskChoice } from '../worker/protocol.ts';

/** A checkpoint that was warmed up in the page, in its place as the start. */
export interface WarmedStart {
  /** In order; at least one. */
  readonly rounds: readonly WarmupRound[];
  readonly files: ResumedRun['files'];
}

export interface ConfigState {
  readonly draft: TrainConfig;
  readonly tasks: TaskChoice;
  /** Name of the shipped checkpoint that the run starts from. */
  readonly checkpoint: string;
  /** That checkpoint as a warm-up in the page made it; null: as shipped. */
  readonly warmed: WarmedStart | null;
  /** What the run was started with; null before the first one. */
  readonly applied: RunChoice | null;
}

/** All that a run is started with. */
export interface RunChoice {
  readonly config: TrainConfig;
  readonly tasks: TaskChoice;
  readonly checkpoint: string;
  readonly warmed: WarmedStart | null;
}

/** One difference, by its dotted path in TrainConfig; `tasks` for the task set, `checkpoint` and `warm-up` for the weights. */
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
export function chooseRun({ config, tasks, checkpoint, warmed }: RunChoice): void {
  configStore.setState({ draft: config, tasks, checkpoint, warmed });
}

export function chooseTasks(tasks: TaskChoice): void {
  configStore.setState(({ draft }) => ({
    tasks,
    checkpoint: checkpointFor(draft.preset, tasks),
    warmed: null,
    draft: { ...draft, tasks: tasks.name },
  }));
}

/** Takes another of the shipped checkpoints to start from. */
export function chooseCheckpoint(checkpoint: string): void {
  configStore.setState({ checkpoint, warmed: null });
}

/** Takes a warmed-up policy, or with null the shipped one, to start from. */
export function chooseWarmed(warmed: WarmedStart | null): void {
  configStore.setState({ warmed });
}

/** Back to the config of the run; before the first run, to the preset. */
export function revertDraft(): void {
  configStore.setState(({ applied, draft }) =>
    applied
      ? {
          draft: applied.config,
          tasks: applied.tasks,
          checkpoint: applied.checkpoint,
          warmed: applied.warmed,
        }
      : choice(presetByName(draft.preset)),
  );
}

/** The draft is what the run has. */
export function markApplied(applied: RunChoice): void {
  configStore.setState({ applied });
}

/** What differs between the draft and the run, field by field; empty before the first run. */
export function changesOf({ draft, tasks, checkpoint, warmed, applied }: ConfigState): ConfigChange[] {
  if (!applied) return [];
  const changes = differences('', applied.config, draft);
  const renamed = JSON.stringify(applied.tasks) !== JSON.stringify(tasks);
  if (renamed && !changes.some((change) => change.path === 'tasks')) {
    changes.push({ path: 'tasks', from: applied.config.tasks, to: draft.tasks });
  }
  if (applied.checkpoint !== checkpoint) {
    changes.push({ path: 'checkpoint', from: applied.checkpoint, to: checkpoint });
  }
  return [...changes, ...warmupChanges(applied.warmed?.rounds, warmed?.rounds)];
}

/** The difference between two starts in what they were warmed up with. */
export function warmupChanges(
  from: readonly WarmupRound[] | undefined,
  to: readonly WarmupRound[] | undefined,
): ConfigChange[] {
  const [before, after] = [warmupText(from), warmupText(to)];
  const isSame = from?.at(-1)?.policyHash === to?.at(-1)?.policyHash;
  return isSame ? [] : [{ path: 'warm-up', from: before, to: after }];
}

/** Warm-ups in words: how much, and the planted faults. */
export function warmupText(rounds: readonly WarmupRound[] | undefined): string {
  if (!rounds || rounds.length === 0) return 'as shipped';
  return rounds.map(roundText).join(', then ');
}

function roundText({ steps, batchSize, learningRate, faults }: WarmupRound): string {
  const only = (list: readonly string[] | undefined): string => (list ? ` (${list.join(', ')})` : '');
  const planted = [
    ...faults.perception.map(({ attribute, values, p }) => `${attribute}${only(values)} ${p}`),
    ...faults.reasoning.map(({ slip, kinds, p }) => `${slip}${only(kinds)} ${p}`),
  ];
  const amount = `${steps} ${steps === 1 ? 'step' : 'steps'} of ${batchSize}`;
  return `${amount} at rate ${learningRate}, faults: ${planted.join('; ')}`;
}

export function useConfigChanges(): readonly ConfigChange[] {
  const state = useStore(configStore);
  return useMemo(() => changesOf(state), [state]);
}

function choice(preset: TrainConfig): Omit<ConfigState, 'applied'> {
  const tasks = { from: 'built-in', name: preset.tasks } as const;
  return { draft: preset, tasks, checkpoint: checkpointFor(preset.preset, tasks), warmed: null };
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

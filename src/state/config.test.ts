import { beforeEach, expect, test } from 'vitest';
import { setClient } from './bridge.ts';
import {
  changesOf,
  chooseCheckpoint,
  choosePreset,
  chooseTasks,
  configStore,
  defaultAt,
  editConfig,
  markApplied,
  revertDraft,
} from './config.ts';
import { startRun } from './run.ts';
import type { ToWorker } from '../worker/protocol.ts';

let sent: ToWorker[] = [];
beforeEach(() => {
  sent = [];
  setClient({ send: (message) => sent.push(message) });
  choosePreset('tiny');
  const { draft: config, tasks, checkpoint } = configStore.getState();
  markApplied({ config, tasks, checkpoint, warmed: null });
});
const changes = () => changesOf(configStore.getState());

test('edits are changes until they are applied or reverted, and touch no run', () => {
  editConfig('optimizer.learningRate', 3e-4);
  editConfig('recipes.perception.weights.clip', 0.2);
  expect(changes()).toEqual([
    { path: 'recipes.perception.weights.clip', from: 0.4, to: 0.2 },
    { path: 'optimizer.learningRate', from: 1e-4, to: 3e-4 },
  ]);
  expect(sent).toEqual([]);
  revertDraft();
  expect(changes()).toEqual([]);

  editConfig('seed', 9);
  startRun(false);
  expect(changes()).toEqual([]);
  expect(sent).toMatchObject([{ type: 'start', config: { seed: 9 }, checkpointName: 'tiny', play: false }]);
});

test('going back to the default is no change', () => {
  editConfig('groupSize', 4);
  editConfig('groupSize', defaultAt(configStore.getState().draft, 'groupSize'));
  expect(changes()).toEqual([]);
});

test('a preset keeps the seed; an own set under the same name is a change', () => {
  editConfig('seed', 5);
  choosePreset('nano');
  expect(configStore.getState().draft).toMatchObject({ preset: 'nano', seed: 5, tasks: 'scenes-nano' });

  chooseTasks({ from: 'imported', name: 'set.json', revision: 1 });
  const { draft: config, tasks, checkpoint } = configStore.getState();
  markApplied({ config, tasks, checkpoint, warmed: null });
  expect(changes()).toEqual([]);
  chooseTasks({ from: 'imported', name: 'set.json', revision: 2 });
  expect(changes().map((change) => change.path)).toEqual(['tasks']);
});

test('an unknown field is refused by name', () => {
  expect(() => editConfig('objective.clipMiddle', 1)).toThrow(/objective\.clipMiddle/);
});

test('tasks bring the checkpoint made for them, and another one is a change', () => {
  choosePreset('tiny');
  expect(configStore.getState().checkpoint).toBe('tiny');
  const { draft: config, tasks, checkpoint } = configStore.getState();
  markApplied({ config, tasks, checkpoint, warmed: null });
  chooseCheckpoint('nano');
  expect(changes()).toEqual([{ path: 'checkpoint', from: 'tiny', to: 'nano' }]);
  choosePreset('nano');
  expect(configStore.getState().checkpoint).toBe('nano');
  chooseTasks({ from: 'imported', name: 'set.json', revision: 1 });
  expect(configStore.getState().checkpoint).toBe('nano');
});

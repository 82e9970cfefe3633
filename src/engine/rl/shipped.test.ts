import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PRESETS } from './presets.ts';
import { SUITES, TASK_SET_NAMES } from '../tasks/index.ts';
import { SHIPPED_CHECKPOINTS, checkpointsFor, defaultCheckpoint, misfitOf, readersOf } from './shipped.ts';

it('names folders that are there, each once', () => {
  for (const { name } of SHIPPED_CHECKPOINTS) {
    expect(existsSync(join('public', 'models', name, 'model.safetensors')), name).toBe(true);
  }
  expect(new Set(SHIPPED_CHECKPOINTS.map(({ name }) => name)).size).toBe(SHIPPED_CHECKPOINTS.length);
});

it('starts a preset from its own checkpoint, and a suite from the one made for it', () => {
  expect(defaultCheckpoint('nano', PRESETS.nano.tasks)).toBe('nano');
  expect(defaultCheckpoint('tiny', 'scenes')).toBe('tiny');
  expect(defaultCheckpoint('tiny', 'scenes-hard')).toBe('tiny');
  expect(defaultCheckpoint('tiny', './my-own-set.json')).toBe('tiny');
  expect(defaultCheckpoint('small', 'scenes')).toBe('small');
  for (const { name, preset, suite } of SHIPPED_CHECKPOINTS) {
    expect(checkpointsFor(preset, suite).map((checkpoint) => checkpoint.name)).toContain(name);
  }
});

it('is made for suites that there are, by presets that there are', () => {
  for (const { preset, suite } of SHIPPED_CHECKPOINTS) {
    expect(Object.keys(PRESETS)).toContain(preset);
    expect(SUITES.map(({ name }) => name)).toContain(suite);
  }
});

it('knows where a checkpoint meets tasks of another suite than its own', () => {
  expect(misfitOf('tiny', 'scenes-hard')).toBeNull();
  expect(misfitOf('tiny', 'geometry-easy')).toEqual({ knows: 'scenes', asked: 'geometry' });
  expect(misfitOf('nano', 'scenes')).toEqual({ knows: 'scenes-nano', asked: 'scenes' });
  // Nothing is known of weights and sets that are not ours.
  expect(misfitOf('tiny', './my-own-set.json')).toBeNull();
  expect(misfitOf('my-own-policy', 'geometry')).toBeNull();
});

it('starts every preset and task set from a checkpoint that knows them, or owns up to it', () => {
  for (const preset of ['nano', 'tiny']) {
    for (const tasks of TASK_SET_NAMES) {
      const known = readersOf(preset, tasks);
      expect(misfitOf(defaultCheckpoint(preset, tasks), tasks) === null).toBe(known.length > 0);
      expect(checkpointsFor(preset, tasks).length).toBeGreaterThan(0);
    }
  }
});

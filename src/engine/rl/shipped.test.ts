import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PRESETS } from './presets.ts';
import { SHIPPED_CHECKPOINTS, checkpointsFor, defaultCheckpoint } from './shipped.ts';

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

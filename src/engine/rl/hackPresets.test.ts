import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HACK_IDS } from '../rewards/gaming.ts';
import { HACK_PRESETS, hackPresetById, NOT_LEARNED } from './hackPresets.ts';
import { mergeConfig } from './mergeConfig.ts';
import { METRIC_DEFINITIONS } from './metricDefinitions.ts';
import { presetByName } from './presets.ts';

it.each(HACK_PRESETS)('$id is a config that train takes, and gives every reward a term', (preset) => {
  const { id, config, steps } = preset;
  const json: unknown = JSON.parse(readFileSync(join(import.meta.dirname, 'hacks', `${id}.json`), 'utf8'));
  expect(mergeConfig(presetByName(config.preset), json)).toEqual(config);
  expect(config.stages).toBe('perception');
  const paid = Object.values(config.recipes.perception.weights);
  expect(paid.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect((config.promptsPerMiniBatch * config.groupSize) % config.rolloutsPerMicroBatch).toBe(0);
  expect(config.promptsPerStep % config.promptsPerMiniBatch).toBe(0);
  expect(steps).toBeGreaterThanOrEqual(20);
});

it('measured metrics are ones that charts know, and a reward that rises beside one that tells', () => {
  for (const { measured } of HACK_PRESETS) {
    for (const { metric } of measured) expect(METRIC_DEFINITIONS[metric], metric).toBeDefined();
    expect(measured.some(({ first, last }) => last > first)).toBe(true);
    expect(measured.map(({ metric }) => metric)).toContain('perception/f1');
  }
});

it('every hack is either learned by a preset or says why not', () => {
  for (const id of HACK_IDS) {
    expect(HACK_PRESETS.some(({ hack }) => hack === id)).toBe(NOT_LEARNED[id] === undefined);
  }
});

it('an unknown preset is refused by name', () => {
  expect(hackPresetById('keyword-only').hack).toBe('keyword-stuffing');
  expect(() => hackPresetById('bribe')).toThrow(/"bribe".*keyword-only/);
});

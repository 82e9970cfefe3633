import { expect, test } from 'vitest';
import { COMMANDS } from './state/index.ts';
import { matching, paletteEntries } from './palette.ts';

const labels = (typed: string) =>
  matching(
    ['Run one step', 'Earlier step', 'Restart with a new seed', 'Go to Stages', 'Go to Reward hacks'].map(
      (label) => ({ label }),
    ),
    typed,
  ).map(({ label }) => label);

test('nothing typed leaves the list as it is', () => {
  expect(labels(' ')).toHaveLength(5);
  expect(labels('')[0]).toBe('Run one step');
});

test('every word must occur, in any case and order', () => {
  expect(labels('STEP run')).toEqual(['Run one step']);
  expect(labels('step hacks')).toEqual([]);
});

test('what begins with the words typed comes before what only holds them', () => {
  expect(labels('st')).toEqual(['Run one step', 'Earlier step', 'Go to Stages', 'Restart with a new seed']);
  expect(labels('re')[0]).toBe('Restart with a new seed');
});

test('each action is listed once: Play and Pause with their key, not the toggle beside them', () => {
  const entries = paletteEntries(COMMANDS, ['rollouts']);
  expect(new Set(entries.map(({ label }) => label)).size).toBe(entries.length);
  const found = matching(entries, 'play').map(({ id, keyLabel }) => [id, keyLabel]);
  expect(found[0]).toEqual(['play', 'Space']);
  expect(found.map(([id]) => id)).not.toContain('togglePlay');
  expect(entries.find(({ id }) => id === 'pause')?.keyLabel).toBe('Space');
});

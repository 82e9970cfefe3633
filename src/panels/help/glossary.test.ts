import { describe, expect, test } from 'vitest';
import { METRIC_DEFINITIONS } from '../../engine/rl/metricDefinitions.ts';
import { findEntries, helpEntries } from './glossary.ts';

const chart = { lines: [{ metric: 'kl' }], hint: 'Starts at 0 again.' };
const field = {
  label: 'Group size G',
  unit: 'rollouts',
  definition: 'Responses a question.',
  hint: 'Larger.',
};
const entries = helpEntries({ charts: [chart], fields: [{ section: 'Batch', fields: [field] }] });

describe('the glossary', () => {
  test('defines every metric that is defined, in the same words', () => {
    for (const [name, { definition }] of Object.entries(METRIC_DEFINITIONS)) {
      expect(entries.find((entry) => entry.at === name)?.definition).toBe(definition);
    }
  });

  test('takes hints of charts and fields of Setup', () => {
    expect(entries.find(({ at }) => at === 'kl')?.hint).toBe(chart.hint);
    expect(entries.find(({ term }) => term === field.label)).toMatchObject({
      at: 'Setup, Batch',
      unit: 'rollouts',
    });
  });

  test.each([
    'Group',
    'Advantage',
    'Zero-signal group',
    'Clip ratio',
    'KL',
    'Pass rate',
    'Easy, medium, hard',
    'Rollout',
    'Stage',
  ])('has the word %s', (term) =>
    expect(entries.some((entry) => entry.kind === 'method' && entry.term === term)).toBe(true),
  );

  test('has each entry once', () => {
    const keys = entries.map(({ kind, term, at }) => `${kind} ${term} ${at}`);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test('finding wants every word, names before definitions', () => {
  const found = findEntries(entries, 'KL ');
  expect(found[0].term).toBe('KL');
  expect(found.findIndex(({ at }) => at === 'kl')).toBeLessThan(
    found.findIndex(({ term }) => term === 'policy loss'),
  );
  expect(findEntries(entries, 'groups/all wrong').map(({ at }) => at)).toEqual(['groups/all_wrong']);
  expect(findEntries(entries, 'no such word')).toEqual([]);
  expect(findEntries(entries, '')).toHaveLength(entries.length);
});

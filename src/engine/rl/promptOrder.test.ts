import { expect, test } from 'vitest';
import { promptIndices } from './promptOrder.ts';

const all = Array.from({ length: 10 }, (_, i) => i);

test('an epoch holds every question once, across the step boundaries', () => {
  const walked = [0, 4, 8, 12, 16].flatMap((from) => promptIndices(10, from, 4, 1, 'perception'));
  const sorted = (part: number[]): number[] => [...part].sort((a, b) => a - b);
  expect(sorted(walked.slice(0, 10))).toEqual(all);
  expect(sorted(walked.slice(10, 20))).toEqual(all);
  expect(walked.slice(0, 10)).not.toEqual(walked.slice(10, 20));
});

test('the order is a function of seed and stage', () => {
  expect(promptIndices(10, 12, 4, 1, 'perception')).toEqual(promptIndices(10, 12, 4, 1, 'perception'));
  expect(promptIndices(10, 0, 10, 1, 'perception')).not.toEqual(promptIndices(10, 0, 10, 2, 'perception'));
  expect(promptIndices(10, 0, 10, 1, 'perception')).not.toEqual(promptIndices(10, 0, 10, 1, 'reasoning'));
});

test('a pool smaller than a step repeats, an empty one is refused', () => {
  expect(promptIndices(2, 0, 4, 1, 'reasoning').sort()).toEqual([0, 0, 1, 1]);
  expect(() => promptIndices(0, 0, 4, 1, 'reasoning')).toThrow(/no questions/);
});

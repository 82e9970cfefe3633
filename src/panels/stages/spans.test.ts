import { expect, test } from 'vitest';
import type { StageChange } from '../../engine/index.ts';
import { stageSpans } from './spans.ts';

const change = (atStep: number, to: StageChange['to']): StageChange => ({
  atStep,
  from: 'warm-up',
  to,
  reason: 'plan',
  policyHash: '',
});

test('spans meet at the changes and the last reaches the newest step', () => {
  const spans = stageSpans([change(0, 'perception'), change(2, 'reasoning'), change(5, 'perception')], 7);
  expect(spans.map(({ stage, from, to }) => [stage, from, to])).toEqual([
    ['perception', 0, 2],
    ['reasoning', 2, 5],
    ['perception', 5, 7],
  ]);
  expect(stageSpans([], 3)).toEqual([]);
});

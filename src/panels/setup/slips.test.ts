import { expect, test } from 'vitest';
import { SUITES } from '../../engine/tasks/index.ts';
import { SLIPS } from '../../ui/index.ts';

test('every slip that a suite’s teacher can make is said in words, and no other', () => {
  const slips = new Set(SUITES.flatMap(({ slipKinds }) => Object.keys(slipKinds)));
  expect(Object.keys(SLIPS).sort()).toEqual([...slips].sort());
});

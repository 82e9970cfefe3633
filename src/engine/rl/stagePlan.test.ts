import { expect, test } from 'vitest';
import { perceptionEnds } from './stagePlan.ts';

const plateau = { when: 'plateau', window: 3, minimumGain: 0.01, perceptionStepsMax: 20 } as const;

test('a manual stage never ends by itself', () => {
  expect(perceptionEnds({ when: 'manual' }, new Array<number>(1000).fill(0.5))).toBeNull();
});

test('a planned stage ends after its steps', () => {
  expect(perceptionEnds({ when: 'steps', perceptionSteps: 2 }, [0.1])).toBeNull();
  expect(perceptionEnds({ when: 'steps', perceptionSteps: 2 }, [0.1, 0.2])).toBe('plan');
});

test('a plateau needs two full windows without gain', () => {
  expect(perceptionEnds(plateau, [0.5, 0.5, 0.5, 0.5, 0.5])).toBeNull();
  expect(perceptionEnds(plateau, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])).toBeNull();
  expect(perceptionEnds(plateau, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5])).toBe('plateau');
  expect(perceptionEnds(plateau, [0.6, 0.6, 0.6, 0.5, 0.5, 0.5])).toBe('plateau');
});

test('a stage that keeps rising ends at its longest', () => {
  const rising = Array.from({ length: 20 }, (_, i) => i * 0.05);
  expect(perceptionEnds(plateau, rising.slice(0, 19))).toBeNull();
  expect(perceptionEnds(plateau, rising)).toBe('plan');
});

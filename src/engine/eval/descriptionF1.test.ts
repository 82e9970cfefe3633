import { describe, expect, it } from 'vitest';
import type { SceneTruth } from '../tasks/types.ts';
import { descriptionF1 } from './descriptionF1.ts';

const RED_CUBE = { color: 'red', shape: 'cube' };
const BLUE_CUBE = { color: 'blue', shape: 'cube' };
const NAMES = ['color', 'shape'];

function truthOf(...objects: Readonly<Record<string, string>>[]): SceneTruth {
  return { objects: objects.map((attributes) => ({ attributes, box: [0, 0, 1, 1] })) };
}

describe('descriptionF1', () => {
  it('is 1 for the same objects in any order', () => {
    const truth = truthOf(RED_CUBE, BLUE_CUBE, RED_CUBE);
    expect(descriptionF1([BLUE_CUBE, RED_CUBE, RED_CUBE], truth, NAMES)).toEqual({
      precision: 1,
      recall: 1,
      f1: 1,
    });
  });

  it('counts an object as often as it is there, and a malformed entry against precision', () => {
    const score = descriptionF1([RED_CUBE, RED_CUBE, null], truthOf(RED_CUBE, BLUE_CUBE), NAMES);
    expect(score.precision).toBeCloseTo(1 / 3);
    expect(score.recall).toBeCloseTo(1 / 2);
    expect(score.f1).toBeCloseTo(2 / 5);
  });

  it('compares the named attributes only', () => {
    expect(descriptionF1([BLUE_CUBE], truthOf(RED_CUBE), NAMES).f1).toBe(0);
    expect(descriptionF1([BLUE_CUBE], truthOf(RED_CUBE), ['shape']).f1).toBe(1);
  });

  it('has a value where a side is empty', () => {
    expect(descriptionF1([], truthOf(), NAMES)).toEqual({ precision: 1, recall: 1, f1: 1 });
    expect(descriptionF1([], truthOf(RED_CUBE), NAMES)).toEqual({ precision: 0, recall: 0, f1: 0 });
    expect(descriptionF1([null], truthOf(), NAMES)).toEqual({ precision: 0, recall: 0, f1: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { attended, bestOfEntries, found, similarityOf } from './match.ts';

const PATCHES = 9;
/** An entry that is like the given patches and unlike the others. */
const like = (...patches: number[]): Float32Array =>
  Float32Array.from({ length: PATCHES }, (_, j) => (patches.includes(j) ? 1 : 0));
const salience = like(0, 1, 5);

describe('similarityOf', () => {
  it('is near 1 where all that is said is seen and all that is seen is said', () => {
    expect(similarityOf([like(0, 1), like(5)], salience)).toBeGreaterThan(0.98);
  });

  it('falls with a wrong entry, a missing one and one too many', () => {
    const right = similarityOf([like(0, 1), like(5)], salience);
    expect(similarityOf([like(0, 1), like()], salience)).toBeLessThan(right - 0.3);
    expect(similarityOf([like(0, 1)], salience)).toBeLessThan(right - 0.1);
    expect(similarityOf([like(0, 1), like(5), like()], salience)).toBeLessThan(right - 0.1);
  });

  it('is 0 for a text without entries, and does not mind their order', () => {
    expect(similarityOf([], salience)).toBe(0);
    const draws = new RandomStream(3);
    const rows = Array.from({ length: 4 }, () =>
      Float32Array.from({ length: PATCHES }, () => 2 * draws.next() - 1),
    );
    const similarity = similarityOf(rows, salience);
    expect(similarityOf(rows.toReversed(), salience)).toBeCloseTo(similarity, 12);
    expect(similarity).toBeGreaterThan(0);
    expect(similarity).toBeLessThan(1);
  });
});

it('attends to the patches that are most alike', () => {
  expect(attended(like(4))).toBeGreaterThan(0.99);
  expect(attended(like())).toBe(0);
  expect(attended([0.3, 0.3, 0.3])).toBeCloseTo(0.3, 12);
});

it('counts a cosine as found from about 0.58 on', () => {
  expect(found(7 / 12)).toBeCloseTo(0.5, 12);
  expect(found(1)).toBeGreaterThan(0.99);
  expect(found(0)).toBeLessThan(0.01);
});

it('takes each patch for the entry that explains it best', () => {
  expect([...bestOfEntries([like(0), like(2)], PATCHES)]).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0]);
  expect([...bestOfEntries([], 2)]).toEqual([0, 0]);
});

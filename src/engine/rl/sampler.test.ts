import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { RandomStream } from '../random.ts';
import { sampleRows, type DrawKeys } from './sampler.ts';

const off = { temperature: 1, topP: 1, topK: 0 };
const DRAWS = 20_000;

/** DRAWS draws of one row of logits, each at its own address. */
function frequencies(row: readonly number[], config: typeof off, step = 1): number[] {
  const logits = new Float32Array(row.length * DRAWS);
  for (let b = 0; b < DRAWS; b++) logits.set(row, b * row.length);
  const keys: DrawKeys = {
    seed: 7,
    step,
    groups: Array.from({ length: DRAWS }, (_, b) => b >> 3),
    rollouts: Array.from({ length: DRAWS }, (_, b) => b & 7),
    position: 3,
  };
  const counts = row.map(() => 0);
  for (const id of sampleRows(logits, row.length, config, keys).ids) counts[id] += 1;
  return counts;
}

function softmax(row: readonly number[], temperature: number): number[] {
  const weights = row.map((x) => Math.exp(x / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / total);
}

/** Chi-square statistic against probabilities, in standard deviations from its mean; impossible tokens must not occur. */
function surprise(counts: readonly number[], probabilities: readonly number[]): number {
  let statistic = 0;
  let freedom = -1;
  probabilities.forEach((p, i) => {
    if (p === 0) {
      expect(counts[i]).toBe(0);
      return;
    }
    statistic += (counts[i] - p * DRAWS) ** 2 / (p * DRAWS);
    freedom += 1;
  });
  return freedom === 0 ? statistic : (statistic - freedom) / Math.sqrt(2 * freedom);
}

const row = [2, 1, 0.1, -1, 0.5, 1.5, -0.3, 0];

/** Probabilities renormalised over the ids given. */
function among(probabilities: readonly number[], ids: readonly number[]): number[] {
  const total = ids.reduce((sum, id) => sum + probabilities[id], 0);
  return probabilities.map((p, id) => (ids.includes(id) ? p / total : 0));
}

describe('distribution', () => {
  const at = softmax(row, 1);
  const hot = softmax(row, 1.2);
  it.each([
    ['softmax', off, at],
    ['temperature 1.2', { ...off, temperature: 1.2 }, hot],
    ['top-k 3', { ...off, topK: 3 }, among(at, [0, 5, 1])],
    ['top-k larger than the vocabulary', { ...off, topK: 50 }, at],
    // Descending shares at temperature 1: 0.363, 0.220, 0.134, 0.081 …
    ['top-p that needs two', { ...off, topP: 0.5 }, among(at, [0, 5])],
    ['top-p under the largest share', { ...off, topP: 0.2 }, among(at, [0])],
    ['top-p that needs three', { ...off, topP: 0.7 }, among(at, [0, 5, 1])],
    // After top-k 2 the shares are 0.622 and 0.378: top-p sees the renormalised ones.
    ['top-k, then top-p of what is left', { ...off, topK: 2, topP: 0.6 }, among(at, [0])],
    ['top-k, then top-p that needs both', { ...off, topK: 2, topP: 0.7 }, among(at, [0, 5])],
  ])('%s', (_name, config, expected) => {
    expect(Math.abs(surprise(frequencies(row, config), expected))).toBeLessThan(4);
  });

  it('breaks ties at the edge of top-p by id, and keeps those at the edge of top-k', () => {
    const flat = [0, 0, 0, 0, 0];
    expect(surprise(frequencies(flat, { ...off, topP: 0.5 }), [1 / 3, 1 / 3, 1 / 3, 0, 0])).toBeLessThan(4);
    expect(
      surprise(frequencies([0, 1, 0, -1], { ...off, topK: 2 }), among(softmax([0, 1, 0, -1], 1), [0, 1, 2])),
    ).toBeLessThan(4);
  });

  it('is that of a full vocabulary, also where top-p cuts only the tail', () => {
    const draws = new RandomStream(3);
    const wide = Array.from({ length: 450 }, () => draws.normal() * 2);
    const probabilities = softmax(wide, 1.2);
    const order = probabilities.map((_, i) => i).sort((a, b) => probabilities[b] - probabilities[a]);
    let sum = 0;
    const nucleus = order.filter((id) => {
      const before = sum;
      sum += probabilities[id];
      return before < 0.99;
    });
    expect(nucleus.length).toBeLessThan(450);
    const counts = frequencies(wide, { temperature: 1.2, topP: 0.99, topK: 0 }, 5);
    expect(Math.abs(surprise(counts, among(probabilities, nucleus)))).toBeLessThan(4);
  });
});

describe('log-probs', () => {
  const oracle = JSON.parse(
    readFileSync(new URL('../../../fixtures/oracles/objective.json', import.meta.url), 'utf8'),
  ) as { softmax: { logits: number[]; log_softmax: number[]; 'temperature_1.2_log_softmax': number[] } };
  const keys = (position: number): DrawKeys => ({ seed: 1, step: 2, groups: [3], rollouts: [4], position });

  it('are of the full softmax at logits / temperature, whatever the filters', () => {
    const { logits, log_softmax, 'temperature_1.2_log_softmax': hot } = oracle.softmax;
    for (let position = 0; position < 50; position++) {
      for (const [temperature, expected] of [
        [1, log_softmax],
        [1.2, hot],
      ] as const) {
        const config = { temperature, topP: 0.8, topK: 3 };
        const { ids, logProbs } = sampleRows(new Float32Array(logits), 4, config, keys(position));
        expect(logProbs[0]).toBeCloseTo(expected[ids[0]], 6);
      }
    }
  });

  it('greedy takes the argmax, lowest id of equals, with its log-prob at temperature 1', () => {
    const { ids, logProbs } = sampleRows(
      new Float32Array([0, 2, 2, -1]),
      4,
      { ...off, temperature: 0 },
      keys(0),
    );
    expect(ids[0]).toBe(1);
    expect(logProbs[0]).toBeCloseTo(Math.log(softmax([0, 2, 2, -1], 1)[1]), 6);
  });
});

describe('addresses', () => {
  const draws = new RandomStream(11);
  const vocabulary = 60;
  const rows = 24;
  const logits = Float32Array.from({ length: rows * vocabulary }, () => draws.normal());
  const keys = (indices: readonly number[], position = 2, seed = 9): DrawKeys => ({
    seed,
    step: 4,
    groups: indices.map((b) => b >> 2),
    rollouts: indices.map((b) => b & 3),
    position,
  });
  const all = Array.from({ length: rows }, (_, b) => b);
  const config = { temperature: 1.2, topP: 0.95, topK: 40 };

  it('give the same draw every time, and another at another position or seed', () => {
    const once = sampleRows(logits, vocabulary, config, keys(all));
    expect(sampleRows(logits, vocabulary, config, keys(all))).toEqual(once);
    expect(sampleRows(logits, vocabulary, config, keys(all, 3)).ids).not.toEqual(once.ids);
    expect(sampleRows(logits, vocabulary, config, keys(all, 2, 10)).ids).not.toEqual(once.ids);
  });

  it('make a draw independent of the other rows of the batch', () => {
    const together = sampleRows(logits, vocabulary, config, keys(all));
    for (const subset of [[5], [23, 0, 7], all.filter((b) => b % 2 === 1)]) {
      const part = Float32Array.from(
        subset.flatMap((b) => Array.from(logits.subarray(b * vocabulary, (b + 1) * vocabulary))),
      );
      const alone = sampleRows(part, vocabulary, config, keys(subset));
      subset.forEach((b, i) => {
        expect(alone.ids[i]).toBe(together.ids[b]);
        expect(alone.logProbs[i]).toBe(together.logProbs[b]);
      });
    }
  });

  it('refuses logits that are not finite', () => {
    expect(() => sampleRows(new Float32Array([0, NaN]), 2, off, keys([0]))).toThrow(/row 0 are not finite/);
  });
});

import { expect, it } from 'vitest';
import { RandomStream } from '../../random.ts';
import { DESCRIPTIONS, entryBatch } from './batch.ts';

const classes = [
  ['red', 'green', 'blue'],
  ['cube', 'cone'],
];
const pictures = [
  {
    entries: [
      ['red', 'cube'],
      ['red', 'cube'],
      ['blue', 'cone'],
    ],
    classes,
  },
  { entries: [['green', 'cone']], classes },
];
const batch = entryBatch(pictures, new RandomStream(5));
const [T, L] = [batch.keys.length, batch.most];
const row = (data: Float32Array, index: number, length: number) => [
  ...data.subarray(index * length, (index + 1) * length),
];

it('knows which entries are right, and that the second of two equal objects is one', () => {
  const rights = [0, 1].map((b) => batch.keys.filter((_, t) => batch.right[b * T + t] === 1));
  expect(rights).toEqual([['red cube', 'red cube ×2', 'blue cone'], ['green cone']]);
});

it('puts the right description first, complete, and marks a wrong one that came out right', () => {
  for (const b of [0, 1]) {
    expect(batch.recall[b * DESCRIPTIONS]).toBe(1);
    for (let d = 0; d < DESCRIPTIONS; d++) {
      const at = b * DESCRIPTIONS + d;
      const shares = row(batch.shares, at, T);
      expect(shares.reduce((a, x) => a + x, 0)).toBeCloseTo(1, 6);
      const said = shares.flatMap((share, t) => (share > 0 ? t : []));
      const hits = said.filter((t) => batch.right[b * T + t] === 1).length;
      const all = pictures[b].entries.length;
      expect(batch.recall[at]).toBeCloseTo(hits / all, 6);
      expect(batch.excluded[at] < 0).toBe(d > 0 && hits === all && said.length === all);
    }
  }
});

it('lists the same entries for precision and for recall', () => {
  for (let at = 0; at < 2 * DESCRIPTIONS; at++) {
    const b = Math.floor(at / DESCRIPTIONS);
    const members = row(batch.absent, at, L).flatMap((absent, l) =>
      absent === 0 ? row(batch.used, b * L + l, T).indexOf(1) : [],
    );
    const said = row(batch.shares, at, T).flatMap((share, t) => (share > 0 ? t : []));
    expect(members.toSorted()).toEqual(said.toSorted());
  }
});

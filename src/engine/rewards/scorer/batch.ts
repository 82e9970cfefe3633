/**
 * A training batch as tables: which entries there are, for which picture each is right, and the descriptions, one
 * right and some wrong a picture, that are made of them. Everything follows from the texts of worked descriptions.
 */
import type { RandomStream } from '../../random.ts';
import { corrupted, type WordClasses } from './wrongDescriptions.ts';
import { entryKeys } from './words.ts';

export interface DescribedPicture {
  readonly entries: readonly (readonly string[])[];
  readonly classes: WordClasses;
}

/** Descriptions a picture: the right one first. */
export const DESCRIPTIONS = 7;

export interface EntryBatch {
  /** Distinct entries, T of them. */
  readonly keys: readonly string[];
  /** Most distinct entries that a picture's descriptions have, L. */
  readonly most: number;
  /** [B, T]: 1 where the entry belongs to the picture's right description. */
  readonly right: Float32Array;
  /** [B, T]: weight of that verdict in the loss. */
  readonly weight: Float32Array;
  /** [B, D, T]: share of an entry in a description; sums to 1 over T. */
  readonly shares: Float32Array;
  /** [B, L, T]: one-hot, the distinct entries of a picture's descriptions; rows past their end are 0. */
  readonly used: Float32Array;
  /** [B, D, L]: 0 where the description has the entry, else −10. */
  readonly absent: Float32Array;
  /** [B, D]: share of the right entries that the description has. */
  readonly recall: Float32Array;
  /** [B, D]: −1e9 where a wrong description came out right, else 0. */
  readonly excluded: Float32Array;
}

/** Weights of an entry's verdict: right for its picture, of another picture, and each use in a description of this one. */
const OF_OTHERS = 0.5;
const OF_OWN = 2;

export function entryBatch(pictures: readonly DescribedPicture[], draws: RandomStream): EntryBatch {
  const described = pictures.map(({ entries, classes }) => [
    entryKeys(entries),
    ...Array.from({ length: DESCRIPTIONS - 1 }, () => entryKeys(corrupted(entries, classes, draws))),
  ]);
  // Entries that are right for some picture of the batch come first.
  const known = [...new Set(described.flatMap(([right]) => right))];
  const keys = [...new Set([...known, ...described.flat(2)])];
  const order = new Map(keys.map((key, index) => [key, index]));
  const own = described.map((descriptions) => [...new Set(descriptions.flat())]);
  const most = Math.max(...own.map((entries) => entries.length));
  const [B, T, D, L] = [pictures.length, keys.length, DESCRIPTIONS, most];
  const batch = {
    keys,
    most,
    right: new Float32Array(B * T),
    weight: new Float32Array(B * T),
    shares: new Float32Array(B * D * T),
    used: new Float32Array(B * L * T),
    absent: new Float32Array(B * D * L).fill(-10),
    recall: new Float32Array(B * D),
    excluded: new Float32Array(B * D),
  };
  const rights = described.reduce((sum, [right]) => sum + right.length, 0);
  const uses = described.flat(2).length;
  described.forEach((descriptions, b) => {
    const [right] = descriptions;
    for (const key of right) batch.right[b * T + order.get(key)!] = 1;
    own[b].forEach((key, l) => (batch.used[(b * L + l) * T + order.get(key)!] = 1));
    for (let t = 0; t < known.length; t++) {
      batch.weight[b * T + t] = (batch.right[b * T + t] === 1 ? 1 : OF_OTHERS) / rights;
    }
    descriptions.forEach((description, d) => {
      const row = b * D + d;
      let hits = 0;
      for (const key of description) {
        const t = order.get(key)!;
        hits += batch.right[b * T + t];
        batch.weight[b * T + t] += OF_OWN / uses;
        batch.shares[row * T + t] += 1 / description.length;
        batch.absent[row * L + own[b].indexOf(key)] = 0;
      }
      batch.recall[row] = hits / right.length;
      if (d > 0 && hits === right.length && hits === description.length) batch.excluded[row] = -1e9;
    });
  });
  return batch;
}

import type { DescribedObject, SceneTruth } from '../tasks/types.ts';

export interface DescriptionScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/**
 * `perception/f1`: multiset F1 between the described objects' attribute tuples and the truth's, each in [0, 1]. A
 * null (malformed entry) is a false positive. A side with nothing on it has precision (recall) 1 only when the
 * other is empty too. A measure, never a reward. METHOD "Metrics".
 */
export function descriptionF1(
  described: readonly DescribedObject[],
  truth: SceneTruth,
  attributes: readonly string[],
): DescriptionScore {
  const tuple = (object: Readonly<Record<string, string>>): string =>
    JSON.stringify(attributes.map((name) => object[name] ?? null));
  const left = new Map<string, number>();
  for (const object of truth.objects) {
    const key = tuple(object.attributes);
    left.set(key, (left.get(key) ?? 0) + 1);
  }
  let hits = 0;
  for (const object of described) {
    if (object === null) continue;
    const key = tuple(object);
    const count = left.get(key) ?? 0;
    if (count === 0) continue;
    left.set(key, count - 1);
    hits++;
  }
  const both = described.length + truth.objects.length;
  if (both === 0) return { precision: 1, recall: 1, f1: 1 };
  return {
    precision: described.length === 0 ? 0 : hits / described.length,
    recall: truth.objects.length === 0 ? 0 : hits / truth.objects.length,
    f1: (2 * hits) / both,
  };
}

import { expect, test } from 'vitest';
import { evalRow } from '../../../fixtures/evalRow.ts';
import { bootstrapInterval, pairedDifference } from './bootstrap.ts';
import type { EvalRow } from './evaluateRows.ts';
import { compareRows } from './compare.ts';
import { MEASURE_NAMES } from './measures.ts';
import { summarise, valuesOf } from './summarise.ts';

const row = (qid: string, change: Partial<EvalRow> = {}): EvalRow =>
  evalRow({ qid, keyword: 0.25, length: 10, ...change });
const sampled = (qid: string, draw: number, change: Partial<EvalRow> = {}): EvalRow =>
  row(qid, { decoding: 'sampled', draw, ...change });

const about = { tasks: 'scenes', part: 'heldout', seed: 1 } as const;
const greedy = [
  row('a', { accuracy: 1, length: 12 }),
  row('b', { description_f1: 1 }),
  row('c', { accuracy: 1, kind: 'exist', keyword: 1 }),
];
const draws = [
  ...[1, 0, 0, 0].map((accuracy, draw) => sampled('a', draw, { accuracy })),
  ...[0, 0, 0, 0].map((accuracy, draw) => sampled('b', draw, { accuracy })),
  ...[1, 1, 1, 0].map((accuracy, draw) => sampled('c', draw, { accuracy, kind: 'exist' })),
];

test('greedy alone: means, kinds and intervals of greedy responses at the top', () => {
  const report = summarise(greedy, about);
  expect(report).toMatchObject({
    tasks: 'scenes',
    part: 'heldout',
    n: 3,
    samples: 0,
    pass_at_k: null,
    mean: null,
  });
  expect(report.accuracy).toBeCloseTo(2 / 3, 12);
  expect(report.description_f1).toBeCloseTo(2 / 3, 12);
  expect(report.keyword_recall).toBeCloseTo(0.5, 12);
  expect(report.mean_length).toBeCloseTo(32 / 3, 12);
  expect(Object.keys(report.by_kind)).toEqual(['count', 'exist']);
  expect(report.by_kind.count).toMatchObject({ n: 2, accuracy: 0.5 });
  expect(report.by_kind.exist).toMatchObject({ n: 1, accuracy: 1, intervals: { accuracy: [1, 1] } });
  expect(Object.keys(report.intervals)).toEqual([...MEASURE_NAMES]);
  for (const name of MEASURE_NAMES) {
    const [low, high] = report.intervals[name];
    expect(low).toBeLessThanOrEqual(report[name]!);
    expect(high).toBeGreaterThanOrEqual(report[name]!);
  }
  expect(summarise(greedy, about)).toEqual(report);
});

test('with samples: means over the responses at the top, greedy apart, pass@k over samples', () => {
  const report = summarise([...greedy, ...draws], about);
  expect(report).toMatchObject({ n: 3, samples: 4 });
  expect(report.accuracy).toBeCloseTo((1 / 4 + 0 + 3 / 4) / 3, 12);
  expect(report.mean?.accuracy).toBe(report.accuracy);
  expect(report.greedy.accuracy).toBeCloseTo(2 / 3, 12);
  expect(report.by_kind.exist.accuracy).toBeCloseTo(3 / 4, 12);
  expect(report.pass_at_k!['1']).toBeCloseTo(report.accuracy, 12);
  // 1 − C(3, 2) / C(4, 2) = 1/2 for a, 0 for b, 1 for c.
  expect(report.pass_at_k!['2']).toBeCloseTo(1 / 2, 12);
  expect(report.pass_at_k!['4']).toBeCloseTo(2 / 3, 12);
  expect(report.intervals.pass_at_4[0]).toBeLessThanOrEqual(2 / 3);
  expect(report.greedy).toEqual(summarise(greedy, about).greedy);
});

test('responses to one sample are one observation: intervals are over samples', () => {
  const [low, high] = summarise([...greedy, ...draws], about).intervals.accuracy;
  const perSample = valuesOf(draws, 'sampled', 'accuracy')!;
  expect(perSample).toEqual([1 / 4, 0, 3 / 4]);
  const narrow = bootstrapInterval(Array.from({ length: 100 }, () => perSample).flat(), 1);
  expect(high - low).toBeGreaterThan(5 * (narrow[1] - narrow[0]));
});

test('a measure with an unknown truth is null and has no interval, overall and by kind', () => {
  const unknown = { description_f1: null, description_precision: null, description_recall: null };
  const report = summarise([greedy[0], row('d', { ...unknown, kind: 'imported' })], about);
  expect([report.description_f1, report.description_precision, report.description_recall]).toEqual([
    null,
    null,
    null,
  ]);
  expect(report.intervals.description_f1).toBeUndefined();
  expect(report.by_kind.count.description_f1).toBe(0.5);
  expect(report.by_kind.imported.description_f1).toBeNull();
});

test('two evaluations of the same samples compare pairwise, by kind, greedy and sampled apart', () => {
  const before = [...greedy, ...draws];
  const after = before.map((one) => ({ ...one, accuracy: 1 }));
  const { greedy: decoded, mean, pass_at_k: passAtK } = compareRows(before, after, 1);
  expect(decoded.all.accuracy?.difference).toBeCloseTo(1 / 3, 12);
  expect(decoded.by_kind.exist.accuracy).toEqual({ difference: 0, low: 0, high: 0 });
  expect(decoded.all.format).toEqual({ difference: 0, low: 0, high: 0 });
  expect(mean?.all.accuracy?.difference).toBeCloseTo(1 - 1 / 3, 12);
  expect(mean?.by_kind.count.accuracy?.difference).toBeCloseTo(1 - 1 / 8, 12);
  expect(passAtK?.['2'].difference).toBeCloseTo(1 / 2, 12);
  expect(pairedDifference(valuesOf(after, 'greedy', 'accuracy')!, [1, 0, 1], 1).difference).toBe(
    decoded.all.accuracy?.difference,
  );
  expect(compareRows(greedy, greedy, 1)).toMatchObject({ mean: null, pass_at_k: null });
});

test('evaluations of other samples do not compare', () => {
  expect(() => compareRows(greedy, [...greedy.slice(0, 2), row('z')], 1)).toThrow(
    'c greedy 0 and z greedy 0',
  );
  expect(() => compareRows(greedy, greedy.slice(0, 2), 1)).toThrow('c greedy 0 and nothing');
});

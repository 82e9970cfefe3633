/** Rows of an evaluation made into means with intervals: over samples, by question kind, greedy and sampled apart. */
import { hashText, mix } from '../random.ts';
import type { Part } from '../tasks/types.ts';
import { bootstrapInterval, type Interval } from './bootstrap.ts';
import type { EvalRow } from './evaluateRows.ts';
import { MEASURE_NAMES, type EvalMeasures, type MeasureName } from './measures.ts';
import { passAtK, passSizes } from './passAtK.ts';

/** Measures with 95 % bootstrap intervals over samples; a measure that is null has none. */
export interface IntervalMeasures extends EvalMeasures {
  /** Samples. */
  readonly n: number;
  readonly intervals: Readonly<Record<string, Interval>>;
}

export interface DecodingReport extends IntervalMeasures {
  readonly by_kind: Readonly<Record<string, IntervalMeasures>>;
}

export interface EvalReport extends DecodingReport {
  readonly tasks: string;
  readonly part: Part;
  /** Sampled responses a sample; 0: greedy alone. The fields beside this one are of `mean` where there are any. */
  readonly samples: number;
  /** k → unbiased estimate; null without sampled responses. Its intervals are `intervals.pass_at_<k>`. */
  readonly pass_at_k: Readonly<Record<string, number>> | null;
  readonly greedy: DecodingReport;
  /** Means over each sample's sampled responses; null without any. */
  readonly mean: DecodingReport | null;
}

/** Where each measure stands in a row. */
const MEASURES: Readonly<Record<MeasureName, (row: EvalRow) => number | null>> = {
  accuracy: (row) => row.accuracy,
  description_f1: (row) => row.description_f1,
  description_precision: (row) => row.description_precision,
  description_recall: (row) => row.description_recall,
  keyword_recall: (row) => row.keyword,
  format: (row) => row.format,
  mean_length: (row) => row.length,
};
/** All responses to one sample that were decoded in one way. */
type Responses = readonly EvalRow[];

/** The report of `evaluateRows`' rows. The seed is that of the intervals' resamples. */
export function summarise(
  rows: readonly EvalRow[],
  about: { readonly tasks: string; readonly part: Part; readonly seed: number },
): EvalReport {
  const greedy = reportOf(samplesOf(rows, 'greedy'), about.seed);
  const sampled = samplesOf(rows, 'sampled');
  const samples = drawsOf(rows);
  const common = { tasks: about.tasks, part: about.part, n: greedy.n };
  if (samples === 0) {
    return { ...common, samples: 0, ...greedy, pass_at_k: null, greedy, mean: null };
  }
  const mean = reportOf(sampled, about.seed);
  const passes = passSizes(samples).map((k) => {
    const estimates = passValuesOf(rows, k);
    const name = `pass_at_${k}`;
    return {
      k,
      name,
      value: meanOf(estimates),
      interval: bootstrapInterval(estimates, keyOf(about.seed, name)),
    };
  });
  return {
    ...common,
    samples,
    ...mean,
    intervals: {
      ...mean.intervals,
      ...Object.fromEntries(passes.map(({ name, interval }) => [name, interval])),
    },
    pass_at_k: Object.fromEntries(passes.map(({ k, value }) => [String(k), value])),
    greedy,
    mean,
  };
}

/**
 * One value a sample, in the order of the rows: the mean over its responses of that decoding; null where no truth is
 * known. What a paired comparison of two evaluations of the same samples takes.
 */
export function valuesOf(
  rows: readonly EvalRow[],
  decoding: EvalRow['decoding'],
  measure: MeasureName,
): number[] | null {
  return columnOf(samplesOf(rows, decoding), measure);
}

/** Sampled responses a sample. */
export function drawsOf(rows: readonly EvalRow[]): number {
  const sampled = samplesOf(rows, 'sampled');
  return sampled.length === 0 ? 0 : Math.min(...sampled.map((responses) => responses.length));
}

/** pass@k of each sample, in the order of the rows. */
export function passValuesOf(rows: readonly EvalRow[], k: number): number[] {
  return samplesOf(rows, 'sampled').map((responses) => passAtK(responses.length, correctOf(responses), k));
}

function columnOf(samples: readonly Responses[], measure: MeasureName): number[] | null {
  const pick = MEASURES[measure];
  const column: number[] = [];
  for (const responses of samples) {
    let sum = 0;
    for (const row of responses) {
      const value = pick(row);
      if (value === null) return null;
      sum += value;
    }
    column.push(sum / responses.length);
  }
  return column;
}

function reportOf(samples: readonly Responses[], seed: number): DecodingReport {
  const kinds = [...new Set(samples.map(([row]) => row.kind))].sort();
  const byKind = kinds.map((kind) => {
    const members = samples.filter(([row]) => row.kind === kind);
    return [kind, withIntervals(members, keyOf(seed, kind))] as const;
  });
  return { ...withIntervals(samples, seed), by_kind: Object.fromEntries(byKind) };
}

function withIntervals(samples: readonly Responses[], seed: number): IntervalMeasures {
  const columns = new Map(MEASURE_NAMES.map((name) => [name, columnOf(samples, name)]));
  const mean = (name: MeasureName): number | null => {
    const column = columns.get(name);
    return column ? meanOf(column) : null;
  };
  const intervals = [...columns].flatMap(([name, column]) =>
    column ? [[name, bootstrapInterval(column, keyOf(seed, name))] as const] : [],
  );
  return {
    n: samples.length,
    accuracy: mean('accuracy') ?? 0,
    description_f1: mean('description_f1'),
    description_precision: mean('description_precision'),
    description_recall: mean('description_recall'),
    keyword_recall: mean('keyword_recall') ?? 0,
    format: mean('format') ?? 0,
    mean_length: mean('mean_length') ?? 0,
    intervals: Object.fromEntries(intervals),
  };
}

function samplesOf(rows: readonly EvalRow[], decoding: EvalRow['decoding']): Responses[] {
  const samples = new Map<string, EvalRow[]>();
  for (const row of rows) {
    if (row.decoding !== decoding) continue;
    const responses = samples.get(row.qid);
    if (responses) responses.push(row);
    else samples.set(row.qid, [row]);
  }
  return [...samples.values()];
}

const correctOf = (responses: Responses): number => responses.filter((row) => row.accuracy === 1).length;
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const keyOf = (seed: number, name: string): number => mix(seed, hashText(name));

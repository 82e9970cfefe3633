/** Scalars of every step as CSV: step, stage, and a column a metric. An empty cell: the step does not have it. */
import type { RewardStage } from '../engine/rl/types.ts';
import { name } from './json.ts';
import type { MetricsRow } from './types.ts';

const FIRST = ['step', 'stage'] as const;

/** Columns sorted by name, so that the same run gives the same text. */
export function writeMetrics(rows: readonly MetricsRow[]): string {
  const names = [...new Set(rows.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
  const lines = rows.map(({ step, stage, metrics }) =>
    [
      String(step),
      stage,
      ...names.map((metric) => (Object.hasOwn(metrics, metric) ? name(metrics[metric]) : '')),
    ].join(','),
  );
  return [[...FIRST, ...names.map(quote)].join(','), ...lines, ''].join('\n');
}

/** Throws naming the line and what is wrong with it. */
export function readMetrics(text: string): MetricsRow[] {
  const [header = '', ...lines] = text.split('\n');
  const [first, second, ...names] = cells(header);
  if (first !== 'step' || second !== 'stage') throw new Error('line 1 must begin with step,stage');
  if (lines.pop() !== '') throw new Error(`line ${lines.length + 2} has no end: cut short?`);
  let before = 0;
  return lines.map((line, i) => {
    const [step, stage, ...values] = cells(line);
    const fail = (what: string): never => {
      throw new Error(`line ${i + 2}: ${what}`);
    };
    if (values.length !== names.length)
      fail(`${values.length + 2} cells, the header has ${names.length + 2}`);
    const at = Number(step);
    if (!Number.isSafeInteger(at) || at <= before) fail(`step “${step}” does not follow ${before}`);
    before = at;
    if (!isStage(stage)) return fail(`“${stage}” is no stage`);
    const metrics = values.flatMap((value, column): [string, number][] => {
      if (value === '') return [];
      const number = Number(value);
      if (Number.isNaN(number) && value !== 'NaN') fail(`${names[column]} “${value}” is no number`);
      return [[names[column], number]];
    });
    return { step: at, stage, metrics: Object.fromEntries(metrics) };
  });
}

const isStage = (text: string | undefined): text is RewardStage =>
  text === 'perception' || text === 'reasoning';

const quote = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
  );
}

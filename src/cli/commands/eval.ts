/** `eval`: measures of a checkpoint on a part of a task set. */
import type { Interval } from '../../engine/eval/bootstrap.ts';
import { evaluate } from '../../engine/eval/evaluate.ts';
import { MEASURE_LABELS, MEASURE_NAMES, type MeasureName } from '../../engine/eval/measures.ts';
import type { EvalReport, IntervalMeasures } from '../../engine/eval/summarise.ts';
import type { Part } from '../../engine/tasks/types.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { Progress } from '../output.ts';
import {
  loadParts,
  loadShippedScorer,
  loadTasks,
  longestResponse,
  presetOf,
  startBackend,
  suiteFor,
  userPath,
  warnOfSpelling,
} from '../parts.ts';

export const evalCommand: CommandSpec = {
  name: 'eval',
  summary:
    'Accuracy, description precision, recall and F1, keyword recall, format and length of a checkpoint, by question\n' +
    'kind, with 95 % bootstrap intervals over samples; with --samples also pass@k.\n' +
    'Keyword recall is the share of key words found anywhere in the response, as in the stage-1 reward.',
  options: {
    checkpoint: { type: 'string', value: 'DIR', required: true, help: 'the policy' },
    tasks: {
      type: 'string',
      value: 'NAME|FILE',
      help: 'a built-in suite or a PeBR-format set',
      default: 'scenes',
    },
    part: { type: 'string', choices: ['train', 'heldout'], help: 'which part', default: 'heldout' },
    n: {
      type: 'integer',
      value: 'N',
      minimum: 1,
      help: 'samples, from the start of the part',
      default: '1024',
    },
    samples: {
      type: 'integer',
      value: 'K',
      minimum: 1,
      help: 'also sample K responses each; the JSON’s own fields are then their means',
    },
    temperature: { type: 'number', value: 'X', help: 'of --samples', default: '1' },
    'top-p': { type: 'number', value: 'X', help: 'of --samples', default: '1' },
    'max-new-tokens': {
      type: 'integer',
      value: 'N',
      minimum: 1,
      help: "longest response; default: that of the checkpoint's preset, else 128",
    },
    'skip-bad': { type: 'flag', help: 'leave out records of an imported set that have errors' },
    json: { type: 'flag', help: 'print JSON' },
    ...COMMON_OPTIONS,
  },
  run: evaluateCheckpoint,
};

async function evaluateCheckpoint(options: Options): Promise<number> {
  const folder = userPath(options.requiredText('checkpoint'));
  const preset = await presetOf(folder);
  const tasks = await loadTasks(suiteFor(options.requiredText('tasks'), preset), options.flag('skip-bad'));
  await startBackend(options);
  const parts = await loadParts(folder, tasks, await loadShippedScorer());
  warnOfSpelling(folder, parts);
  const progress = new Progress('eval');
  const { report } = await evaluate(
    parts,
    {
      part: options.requiredText('part') as Part, // one of the choices
      n: options.requiredNumber('n'),
      samples: options.number('samples') ?? 0,
      temperature: options.requiredNumber('temperature'),
      topP: options.requiredNumber('top-p'),
      maxNewTokens: options.number('max-new-tokens') ?? longestResponse(preset),
      seed: options.requiredNumber('seed'),
    },
    { onProgress: (done, total) => progress.update(done, total) },
  );
  progress.end();
  process.stdout.write(options.flag('json') ? `${JSON.stringify(report)}\n` : tables(report));
  return 0;
}

/** The report for people: a row a measure, then a row a question kind, values with their intervals. */
function tables(report: EvalReport): string {
  const { greedy, mean, samples, pass_at_k: passAtK } = report;
  const columns = [
    { title: 'greedy', of: greedy },
    ...(mean ? [{ title: `mean over ${samples}`, of: mean }] : []),
  ];
  const width = 24;
  const line = (first: string, cells: readonly string[]): string =>
    `${first.padEnd(width)}${cells.map((cell) => cell.padEnd(CELL)).join('')}`.trimEnd();
  const passes = Object.entries(passAtK ?? {}).map(([k, value]) =>
    line(`pass@${k}`, ['', cellText(value, report.intervals[`pass_at_${k}`], 3)]),
  );
  const kinds = columns.flatMap(({ title, of }) => [
    '',
    line(`${title}, by kind`, ['n', ...MEASURE_NAMES.map((name) => MEASURE_LABELS[name])]),
    ...Object.entries(of.by_kind).map(([kind, row]) =>
      line(kind, [String(row.n), ...MEASURE_NAMES.map((name) => measureText(row, name))]),
    ),
  ]);
  return `${[
    `${report.tasks}, ${report.part} part, ${report.n} samples; [95 % bootstrap interval]`,
    '',
    line(
      '',
      columns.map(({ title }) => title),
    ),
    ...MEASURE_NAMES.map((name) =>
      line(
        MEASURE_LABELS[name],
        columns.map(({ of }) => measureText(of, name)),
      ),
    ),
    ...passes,
    ...kinds,
  ].join('\n')}\n`;
}

const CELL = 24;

const measureText = (row: IntervalMeasures, name: MeasureName): string =>
  cellText(row[name], row.intervals[name], name === 'mean_length' ? 1 : 3);

function cellText(value: number | null, interval: Interval | undefined, digits: number): string {
  if (value === null || !interval) return '–';
  return `${value.toFixed(digits)} [${interval.map((end) => end.toFixed(digits)).join(', ')}]`;
}

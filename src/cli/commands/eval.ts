/** `eval`: measures of a checkpoint on a part of a task set. */
import { evaluate } from '../../engine/eval/evaluate.ts';
import type { Part } from '../../engine/tasks/types.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { Progress } from '../output.ts';
import {
  loadParts,
  loadShippedScorer,
  loadTasks,
  presetOf,
  startBackend,
  suiteFor,
  userPath,
} from '../parts.ts';

export const evalCommand: CommandSpec = {
  name: 'eval',
  summary: 'Accuracy, description F1, keyword recall, format and length of a checkpoint, by question kind.',
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
      default: '512',
    },
    samples: {
      type: 'integer',
      value: 'K',
      minimum: 1,
      help: 'sample K responses each instead of one greedy one',
    },
    temperature: { type: 'number', value: 'X', help: 'of --samples', default: '1' },
    'top-p': { type: 'number', value: 'X', help: 'of --samples', default: '1' },
    'max-new-tokens': { type: 'integer', value: 'N', minimum: 1, help: 'longest response', default: '128' },
    'skip-bad': { type: 'flag', help: 'leave out records of an imported set that have errors' },
    json: { type: 'flag', help: 'print JSON' },
    ...COMMON_OPTIONS,
  },
  run: evaluateCheckpoint,
};

async function evaluateCheckpoint(options: Options): Promise<number> {
  const folder = userPath(options.requiredText('checkpoint'));
  const suite = suiteFor(options.requiredText('tasks'), await presetOf(folder));
  const tasks = await loadTasks(suite, options.flag('skip-bad'));
  await startBackend(options);
  const parts = await loadParts(folder, tasks, await loadShippedScorer());
  const progress = new Progress('eval');
  const report = await evaluate(
    parts,
    {
      part: options.requiredText('part') as Part, // one of the choices
      n: options.requiredNumber('n'),
      samples: options.number('samples') ?? 0,
      temperature: options.requiredNumber('temperature'),
      topP: options.requiredNumber('top-p'),
      maxNewTokens: options.requiredNumber('max-new-tokens'),
      seed: options.requiredNumber('seed'),
    },
    (done, total) => {
      progress.update(done, total);
    },
  );
  progress.end();
  if (options.flag('json')) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return 0;
  }
  const { by_kind: byKind, ...overall } = report;
  const rows = [['all', overall] as const, ...Object.entries(byKind)];
  const cell = (value: number | null): string => (value === null ? '–' : value.toFixed(3)).padStart(9);
  process.stdout.write(`${''.padEnd(22)}     n accuracy        F1  keywords   format   length\n`);
  for (const [kind, row] of rows) {
    const cells = [row.accuracy, row.description_f1, row.keyword_recall, row.format, row.mean_length].map(
      cell,
    );
    process.stdout.write(`${kind.padEnd(22)}${String(row.n).padStart(6)}${cells.join(' ')}\n`);
  }
  return 0;
}

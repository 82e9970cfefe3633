/** `card`: measures a checkpoint and writes the numbers into its README.md and config.json. */
import { basename, join } from 'node:path';
import { evaluate } from '../../engine/eval/evaluate.ts';
import { rowsOf, type ResponseOptions } from '../../engine/eval/evaluateRows.ts';
import { MEASURE_LABELS, MEASURE_NAMES, type MeasureName } from '../../engine/eval/measures.ts';
import { valuesOf, type EvalReport, type IntervalMeasures } from '../../engine/eval/summarise.ts';
import { writeCheckpoint } from '../../engine/model/checkpoint.ts';
import { estimateSplit } from '../../engine/rl/estimateSplit.ts';
import { presetByName, PRESET_NAMES } from '../../engine/rl/presets.ts';
import { pebrExtras, type PebrExtras, type RunParts } from '../../engine/rl/runParts.ts';
import { classify, expectedZeroShare } from '../../engine/rl/split.ts';
import type { CheckpointCard, SplitEntry, TrainConfig } from '../../engine/rl/types.ts';
import type { Sample, TaskSet, TeacherFaults } from '../../engine/tasks/types.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { Progress, say, writeFolder } from '../output.ts';
import {
  loadParts,
  loadShippedScorer,
  loadTasks,
  startBackend,
  suiteFor,
  userPath,
  warnOfSpelling,
} from '../parts.ts';

export const cardCommand: CommandSpec = {
  name: 'card',
  summary:
    'Measures a checkpoint (greedy on the held-out part, and the split of train questions) and writes the numbers\n' +
    'into its README.md and config.json.',
  options: {
    checkpoint: {
      type: 'string',
      value: 'DIR',
      required: true,
      help: 'the checkpoint; its files are rewritten',
    },
    preset: { type: 'string', choices: PRESET_NAMES, help: 'whose tasks and split', default: 'tiny' },
    tasks: { type: 'string', value: 'NAME', help: "a built-in suite; default: the preset's" },
    n: { type: 'integer', value: 'N', minimum: 1, help: 'held-out samples', default: '1024' },
    questions: {
      type: 'integer',
      value: 'N',
      minimum: 1,
      help: 'train questions of the split',
      default: '512',
    },
    ...COMMON_OPTIONS,
  },
  run: card,
};

async function card(options: Options): Promise<number> {
  const preset = presetByName(options.requiredText('preset'));
  const tasks = await loadTasks(suiteFor(options.text('tasks') ?? preset.tasks, preset.preset));
  await startBackend(options);
  const folder = userPath(options.requiredText('checkpoint'));
  const parts = await loadParts(folder, tasks, await loadShippedScorer());
  warnOfSpelling(folder, parts);
  const seed = options.requiredNumber('seed');
  const greedy = { samples: 0, temperature: 1, topP: 1, maxNewTokens: preset.sampling.maxNewTokens, seed };
  const progress = new Progress('card');
  const { report } = await evaluate(
    parts,
    { ...greedy, part: 'heldout', n: options.requiredNumber('n') },
    { onProgress: (done, total) => progress.update(done, total, 'held out') },
  );
  const entries = await split(parts, { ...preset, seed }, options.requiredNumber('questions'), progress);
  const easyF1 = await descriptionF1On(parts, easyPool(tasks, entries), greedy);
  progress.end();
  const share = (from: number, to: number): number =>
    entries.filter(({ correct }) => correct >= from && correct < to).length / entries.length;
  const { n } = preset.split;
  const measured: Record<string, number> = {
    heldout_n: report.n,
    ...measuresOf(report),
    split_questions: entries.length,
    split_easy: share(n, n + 1),
    split_medium: share(1, n),
    split_hard: share(0, 1),
    ...(easyF1 === null ? {} : { easy_description_f1: easyF1 }),
    zero_advantage_expected: expectedZeroShare(
      entries.map((entry) => entry.correct / entry.n),
      preset.groupSize,
    ),
  };
  const before = pebrExtras(parts.checkpoint);
  const written: CheckpointCard = {
    name: preset.preset,
    parameters: parts.policy.parameterCount,
    faults: before.card?.faults ?? null,
    measured,
  };
  const extras: PebrExtras = { ...before, card: written };
  const files = writeCheckpoint({ ...parts.checkpoint, extras: { pebr: extras } });
  const text = readme({ name: basename(folder), extras, card: written, report, preset });
  files.set('README.md', new TextEncoder().encode(text));
  await writeFolder(folder, files);
  for (const [name, value] of Object.entries(measured)) say(`${name}: ${value.toFixed(4)}`);
  say(`Written to ${join(folder, 'README.md')}`);
  return 0;
}

async function split(
  parts: RunParts,
  config: TrainConfig,
  questions: number,
  progress: Progress,
): Promise<SplitEntry[]> {
  const total = Math.min(questions, parts.tasks.size('train'));
  const entries: SplitEntry[] = [];
  for await (const chunk of estimateSplit(parts, config, 0, total)) {
    entries.push(...chunk);
    progress.update(entries.length, total, 'split');
  }
  return entries;
}

const easyPool = (tasks: TaskSet, entries: readonly SplitEntry[]): Sample[] =>
  entries
    .filter(({ correct, n }) => classify(correct, n, 1) === 'easy')
    .flatMap(({ qid }) => tasks.find(qid) ?? []);

/** null where there is no sample, or no truth. */
async function descriptionF1On(
  parts: RunParts,
  samples: readonly Sample[],
  options: ResponseOptions,
): Promise<number | null> {
  const values = valuesOf(await rowsOf(parts, samples, options), 'greedy', 'description_f1');
  if (values === null || values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The measures that have a value, under the names that `eval --json` gives them. */
function measuresOf(report: EvalReport): Record<string, number> {
  return Object.fromEntries(
    MEASURE_NAMES.flatMap((name) => {
      const value = report[name];
      return value === null ? [] : [[name, value] as const];
    }),
  );
}

function readme({
  name,
  extras,
  card: { parameters, faults, measured },
  report,
  preset,
}: {
  /** Of the checkpoint's folder. */
  readonly name: string;
  readonly extras: PebrExtras;
  readonly card: CheckpointCard;
  readonly report: EvalReport;
  readonly preset: TrainConfig;
}): string {
  const { split: settings, sampling } = preset;
  const percent = (value: number | undefined): string => `${(100 * (value ?? 0)).toFixed(1)} %`;
  const cell = (row: IntervalMeasures, measure: MeasureName): string => {
    const value = row[measure];
    const interval = row.intervals[measure];
    if (value === null || !interval) return '–';
    const digits = measure === 'mean_length' ? 1 : 3;
    return `${value.toFixed(digits)} (${interval.map((end) => end.toFixed(digits)).join('–')})`;
  };
  const kinds = Object.entries(report.by_kind).map(
    ([kind, row]) =>
      `| ${kind} | ${row.n} | ${cell(row, 'accuracy')} | ${cell(row, 'description_f1')} | ${cell(row, 'keyword_recall')} | ${cell(row, 'format')} |`,
  );
  const easyF1 = measured.easy_description_f1;
  return `# ${name}

A SmolVLM-architecture policy of ${parameters.toLocaleString('en')} parameters for the playground's \`${report.tasks}\` tasks, made for the
preset \`${preset.preset}\`. It is a small model that shows the method; it knows nothing else.

## How it was made

${(extras.history ?? []).map((line) => `    npm run pebr -- ${line}`).join('\n')}

${faultText(faults)}

## Measured

Held out, greedy, ${report.n} samples, with 95 % bootstrap intervals over samples:

| measure | value (95 %) |
|---|---|
${MEASURE_NAMES.map((measure) => `| ${MEASURE_LABELS[measure]} | ${cell(report, measure)} |`).join('\n')}

By question kind:

| kind | n | accuracy | description F1 | keyword recall | format |
|---|---|---|---|---|---|
${kinds.join('\n')}

The same numbers again, with every measure of every kind:

    npm run pebr -- eval --checkpoint ${name} --tasks ${report.tasks} --n ${report.n} --max-new-tokens ${sampling.maxNewTokens} --json

Split of ${measured.split_questions} train questions (temperature ${settings.temperature}, top_p ${settings.topP}, n ${settings.n}):
${percent(measured.split_easy)} easy, ${percent(measured.split_medium)} medium, ${percent(measured.split_hard)} hard.
Description F1 on the easy pool (greedy): ${easyF1 === undefined ? '–' : easyF1.toFixed(3)}.
`;
}

function faultText(faults: TeacherFaults | null): string {
  if (!faults) return 'Its teacher made no mistakes.';
  const perception = faults.perception.map(
    ({ attribute, values, p }) =>
      `- sees ${attribute}${values ? ` of ${values.join(', ')}` : ''} wrongly with probability ${p}`,
  );
  const reasoning = faults.reasoning.map(
    ({ slip, kinds, p }) =>
      `- slips (${slip})${kinds ? ` on ${kinds.join(', ')}` : ''} with probability ${p}`,
  );
  return [
    'Its warm-up teacher had planted faults, so that each stage has something to mend:',
    '',
    ...perception,
    ...reasoning,
  ].join('\n');
}

/** `card`: measures a checkpoint and writes the numbers into its README.md and config.json. */
import { join } from 'node:path';
import { evaluate, evaluateSamples, type EvalReport } from '../../engine/eval/evaluate.ts';
import { writeCheckpoint } from '../../engine/model/checkpoint.ts';
import { PixelCache } from '../../engine/rl/pixelCache.ts';
import { presetByName, PRESET_NAMES } from '../../engine/rl/presets.ts';
import { pebrExtras, type PebrExtras, type RunParts } from '../../engine/rl/runParts.ts';
import { classify, expectedZeroShare } from '../../engine/rl/split.ts';
import { passCounts } from '../../engine/rl/splitPhase.ts';
import type { CheckpointCard, SplitEntry, TrainConfig } from '../../engine/rl/types.ts';
import type { TaskSet, TeacherFaults } from '../../engine/tasks/types.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { Progress, say, writeFolder } from '../output.ts';
import { loadParts, loadShippedScorer, loadTasks, startBackend, suiteFor, userPath } from '../parts.ts';

const CHUNK = 32;

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
  const seed = options.requiredNumber('seed');
  const greedy = { samples: 0, temperature: 1, topP: 1, maxNewTokens: preset.sampling.maxNewTokens, seed };
  const progress = new Progress('card');
  const heldOut = await evaluate(
    parts,
    { ...greedy, part: 'heldout', n: options.requiredNumber('n') },
    (done, total) => {
      progress.update(done, total, 'held out');
    },
  );
  const entries = await split(parts, { ...preset, seed }, options.requiredNumber('questions'), progress);
  const easy = entries.filter(({ correct, n }) => classify(correct, n, 1) === 'easy');
  const onEasy = await evaluateSamples(
    parts,
    easy.map(({ qid }) => tasks.find(qid)!),
    greedy,
  );
  progress.end();
  const share = (from: number, to: number): number =>
    entries.filter(({ correct }) => correct >= from && correct < to).length / entries.length;
  const { n } = preset.split;
  const measured: Record<string, number> = {
    heldout_n: heldOut.n,
    ...numbers(heldOut),
    split_questions: entries.length,
    split_easy: share(n, n + 1),
    split_medium: share(1, n),
    split_hard: share(0, 1),
    easy_description_f1: onEasy.description_f1 ?? 0,
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
  files.set('README.md', new TextEncoder().encode(readme(extras, written, tasks, heldOut, preset)));
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
  const pixels = new PixelCache(parts.preprocessing);
  const entries: SplitEntry[] = [];
  while (entries.length < total) {
    const indices = Array.from(
      { length: Math.min(CHUNK, total - entries.length) },
      (_, i) => entries.length + i,
    );
    const samples = indices.map((index) => parts.tasks.sample('train', index));
    entries.push(...(await passCounts(parts, pixels, samples, indices, config)));
    progress.update(entries.length, total, 'split');
  }
  return entries;
}

function numbers(report: EvalReport): Record<string, number> {
  return Object.fromEntries(
    Object.entries(report).filter(
      (entry): entry is [string, number] =>
        typeof entry[1] === 'number' && entry[0] !== 'n' && entry[0] !== 'samples',
    ),
  );
}

function readme(
  extras: PebrExtras,
  { name, parameters, faults, measured }: CheckpointCard,
  tasks: TaskSet,
  heldOut: EvalReport,
  { split: settings }: TrainConfig,
): string {
  const percent = (value: number | undefined): string => `${(100 * (value ?? 0)).toFixed(1)} %`;
  const value = (number: number | null): string => (number === null ? '–' : number.toFixed(3));
  const kinds = Object.entries(heldOut.by_kind).map(
    ([kind, row]) =>
      `| ${kind} | ${row.n} | ${value(row.accuracy)} | ${value(row.description_f1)} | ${value(row.format)} |`,
  );
  return `# ${name}

A SmolVLM-architecture policy of ${parameters.toLocaleString('en')} parameters for the playground's \`${tasks.name}\` tasks.
It is a small model that shows the method; it knows nothing else.

## How it was made

${(extras.history ?? []).map((line) => `    npm run pebr -- ${line}`).join('\n')}

${faultText(faults)}

## Measured

Held out, greedy, ${heldOut.n} samples:

| kind | n | accuracy | description F1 | format |
|---|---|---|---|---|
| **all** | ${heldOut.n} | **${value(heldOut.accuracy)}** | **${value(heldOut.description_f1)}** | **${value(heldOut.format)}** |
${kinds.join('\n')}

Split of ${measured.split_questions} train questions (temperature ${settings.temperature}, top_p ${settings.topP}, n ${settings.n}):
${percent(measured.split_easy)} easy, ${percent(measured.split_medium)} medium, ${percent(measured.split_hard)} hard.
Description F1 on the easy pool (greedy): ${value(measured.easy_description_f1 ?? null)}.
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

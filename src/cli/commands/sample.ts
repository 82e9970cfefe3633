/** `sample`: the dataset-level split of a task set's train part under a checkpoint, resumable. */
import { join } from 'node:path';
import { policyHash } from '../../engine/model/policy.ts';
import { classify } from '../../engine/rl/split.ts';
import { estimateSplit } from '../../engine/rl/estimateSplit.ts';
import { presetByName, PRESET_NAMES } from '../../engine/rl/presets.ts';
import type { Difficulty, SplitEntry } from '../../engine/rl/types.ts';
import { writeTaskSetFiles } from '../../engine/tasks/imported/index.ts';
import type { Sample, TaskSet } from '../../engine/tasks/types.ts';
import { DataError } from '../errors.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { appendLine, Progress, readIfThere, say, writeWhole } from '../output.ts';
import {
  loadParts,
  loadShippedScorer,
  loadTasks,
  presetOf,
  startBackend,
  suiteFor,
  userPath,
  warnOfSpelling,
} from '../parts.ts';
import { claimFolder } from '../runFolder.ts';
import { readSplit } from '../splitFolder.ts';

export const sampleCommand: CommandSpec = {
  name: 'sample',
  summary:
    'Splits a task set by what the policy can do: pass counts of n rollouts a question.\n' +
    "Writes passes.jsonl, split.json and easy.json, medium.json, hard.json in PeBR's data format with images/.",
  options: {
    checkpoint: { type: 'string', value: 'DIR', required: true, help: 'the frozen policy' },
    tasks: {
      type: 'string',
      value: 'NAME|FILE',
      help: 'a built-in suite or a PeBR-format set',
      default: 'scenes',
    },
    questions: {
      type: 'integer',
      value: 'N',
      minimum: 1,
      help: 'train questions; default: 512, imported sets: all',
    },
    n: { type: 'integer', value: 'N', minimum: 1, help: 'rollouts a question', default: '8' },
    temperature: { type: 'number', value: 'X', help: 'sampling temperature', default: '1.2' },
    'top-p': { type: 'number', value: 'X', help: 'nucleus', default: '0.99' },
    preset: { type: 'string', choices: PRESET_NAMES, help: 'for the longest response', default: 'tiny' },
    out: { type: 'string', value: 'DIR', required: true, help: 'where the split goes' },
    resume: { type: 'flag', help: 'go on with the split in --out' },
    'skip-bad': { type: 'flag', help: 'leave out records of an imported set that have errors' },
    ...COMMON_OPTIONS,
  },
  run: sample,
};

async function sample(options: Options): Promise<number> {
  const out = userPath(options.requiredText('out'));
  if (!options.flag('resume')) await claimFolder(out);
  const preset = presetByName(options.requiredText('preset'));
  const folder = userPath(options.requiredText('checkpoint'));
  const suite = suiteFor(options.requiredText('tasks'), await presetOf(folder));
  const tasks = await loadTasks(suite, options.flag('skip-bad'));
  await startBackend(options);
  const parts = await loadParts(folder, tasks, await loadShippedScorer());
  warnOfSpelling(folder, parts);
  const n = options.requiredNumber('n');
  const config = {
    seed: options.requiredNumber('seed'),
    sampling: preset.sampling,
    recipes: preset.recipes,
    split: {
      ...preset.split,
      n,
      temperature: options.requiredNumber('temperature'),
      topP: options.requiredNumber('top-p'),
    },
  };
  const total = Math.min(tasks.size('train'), options.number('questions') ?? defaultQuestions(tasks));
  const about = {
    tasks: tasks.name,
    policyHash: policyHash(await parts.policy.exportTensors()),
    temperature: config.split.temperature,
    topP: config.split.topP,
    n,
    seed: config.seed,
    easyFrom: n,
    mediumFrom: 1,
    questions: total,
    relaxed: [],
  };
  const done = options.flag('resume') ? await finished(out, about) : [];
  const writeAbout = (complete: boolean): Promise<void> =>
    writeWhole(join(out, 'split.json'), `${JSON.stringify({ ...about, complete }, null, 2)}\n`);
  await writeAbout(false);
  const entries = [...done];
  const progress = new Progress('split');
  for await (const chunk of estimateSplit(parts, config, done.length, total)) {
    for (const entry of chunk) await appendLine(join(out, 'passes.jsonl'), entry);
    entries.push(...chunk);
    progress.update(entries.length, total);
  }
  progress.end();
  await writePools(out, tasks, entries, n);
  await writeAbout(true);
  return 0;
}

const defaultQuestions = (tasks: TaskSet): number =>
  tasks.origin === 'imported' ? tasks.size('train') : 512;

/** Entries of an unfinished split; DataError when it was made otherwise. */
async function finished(out: string, about: Record<string, unknown>): Promise<SplitEntry[]> {
  const bytes = await readIfThere(join(out, 'split.json'));
  if (!bytes) return [];
  const before = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  for (const [key, value] of Object.entries(about)) {
    if (JSON.stringify(before[key]) !== JSON.stringify(value)) {
      throw new DataError(
        `${out} holds a split with ${key} ${JSON.stringify(before[key])}, asked for ${JSON.stringify(value)}; give another --out.`,
      );
    }
  }
  await writeWhole(join(out, 'split.json'), JSON.stringify({ ...before, complete: true }));
  return [...(await readSplit(out)).entries];
}

async function writePools(
  out: string,
  tasks: TaskSet,
  entries: readonly SplitEntry[],
  n: number,
): Promise<void> {
  const pools: Record<Difficulty, Sample[]> = { easy: [], medium: [], hard: [] };
  for (const entry of entries) pools[classify(entry.correct, n, 1)].push(tasks.find(entry.qid)!);
  const sets = Object.fromEntries(
    Object.entries(pools).map(([difficulty, samples]) => [`${difficulty}.json`, samples]),
  );
  for (const [path, bytes] of await writeTaskSetFiles(sets)) await writeWhole(join(out, path), bytes);
  for (const [difficulty, samples] of Object.entries(pools)) say(`${difficulty}: ${samples.length}`);
}

/** What commands load before they work: backend, task set, checkpoint, scorer. */
import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { BackendName } from '../engine/compute/backend.ts';
import { startBackend as startEngine } from '../engine/startBackend.ts';
import { prepareNodeBackends } from '../engine/compute/nodeBackend.ts';
import { coverageOf } from '../engine/eval/coverage.ts';
import type { CheckpointFiles } from '../engine/model/checkpoint.ts';
import type { ImageTextScorer } from '../engine/rewards/types.ts';
import { loadScorer } from '../engine/rewards/scorer/index.ts';
import { presetByName, PRESET_NAMES } from '../engine/rl/presets.ts';
import { loadRunParts, type PebrExtras, type RunParts } from '../engine/rl/runParts.ts';
import { filesFromDisk } from '../engine/tasks/imported/node.ts';
import { loadTaskSet } from '../engine/tasks/imported/index.ts';
import { TASK_SET_NAMES, taskSetByName } from '../engine/tasks/index.ts';
import type { TaskSet } from '../engine/tasks/types.ts';
import { DataError, UsageError } from './errors.ts';
import type { Options } from './options.ts';
import { readIfThere, say } from './output.ts';

/** A path as the user meant it: npm runs scripts in the package's folder, INIT_CWD is where the user stood. */
export function userPath(path: string): string {
  return isAbsolute(path) ? path : resolve(process.env.INIT_CWD ?? process.cwd(), path);
}

/** A file of the shipped site, such as models/tiny. npm runs scripts in the package's folder. */
export function shippedPath(...parts: string[]): string {
  return join(process.cwd(), 'public', ...parts);
}

export const folderReader =
  (folder: string): CheckpointFiles =>
  (name) =>
    readIfThere(join(folder, name));

/** Starts the forced or best backend and says which and why. */
export async function startBackend(options: Options): Promise<BackendName> {
  const forced = options.text('backend') as BackendName | undefined; // checked against the choices
  await prepareNodeBackends();
  const report = await startEngine(forced ? { forced } : {});
  say(`Backend: ${report.name} (${report.reason})`);
  if (report.fusedOps?.on === false) say(`Fused ops are off: ${report.fusedOps.why}`);
  return report.name;
}

/** A built-in suite by name, or an imported set by the path of its JSON, folder or zip. */
export async function loadTasks(nameOrPath: string, skipBad = false): Promise<TaskSet> {
  if (TASK_SET_NAMES.includes(nameOrPath)) return taskSetByName(nameOrPath);
  if (!/[./\\]/.test(nameOrPath)) {
    throw new UsageError(
      `--tasks is one of ${TASK_SET_NAMES.join(', ')} or the path of a PeBR-format set; got "${nameOrPath}".`,
    );
  }
  const { taskSet, problems } = await loadTaskSet(await filesFromDisk(userPath(nameOrPath)), { skipBad });
  for (const problem of problems) say(`${problem.level}: ${problem.message}`);
  if (!taskSet) {
    const bad = problems.filter((problem) => problem.level === 'error').length;
    throw new DataError(
      `${nameOrPath} was not loaded: ${bad} record${bad === 1 ? '' : 's'} with errors. Mend them, or pass --skip-bad to use the rest.`,
    );
  }
  return taskSet;
}

/** The suite a name means for a preset: `scenes` is, for nano, the simplest scenes, whose words are all it knows. */
export function suiteFor(name: string, preset: string | null): string {
  return name === 'scenes' && preset === 'nano' ? 'scenes-nano' : name;
}

/** Longest response under the preset a checkpoint was made for, in tokens; 128 where it says none. */
export function longestResponse(preset: string | null): number {
  const known = PRESET_NAMES.find((name) => name === preset);
  return known ? presetByName(known).sampling.maxNewTokens : 128;
}

/** The preset a checkpoint says it was made for, or null. What is wrong with its files, `loadParts` says. */
export async function presetOf(folder: string): Promise<string | null> {
  const bytes = await readIfThere(join(folder, 'config.json'));
  try {
    const { pebr } = JSON.parse(new TextDecoder().decode(bytes ?? undefined)) as { pebr?: PebrExtras };
    return pebr?.card?.name ?? null;
  } catch {
    return null;
  }
}

/** The shipped scorer. Throws when its files are not there. */
export async function loadShippedScorer(): Promise<ImageTextScorer> {
  return loadScorer(folderReader(shippedPath('models', 'scorer')));
}

/** Policy, tokenizer and the rest of a checkpoint folder. */
export async function loadParts(folder: string, tasks: TaskSet, scorer: ImageTextScorer): Promise<RunParts> {
  try {
    return await loadRunParts(folderReader(folder), tasks, scorer);
  } catch (cause) {
    throw new DataError(`Checkpoint ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Says, on stderr, when the checkpoint has no tokens for the words of the task set: its numbers then mean little. */
export function warnOfSpelling(folder: string, { tokenizer, tasks }: RunParts): void {
  const { words, spelled } = coverageOf(tokenizer, tasks);
  if (spelled.length === 0) return;
  const some = spelled.slice(0, 5).join(', ');
  say(
    `Warning: the tokenizer of ${folder} has to spell ${spelled.length} of ${words} words of ${tasks.name} (${some}${spelled.length > 5 ? ', …' : ''}); the policy was not made for these tasks.`,
  );
}

/** A JSON file. Throws DataError naming the file. */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    throw new DataError(`${path} cannot be read; check the path.`);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new DataError(`${path} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

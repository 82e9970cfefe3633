/** `train-scorer`: the embedded image–text scorer, trained on pictures and worked descriptions. */
import { join } from 'node:path';
import { rowsOf } from '../../engine/eval/evaluateRows.ts';
import { extractDescription } from '../../engine/rewards/description.ts';
import { rewardText } from '../../engine/rewards/rewardText.ts';
import { calibrated, scorerFiles } from '../../engine/rewards/scorer/card.ts';
import { readScorer, type DualEncoderScorer } from '../../engine/rewards/scorer/index.ts';
import { spearman } from '../../engine/rewards/scorer/measures.ts';
import type { DualEncoderConfig } from '../../engine/rewards/scorer/parameters.ts';
import {
  ScorerTrainer,
  type ScorerSource,
  type ScorerState,
  type ScorerTraining,
} from '../../engine/rewards/scorer/train.ts';
import type { NamedTensors } from '../../engine/model/types.ts';
import { wordClasses } from '../../engine/rewards/scorer/wrongDescriptions.ts';
import { presetByName } from '../../engine/rl/presets.ts';
import { suiteOf } from '../../engine/tasks/index.ts';
import { DataError, UsageError } from '../errors.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { Progress, readIfThere, say, writeFolder } from '../output.ts';
import { folderReader, loadParts, loadTasks, presetOf, startBackend, userPath } from '../parts.ts';
import { claimFolder, loadState, saveState } from '../runFolder.ts';

/** Rollouts whose F1 the similarity is held against: questions and responses a question. */
const QUESTIONS = 64;
const RESPONSES = 8;

export const trainScorerCommand: CommandSpec = {
  name: 'train-scorer',
  summary:
    'Trains the dual encoder that the clip term uses, on pictures and worked descriptions; measures it, and\n' +
    'writes its files and card. Until it has finished, --out holds a state that --resume goes on from.',
  options: {
    tasks: { type: 'string', value: 'NAME,…', help: 'built-in suites', default: 'scenes,scenes-nano' },
    steps: { type: 'integer', value: 'N', minimum: 1, help: 'training steps, in total', default: '1200' },
    out: {
      type: 'string',
      value: 'DIR',
      required: true,
      help: 'an empty folder, or with --resume the run in it',
    },
    resume: { type: 'flag', help: 'go on with the unfinished run in --out' },
    checkpoint: {
      type: 'string',
      value: 'TASKS=DIR,…',
      help: 'policies whose rollouts are scored and measured for the card, e.g. scenes=public/models/tiny; a DIR alone is for the first of --tasks',
    },
    measure: {
      type: 'string',
      value: 'DIR',
      help: 'a finished scorer to measure anew, e.g. on rollouts of other policies, instead of training; with the --tasks, --steps and --seed it was made with',
    },
    'save-every': {
      type: 'integer',
      value: 'N',
      minimum: 1,
      help: 'steps between saved states',
      default: '100',
    },
    ...COMMON_OPTIONS,
  },
  run,
};

/** What training made. */
interface Trained {
  readonly sizes: DualEncoderConfig;
  readonly parameters: NamedTensors;
}

async function run(options: Options): Promise<number> {
  const names = options.requiredText('tasks').split(',');
  const sources: ScorerSource[] = [];
  for (const name of names) {
    const tasks = await loadTasks(name);
    if (!tasks.workedResponse) {
      throw new UsageError(`--tasks takes built-in suites, which have worked descriptions; got "${name}".`);
    }
    sources.push({ tasks, classes: wordClasses(suiteOf(name).attributeValues) });
  }
  const policies = policiesOf(options.text('checkpoint'), names);
  const out = userPath(options.requiredText('out'));
  const resume = options.flag('resume');
  if (!resume) await claimFolder(out);
  else if (await readIfThere(join(out, 'config.json'))) {
    throw new DataError(`${out} holds a finished scorer; give another --out to train a new one.`);
  }
  const backend = await startBackend(options);
  const training = { seed: options.requiredNumber('seed'), steps: options.requiredNumber('steps') };
  const measured = options.text('measure');
  const trained =
    measured === undefined
      ? await train(sources, training, { out, resume, backend, names }, options)
      : await finishedScorer(userPath(measured));
  if (!trained) return 0;
  await writeMeasured(trained, sources, training, policies, out);
  return 0;
}

/** Trains to the end; null when interrupted, with the state saved. */
async function train(
  sources: readonly ScorerSource[],
  training: ScorerTraining,
  run: {
    readonly out: string;
    readonly resume: boolean;
    readonly backend: string;
    readonly names: readonly string[];
  },
  options: Options,
): Promise<Trained | null> {
  const stateFolder = join(run.out, 'state');
  const identity = { command: 'train-scorer', backend: run.backend, tasks: run.names, ...training };
  const saved = run.resume ? await loadState(stateFolder, identity, ['parameters', 'optimizer']) : null;
  const trainer = new ScorerTrainer(
    sources,
    training,
    saved
      ? { ...(saved.plain as Pick<ScorerState, 'step'>), ...(saved.tensors as Omit<ScorerState, 'step'>) }
      : undefined, // written by `save`
  );
  const save = async (): Promise<void> => {
    const { step, parameters, optimizer } = await trainer.exportState();
    await saveState(stateFolder, identity, step, { step }, { parameters, optimizer });
  };
  const finished = await trainTo(trainer, training.steps, options.requiredNumber('save-every'), save);
  if (!finished) return null;
  const { parameters } = await trainer.exportState();
  return { sizes: trainer.config, parameters };
}

/** A scorer that was trained before. Throws DataError naming what is wrong with its folder. */
async function finishedScorer(folder: string): Promise<Trained> {
  try {
    const { config, parameters } = await readScorer(folderReader(folder));
    const { imageSize, patchSize, width, heads, layers, wordWidth, textWidth, embedding } = config;
    const { words, vocabularySize } = config;
    const sizes = { imageSize, patchSize, width, heads, layers, wordWidth, textWidth, embedding };
    return { sizes: { ...sizes, words, vocabularySize }, parameters };
  } catch (cause) {
    throw new DataError(`Scorer ${folder}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

/** Calibrates and measures a trained scorer, and writes its files. */
async function writeMeasured(
  { sizes, parameters }: Trained,
  sources: readonly ScorerSource[],
  training: ScorerTraining,
  policies: ReadonlyMap<string, string>,
  out: string,
): Promise<void> {
  const { scorer, config, measured } = await calibrated(sizes, { parameters }, sources, training.seed);
  const correlations: Record<string, number> = {};
  for (const { tasks } of sources) {
    const folder = policies.get(tasks.name);
    if (folder)
      correlations[`spearman/${tasks.name}`] = await rolloutCorrelation(
        scorer,
        tasks.name,
        folder,
        training.seed,
      );
  }
  const all = { ...measured, ...correlations };
  await writeFolder(out, scorerFiles(config, { parameters }, sources, training, all));
  for (const [name, value] of Object.entries(all)) say(`${name}: ${value.toFixed(4)}`);
}

/** Task set → folder of the policy that is measured on it. Throws a UsageError for a task set that is not trained on. */
function policiesOf(text: string | undefined, names: readonly string[]): Map<string, string> {
  const policies = new Map<string, string>();
  for (const part of text?.split(',') ?? []) {
    const equals = part.indexOf('=');
    const [name, folder] = equals < 0 ? [names[0], part] : [part.slice(0, equals), part.slice(equals + 1)];
    if (!names.includes(name)) {
      throw new UsageError(`--checkpoint names one of --tasks (${names.join(', ')}); got "${name}".`);
    }
    policies.set(name, userPath(folder));
  }
  return policies;
}

/** True when all steps are done; false when interrupted, with the state saved. */
async function trainTo(
  trainer: ScorerTrainer,
  steps: number,
  saveEvery: number,
  save: () => Promise<void>,
): Promise<boolean> {
  const interrupted = abortOnInterrupt('this step');
  const progress = new Progress('scorer');
  while (trainer.step < steps && !interrupted.aborted) {
    const loss = await trainer.advance();
    progress.update(trainer.step, steps, `loss ${loss.toFixed(4)}`);
    if (trainer.step % saveEvery === 0) await save();
    // A step on wasm is microtasks alone: without this an interrupt would not arrive.
    await new Promise((resolve) => setImmediate(resolve));
  }
  progress.end();
  await save();
  return trainer.step >= steps;
}

/** Spearman between similarity and true F1 of the description, over sampled responses to held-out questions. */
async function rolloutCorrelation(
  scorer: DualEncoderScorer,
  name: string,
  folder: string,
  seed: number,
): Promise<number> {
  const tasks = await loadTasks(name);
  const parts = await loadParts(folder, tasks, scorer);
  const samples = Array.from({ length: QUESTIONS }, (_, index) => tasks.sample('heldout', index));
  const { maxNewTokens } = presetByName((await presetOf(folder)) ?? 'tiny').sampling;
  const rows = await rowsOf(parts, samples, {
    samples: RESPONSES,
    temperature: 1,
    topP: 1,
    maxNewTokens,
    seed,
  });
  const images = new Map(
    await Promise.all(samples.map(async ({ qid, images }) => [qid, await images[0].load()] as const)),
  );
  const sampled = rows.filter(
    ({ decoding, description_f1 }) => decoding === 'sampled' && description_f1 !== null,
  );
  const similarities = await scorer.score(
    sampled.map(({ qid }) => images.get(qid)!),
    sampled.map(({ response }) => extractDescription(rewardText(response))),
  );
  return spearman(
    similarities,
    sampled.map(({ description_f1 }) => description_f1!),
  );
}

/** `warmup`: supervised training on worked responses; with --from-scratch, pretraining of a new policy. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { architecture } from '../../engine/model/architectures.ts';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../../engine/model/checkpoint.ts';
import { Policy } from '../../engine/model/policy.ts';
import { SHORT_INSTRUCTION } from '../../engine/model/prompt.ts';
import { Tokenizer } from '../../engine/model/tokenizer.ts';
import { transferred } from '../../engine/model/transfer.ts';
import { buildTokenizer } from '../../engine/model/buildTokenizer.ts';
import { pebrExtras, type PebrExtras } from '../../engine/rl/runParts.ts';
import { presetByName, PRESET_NAMES } from '../../engine/rl/presets.ts';
import { defaultCheckpoint } from '../../engine/rl/shipped.ts';
import { Warmup, type WarmupConfig, type WarmupParts } from '../../engine/rl/warmup.ts';
import { WARMUP_DEFAULTS } from '../../engine/rl/warmupRound.ts';
import { DEFAULT_PREPROCESSING } from '../../engine/model/preprocess.ts';
import { parseFaults, suiteOf } from '../../engine/tasks/index.ts';
import type { TaskSet, TeacherFaults } from '../../engine/tasks/types.ts';
import { UsageError } from '../errors.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { appendLine, keepLines, Progress, writeFolder } from '../output.ts';
import {
  folderReader,
  loadTasks,
  readJson,
  shippedPath,
  startBackend,
  suiteFor,
  userPath,
} from '../parts.ts';
import { claimFolder, loadState, saveState } from '../runFolder.ts';

/** Suits the small presets, as the warm-up's default does. */
const PRETRAINING_RATE = 0.002;

export const warmupCommand: CommandSpec = {
  name: 'warmup',
  summary:
    'Supervised training on worked responses (language model only); --from-scratch pretrains a new policy.\n' +
    'Writes metrics.jsonl, checkpoint/ and state/ under --out.',
  options: {
    preset: { type: 'string', choices: PRESET_NAMES, help: 'named config', default: 'tiny' },
    'from-scratch': { type: 'flag', help: 'start from random weights; vision tower and projector train too' },
    transfer: {
      type: 'string',
      value: 'DIR',
      help: 'with --from-scratch: a policy of another suite whose weights are the start, tokens matched by their text',
    },
    steps: {
      type: 'integer',
      value: 'N',
      minimum: 1,
      required: true,
      help: 'steps of the whole schedule, in total',
    },
    out: { type: 'string', value: 'DIR', required: true, help: "the run's folder" },
    resume: { type: 'flag', help: 'go on with the run in --out' },
    tasks: { type: 'string', value: 'NAME', help: "a built-in suite; default: the preset's" },
    checkpoint: {
      type: 'string',
      value: 'DIR',
      help: 'policy to start from; default: the shipped one of the preset',
    },
    faults: {
      type: 'string',
      value: 'FILE|SHORTHAND',
      help: 'planted teacher faults: a JSON file, "default", "severe" or e.g. perception=0.6,reasoning=0.6; none without it',
    },
    batch: {
      type: 'integer',
      value: 'N',
      minimum: 1,
      help: 'samples a step',
      default: String(WARMUP_DEFAULTS.batchSize),
    },
    'micro-batch': {
      type: 'integer',
      value: 'N',
      minimum: 1,
      help: 'samples a forward-backward pass',
      default: String(WARMUP_DEFAULTS.rowsPerMicroBatch),
    },
    'learning-rate': {
      type: 'number',
      value: 'X',
      help: `peak; default ${PRETRAINING_RATE} from scratch, else ${WARMUP_DEFAULTS.learningRate}`,
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
  run: warmup,
};

/** The faults asked for; the default and the severe ones are those of the suite. */
async function faultsOf(text: string | undefined, tasks: string): Promise<TeacherFaults | null> {
  if (text === undefined) return null;
  const suite = suiteOf(tasks);
  if (text === 'default') return suite.faults;
  if (text === 'severe') {
    if (suite.severeFaults) return suite.severeFaults;
    throw new UsageError(`--faults severe: ${suite.name} has no severe faults; give a JSON file.`);
  }
  return parseFaults(text.endsWith('.json') ? await readJson(userPath(text)) : text, suite);
}

/** A new policy with the suite's own tokenizer and picture size, and what the policy in `from` has learned. */
async function fresh(
  preset: string,
  tasks: TaskSet,
  seed: number,
  from: string | undefined,
): Promise<{ checkpoint: Omit<Checkpoint, 'tensors'>; policy: Policy }> {
  const suite = suiteOf(tasks.name);
  const tokenizerJson = buildTokenizer(suite);
  const tokenizer = Tokenizer.fromJson(tokenizerJson);
  const config = architecture(preset, tokenizer.vocabSize, suite.imageSize);
  const preprocessing = { ...DEFAULT_PREPROCESSING, imageSize: config.vision.image_size };
  const policy = Policy.initialize(config, seed);
  const checkpoint = { config, preprocessing, tokenizerJson, tokenizerConfig: null, extras: {} };
  if (from === undefined) return { policy, checkpoint };
  const learned = await readCheckpoint(folderReader(userPath(from)));
  if (!learned.tokenizerJson) throw new UsageError(`${from} has no tokenizer.json; add the model's.`);
  policy.copyFrom(
    transferred(
      { tensors: await policy.exportTensors(), tokenizer },
      { tensors: learned.tensors, tokenizer: Tokenizer.fromJson(learned.tokenizerJson) },
    ),
  );
  const { history } = pebrExtras(learned);
  return { policy, checkpoint: { ...checkpoint, extras: { pebr: { history } } } };
}

async function existing(folder: string): Promise<{ checkpoint: Checkpoint; policy: Policy }> {
  const checkpoint = await readCheckpoint(folderReader(folder));
  return { checkpoint, policy: Policy.fromTensors(checkpoint.config, checkpoint.tensors) };
}

async function warmup(options: Options): Promise<number> {
  const preset = presetByName(options.requiredText('preset'));
  const scratch = options.flag('from-scratch');
  const out = userPath(options.requiredText('out'));
  if (scratch && options.text('checkpoint'))
    throw new UsageError('--from-scratch and --checkpoint exclude each other.');
  const transfer = options.text('transfer');
  if (transfer !== undefined && !scratch) throw new UsageError('--transfer needs --from-scratch.');
  const seed = options.requiredNumber('seed');
  const steps = options.requiredNumber('steps');
  if (options.flag('resume')) await mkdir(out, { recursive: true });
  else await claimFolder(out);
  const tasks = await loadTasks(suiteFor(options.text('tasks') ?? preset.tasks, preset.preset));
  const faults = await faultsOf(options.text('faults'), tasks.name);
  const backend = await startBackend(options);
  const folder = options.text('checkpoint');
  const { checkpoint, policy } = scratch
    ? await fresh(preset.preset, tasks, seed, transfer)
    : await existing(
        folder ? userPath(folder) : shippedPath('models', defaultCheckpoint(preset.preset, tasks.name)),
      );
  if (!checkpoint.tokenizerJson) throw new UsageError(`${folder} has no tokenizer.json; add the model's.`);
  const before = pebrExtras(checkpoint);
  const config: WarmupConfig = {
    seed,
    batchSize: options.requiredNumber('batch'),
    steps,
    optimizer: {
      ...preset.optimizer,
      learningRate:
        options.number('learning-rate') ?? (scratch ? PRETRAINING_RATE : WARMUP_DEFAULTS.learningRate),
    },
    schedule: scratch ? 'trapezoid' : 'cosine',
    trainEverything: scratch,
    faults,
    rowsPerMicroBatch: options.requiredNumber('micro-batch'),
  };
  const extras: PebrExtras = {
    instruction: before.instruction ?? SHORT_INSTRUCTION,
    history: [...(before.history ?? []), commandLine(tasks, config, preset.preset, options)],
    card: { name: preset.preset, parameters: policy.parameterCount, faults, measured: {} },
  };
  const parts: WarmupParts = {
    policy,
    tokenizer: Tokenizer.fromJson(checkpoint.tokenizerJson),
    tasks,
    preprocessing: checkpoint.preprocessing,
    instruction: extras.instruction ?? SHORT_INSTRUCTION,
  };
  const from = transfer ?? folder ?? null;
  const identity = { command: 'warmup', backend, tasks: tasks.name, checkpoint: from, config };
  const trainer = await start(parts, config, options, join(out, 'state'), identity);
  await keepLines(join(out, 'metrics.jsonl'), trainer.step);
  const save = async (): Promise<void> => {
    const state = await trainer.exportState();
    const { parameters, optimizer } = state;
    await saveState(
      join(out, 'state'),
      identity,
      state.step,
      { step: state.step },
      { parameters, optimizer },
    );
    const files = writeCheckpoint({ ...checkpoint, tensors: parameters, extras: { pebr: extras } });
    await writeFolder(join(out, 'checkpoint'), files);
  };
  await runTo(trainer, steps, out, options.requiredNumber('save-every'), save);
  return 0;
}

/** What was run, for the model card; the folders are left out. */
function commandLine(tasks: TaskSet, config: WarmupConfig, preset: string, options: Options): string {
  const faults = options.text('faults');
  return [
    `warmup --preset ${preset} --tasks ${tasks.name}`,
    config.trainEverything ? '--from-scratch' : '',
    options.text('transfer') ? '--transfer' : '',
    `--steps ${config.steps} --batch ${config.batchSize} --micro-batch ${config.rowsPerMicroBatch}`,
    `--learning-rate ${config.optimizer.learningRate} --seed ${config.seed}`,
    faults ? `--faults ${faults}` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

async function start(
  parts: WarmupParts,
  config: WarmupConfig,
  options: Options,
  folder: string,
  identity: unknown,
): Promise<Warmup> {
  const saved = options.flag('resume')
    ? await loadState(folder, identity, ['parameters', 'optimizer'])
    : null;
  if (!saved) return new Warmup(parts, config);
  const { step } = saved.plain as { step: number }; // written by `save`
  return new Warmup(parts, config, {
    step,
    parameters: saved.tensors.parameters,
    optimizer: saved.tensors.optimizer,
  });
}

async function runTo(
  trainer: Warmup,
  steps: number,
  out: string,
  saveEvery: number,
  save: () => Promise<void>,
): Promise<void> {
  const interrupted = abortOnInterrupt('this step');
  const progress = new Progress('step');
  while (trainer.step < steps && !interrupted.aborted) {
    const metrics = await trainer.advance();
    await appendLine(join(out, 'metrics.jsonl'), metrics);
    progress.update(trainer.step, steps, `loss ${metrics.loss.toFixed(4)}`);
    if (trainer.step % saveEvery === 0) await save();
  }
  progress.end();
  await save();
}

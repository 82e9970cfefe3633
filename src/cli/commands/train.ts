/** `train`: the full plan split → perception → reasoning, or one stage, with records and a resumable state. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCheckpoint } from '../../engine/model/checkpoint.ts';
import { mergeConfig } from '../../engine/rl/mergeConfig.ts';
import { defaultCheckpoint } from '../../engine/rl/shipped.ts';
import { presetByName, PRESET_NAMES } from '../../engine/rl/presets.ts';
import type { RunParts } from '../../engine/rl/runParts.ts';
import { Trainer, type TrainerProgress, type TrainerState } from '../../engine/rl/trainer.ts';
import type { RewardStage, SplitRecord, StepRecord, TrainConfig } from '../../engine/rl/types.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { appendLine, keepLines, Progress, say, writeFolder, writeWhole } from '../output.ts';
import {
  loadParts,
  loadShippedScorer,
  loadTasks,
  readJson,
  shippedPath,
  startBackend,
  suiteFor,
  userPath,
} from '../parts.ts';
import { claimFolder, loadState, saveState } from '../runFolder.ts';
import { readSplit } from '../splitFolder.ts';

const SAVE_EVERY = 10;

export const trainCommand: CommandSpec = {
  name: 'train',
  summary:
    'GRPO in two stages: split, perception, reasoning.\n' +
    'Writes metrics.jsonl (a line a step), rollouts/step_NNNNN.jsonl (a line a rollout), checkpoint/ and state/ under --out.',
  options: {
    preset: { type: 'string', choices: PRESET_NAMES, help: 'named config', default: 'tiny' },
    steps: {
      type: 'integer',
      value: 'N',
      minimum: 1,
      required: true,
      help: 'steps of the whole run, in total',
    },
    out: { type: 'string', value: 'DIR', required: true, help: "the run's folder" },
    resume: { type: 'flag', help: 'go on with the run in --out' },
    tasks: {
      type: 'string',
      value: 'NAME|FILE',
      help: "a built-in suite or a PeBR-format set; default: the preset's",
    },
    checkpoint: {
      type: 'string',
      value: 'DIR',
      help: 'policy to start from; default: the shipped one of the preset',
    },
    stage: { type: 'string', choices: ['perception', 'reasoning'], help: 'train this stage only' },
    split: {
      type: 'string',
      value: 'DIR',
      help: 'a split made by `sample`; default: made at the start of the full plan',
    },
    config: { type: 'string', value: 'FILE', help: 'JSON laid over the preset' },
    'keep-every': {
      type: 'integer',
      value: 'N',
      minimum: 1,
      help: 'also keep checkpoint_step_NNNNN every N steps',
    },
    'skip-bad': { type: 'flag', help: 'leave out records of an imported set that have errors' },
    ...COMMON_OPTIONS,
  },
  run: train,
};

/** The run's config: preset, then --config, then the single options. */
async function configOf(options: Options): Promise<TrainConfig> {
  const file = options.text('config');
  const preset = presetByName(options.requiredText('preset'));
  const config = file ? mergeConfig(preset, await readJson(userPath(file))) : preset;
  return {
    ...config,
    seed: options.requiredNumber('seed'),
    tasks: options.text('tasks') ?? config.tasks,
    stages: (options.text('stage') as RewardStage | undefined) ?? config.stages,
  };
}

async function train(options: Options): Promise<number> {
  const config = await configOf(options);
  const out = userPath(options.requiredText('out'));
  const steps = options.requiredNumber('steps');
  if (!options.flag('resume')) await claimFolder(out);
  const tasks = await loadTasks(suiteFor(config.tasks, config.preset), options.flag('skip-bad'));
  const splitFolder = options.text('split');
  const split = splitFolder ? await readSplit(userPath(splitFolder)) : undefined;
  const backend = await startBackend(options);
  const folder = options.text('checkpoint');
  const checkpoint = folder
    ? userPath(folder)
    : shippedPath('models', defaultCheckpoint(config.preset, config.tasks));
  const parts = await loadParts(checkpoint, tasks, await loadShippedScorer());
  const identity = {
    command: 'train',
    backend,
    config,
    checkpoint: folder ?? defaultCheckpoint(config.preset, config.tasks),
    split: splitFolder ?? null,
  };
  const state = options.flag('resume') ? await readState(join(out, 'state'), identity) : null;
  const trainer = new Trainer(parts, config, { ...(state ? { state } : {}), ...(split ? { split } : {}) });
  await keepLines(join(out, 'metrics.jsonl'), trainer.step);
  await mkdir(join(out, 'rollouts'), { recursive: true });
  await runTo(trainer, steps, options.number('keep-every') ?? Infinity, out, parts, identity);
  return 0;
}

async function readState(folder: string, identity: unknown): Promise<TrainerState | null> {
  const saved = await loadState(folder, identity, ['parameters', 'reference', 'optimizer']);
  if (!saved) return null;
  const { parameters, reference, optimizer } = saved.tensors;
  return {
    progress: saved.plain as TrainerProgress, // written by runTo
    parameters: parameters,
    reference: reference,
    optimizer: optimizer,
  };
}

const stepCheckpoint = (step: number): string => `checkpoint_step_${String(step).padStart(5, '0')}`;

async function runTo(
  trainer: Trainer,
  steps: number,
  keepEvery: number,
  out: string,
  parts: RunParts,
  identity: unknown,
): Promise<void> {
  const save = async (): Promise<void> => {
    const { progress, parameters, reference, optimizer } = await trainer.exportState();
    await saveState(join(out, 'state'), identity, trainer.step, progress, {
      parameters,
      reference,
      optimizer,
    });
  };
  const saveCheckpoint = async (name: string): Promise<void> => {
    const tensors = await parts.policy.exportTensors();
    await writeFolder(join(out, name), writeCheckpoint({ ...parts.checkpoint, tensors }));
  };
  const interrupted = abortOnInterrupt('this phase');
  const progress = new Progress('step');
  let shown: SplitRecord | null = null;
  while (trainer.step < steps && !interrupted.aborted) {
    const result = await trainer.advance({
      onProgress: ({ phase, done, total }) => {
        progress.update(trainer.step, steps, `${trainer.stage} ${phase} ${done}/${total}`);
      },
    });
    if (result.phase === 'split' && result.split && trainer.splitRemaining === 0)
      shown = announce(trainer.split, shown);
    if (result.record) {
      await writeRecord(out, result.record);
      const { reward, kl } = result.record.metrics;
      progress.update(
        trainer.step,
        steps,
        `${result.record.stage} reward ${reward?.toFixed(3)} kl ${kl?.toFixed(4)}`,
      );
    }
    if (result.stageChange) {
      const { atStep, from, to, reason } = result.stageChange;
      say(`Step ${atStep}: ${from} → ${to} (${reason})`);
      if (reason !== 'start') await saveCheckpoint(stepCheckpoint(atStep));
    }
    if (result.record && trainer.step % keepEvery === 0) await saveCheckpoint(stepCheckpoint(trainer.step));
    if (result.record && (trainer.step % SAVE_EVERY === 0 || result.stageChange)) await save();
  }
  progress.end();
  await save();
  await saveCheckpoint('checkpoint');
}

function announce(split: SplitRecord | null, shown: SplitRecord | null): SplitRecord | null {
  if (!split || shown) return shown;
  const count = (from: number, to: number): number =>
    split.entries.filter((entry) => entry.correct >= from && entry.correct < to).length;
  const { easyFrom, mediumFrom } = split;
  say(
    `Split: ${count(easyFrom, Infinity)} easy, ${count(mediumFrom, easyFrom)} medium, ${count(0, mediumFrom)} hard`,
  );
  for (const relaxed of split.relaxed) {
    say(
      `Split relaxed: ${relaxed.stage} had ${relaxed.pool} of ${relaxed.needed} questions; took ${relaxed.took}`,
    );
  }
  return split;
}

async function writeRecord(out: string, record: StepRecord): Promise<void> {
  const { step, stage, metrics, groups } = record;
  const lines = groups.flatMap(({ qid, rollouts }) =>
    rollouts.map((rollout) => JSON.stringify({ qid, step, stage, ...rollout })),
  );
  const name = `step_${String(step).padStart(5, '0')}.jsonl`;
  await writeWhole(join(out, 'rollouts', name), lines.map((line) => `${line}\n`).join(''));
  await appendLine(join(out, 'metrics.jsonl'), { step, stage, ...metrics });
}

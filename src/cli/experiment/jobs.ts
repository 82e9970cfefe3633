/** The jobs of an experiment: warm-ups, splits, stages, evaluations, with what each has to wait for. */
import { join } from 'node:path';
import type { Arm, ExperimentConfig, Setting } from './config.ts';

/** A checkpoint to measure. */
export interface Measurement {
  /** Updates the arm has taken. */
  readonly update: number;
  readonly checkpoint: string;
  readonly samples: number;
}

interface JobBase {
  readonly id: string;
  readonly after: readonly string[];
  /** Rough cost in updates, for the time to go. */
  readonly cost: number;
}
/** A command of this CLI in a process of its own, writing into `folder`. */
interface CommandJob extends JobBase {
  readonly kind: 'command';
  readonly folder: string;
  readonly args: readonly string[];
  /** Lines its metrics.jsonl has at the end; null where it writes none. */
  readonly lines: number | null;
}
export interface EvaluationJob extends JobBase {
  readonly kind: 'evaluation';
  readonly folder: string;
  readonly tasks: string;
  readonly measurements: readonly Measurement[];
}
export type Job = CommandJob | EvaluationJob;

export interface PlanOptions {
  readonly config: ExperimentConfig;
  /** The experiment's run folder. */
  readonly root: string;
  readonly seeds: readonly number[];
  /** Names of the arms to run. */
  readonly arms: readonly string[];
  readonly backend: string;
  /** What "pretrained" means. */
  readonly pretrained: string;
  /** Which samples are measured: names the folders of rows. */
  readonly measured: 'heldout' | 'tune';
}

/** A response's share of an update's cost when it is only sampled, not trained on. */
const SAMPLING_SHARE = 0.4;
const RESPONSES_AN_UPDATE = 64;
const samplingCost = (responses: number): number => (SAMPLING_SHARE * responses) / RESPONSES_AN_UPDATE;

/** Folder of a setting inside the run folder: the run folder itself where there is only one. */
function settingFolder({ config, root }: PlanOptions, setting: Setting): string {
  return config.settings.length === 1 ? root : join(root, setting.name);
}

/** Folder of an arm's stages and rows. An arm without stages is the same for every seed. */
export function armFolder(plan: PlanOptions, setting: Setting, arm: Arm, seed: number): string {
  const name = arm.stages.length === 0 ? arm.name : `${arm.name}-seed${seed}`;
  return join(settingFolder(plan, setting), name);
}

/** The policy that every arm of a setting starts from. */
export function startCheckpoint(plan: PlanOptions, setting: Setting): string {
  return setting.warmup
    ? join(settingFolder(plan, setting), 'warmup', 'checkpoint')
    : givenCheckpoint(plan, setting);
}

/** The checkpoint that a setting names. */
export function givenCheckpoint({ pretrained }: PlanOptions, setting: Setting): string {
  return setting.checkpoint === 'pretrained' ? pretrained : join(process.cwd(), setting.checkpoint);
}

/** Every job, those that others wait for first. */
export function planJobs(plan: PlanOptions): Job[] {
  return plan.config.settings.flatMap((setting) => settingJobs(plan, setting));
}

function settingJobs(plan: PlanOptions, setting: Setting): Job[] {
  const { config, root, backend, seeds } = plan;
  const folder = settingFolder(plan, setting);
  const jobs: Job[] = [];
  const started: string[] = [];
  const id = (name: string): string => `${setting.name}-${name}`;
  if (setting.warmup) {
    const { steps, microBatch } = setting.warmup;
    const args = ['warmup', '--preset', setting.preset, '--checkpoint', givenCheckpoint(plan, setting)];
    args.push('--tasks', setting.tasks, '--steps', String(steps), '--micro-batch', String(microBatch));
    args.push('--faults', join(root, `faults-${setting.name}.json`), '--seed', '1');
    const out = join(folder, 'warmup');
    jobs.push(command(id('warmup'), [], args, out, backend, { cost: steps / 2, lines: steps }));
    started.push(id('warmup'));
  }
  const arms = config.arms.filter((arm) => plan.arms.includes(arm.name));
  for (const seed of seeds) {
    const split: Split = { id: id(`split-seed${seed}`), folder: join(folder, `split-seed${seed}`) };
    if (arms.some((arm) => arm.split !== 'none' && arm.stages.length > 0)) {
      jobs.push(splitJob(plan, setting, seed, split, startCheckpoint(plan, setting), started));
    }
    for (const arm of arms) jobs.push(...armJobs(plan, setting, arm, seed, started, split));
  }
  return jobs.filter((job, index) => jobs.findIndex((other) => other.id === job.id) === index);
}

/** The job that splits the questions, and where its pools lie. */
interface Split {
  readonly id: string;
  readonly folder: string;
}

function splitJob(
  plan: PlanOptions,
  setting: Setting,
  seed: number,
  { id, folder }: Split,
  checkpoint: string,
  after: readonly string[],
): Job {
  const { questions, n, temperature, topP } = plan.config.split;
  const args = ['sample', '--checkpoint', checkpoint, '--tasks', setting.tasks];
  args.push('--preset', setting.preset, '--questions', String(questions), '--n', String(n));
  args.push('--temperature', String(temperature), '--top-p', String(topP), '--seed', String(seed));
  return command(id, after, args, folder, plan.backend, { cost: samplingCost(questions * n), lines: null });
}

function armJobs(
  plan: PlanOptions,
  setting: Setting,
  arm: Arm,
  seed: number,
  started: readonly string[],
  startSplit: Split,
): Job[] {
  const { config, root, backend } = plan;
  const folder = armFolder(plan, setting, arm, seed);
  const name = `${setting.name}-${arm.name}${arm.stages.length === 0 ? '' : `-seed${seed}`}`;
  const { samples, curveSamples, curveEvery } = config.evaluation;
  const jobs: Job[] = [];
  const measurements: Measurement[] = [];
  let checkpoint = startCheckpoint(plan, setting);
  let after = arm.split !== 'none' && arm.stages.length > 0 ? [startSplit.id] : started;
  let before = 0;
  arm.stages.forEach(({ stage, updates }, index) => {
    const out = stageFolder(folder, index);
    let split = startSplit;
    if (arm.split === 'stage' && index > 0) {
      split = { id: `${name}-${index + 1}-split`, folder: join(folder, `split${index + 1}`) };
      jobs.push(splitJob(plan, setting, seed, split, checkpoint, after));
      after = [split.id];
    }
    const args = ['train', '--preset', setting.preset, '--tasks', setting.tasks, '--stage', stage];
    args.push('--checkpoint', checkpoint, '--steps', String(updates), '--seed', String(seed));
    args.push('--config', join(root, 'train.json'), '--keep-every', String(curveEvery));
    if (arm.split !== 'none') args.push('--split', split.folder);
    const id = `${name}-${index + 1}-${stage}`;
    jobs.push(command(id, after, args, out, backend, { cost: updates, lines: updates }));
    for (let step = curveEvery; step < updates; step += curveEvery) {
      const kept = join(out, `checkpoint_step_${String(step).padStart(5, '0')}`);
      measurements.push({ update: before + step, checkpoint: kept, samples: curveSamples });
    }
    before += updates;
    checkpoint = join(out, 'checkpoint');
    after = [id];
    if (index < arm.stages.length - 1)
      measurements.push({ update: before, checkpoint, samples: curveSamples });
  });
  measurements.push({ update: before, checkpoint, samples });
  jobs.push({
    kind: 'evaluation',
    id: `${name}-${plan.measured}`,
    after,
    cost: samplingCost(measurements.reduce((sum, measurement) => sum + measurement.samples, 0)),
    folder: rowsFolder(folder, plan.measured),
    tasks: setting.tasks,
    measurements,
  });
  return jobs;
}

/** Run folder of an arm's stage. */
export const stageFolder = (folder: string, index: number): string => join(folder, `stage${index + 1}`);
/** Folder of an arm's rows. */
export const rowsFolder = (folder: string, measured: PlanOptions['measured']): string =>
  join(folder, `rows-${measured}`);
/** File of the rows after an update. */
export const rowsFile = (folder: string, update: number): string =>
  join(folder, `update_${String(update).padStart(5, '0')}.jsonl`);

function command(
  id: string,
  after: readonly string[],
  args: readonly string[],
  folder: string,
  backend: string,
  { cost, lines }: { cost: number; lines: number | null },
): CommandJob {
  // Going on with an empty folder is starting, so every job may be interrupted at any time.
  const all = [...args, '--out', folder, '--resume', '--backend', backend];
  return { kind: 'command', id, after, args: all, folder, cost, lines };
}

/** `experiment`: trains the arms of a declared experiment over seeds, measures them, and writes the report. */
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { mergeConfig } from '../../engine/rl/mergeConfig.ts';
import { presetByName } from '../../engine/rl/presets.ts';
import { parseFaults, suiteOf } from '../../engine/tasks/index.ts';
import { DataError, UsageError } from '../errors.ts';
import { EXPERIMENTS, loadExperiment, type ExperimentConfig } from '../experiment/config.ts';
import { joined, readEarlier, type EarlierReport } from '../experiment/earlier.ts';
import { givenCheckpoint, planJobs, type Job, type PlanOptions } from '../experiment/jobs.ts';
import { recordedRuns } from '../experiment/recorded.ts';
import { reportFiles, summaryLines } from '../experiment/report.ts';
import { gather } from '../experiment/results.ts';
import { measure } from '../experiment/rows.ts';
import { runJobs } from '../experiment/runJobs.ts';
import { logTuning, readTuning } from '../experiment/tuning.ts';
import { COMMON_OPTIONS, type CommandSpec, type Options } from '../options.ts';
import { readIfThere, say, writeWhole } from '../output.ts';
import { startBackend, userPath } from '../parts.ts';
import { claimFolder } from '../runFolder.ts';

/** Seeds of tuning trials start here, so that none is ever reported. */
const FIRST_TUNING_SEED = 101;

export const experimentCommand: CommandSpec = {
  name: 'experiment',
  summary:
    `Runs a declared experiment (${EXPERIMENTS.join(', ')}): trains every arm from every seed in processes of their own,\n` +
    'measures held-out samples, and writes NAME.md, NAME.json and SVG figures under --out. Runs and checkpoints go to\n' +
    'the cache folder ($PEBR_CACHE, else ~/.cache/pebr) and are resumed with --resume.',
  positional: 'NAME',
  options: {
    seeds: { type: 'integer', value: 'N', minimum: 1, help: "seeds 1 … N; default: the config's" },
    out: { type: 'string', value: 'DIR', help: 'where the report goes', default: 'docs/experiments' },
    runs: {
      type: 'string',
      value: 'DIR',
      help: 'run folder; default: one in the cache folder, named by the config',
    },
    resume: { type: 'flag', help: 'go on with the runs that are there' },
    extend: {
      type: 'string',
      value: 'FILE',
      help: 'NAME.json of an earlier report of the same config: its seeds are taken over, and only the others run',
    },
    arms: { type: 'string', value: 'A,B', help: "only these arms; default: the config's" },
    processes: { type: 'integer', value: 'N', minimum: 1, help: 'trainings at once', default: '2' },
    config: { type: 'string', value: 'FILE', help: 'another config of the experiment, for tuning' },
    tune: {
      type: 'flag',
      help: `seeds from ${FIRST_TUNING_SEED}, measured on train samples that nothing trains on; logs the trial in NAME-tuning.jsonl under --out`,
    },
    pretrained: { type: 'string', value: 'DIR', help: 'the checkpoint that a config calls "pretrained"' },
    recorded: {
      type: 'string',
      value: 'DIR',
      help: "also write the config's recorded runs for the page there",
    },
    quick: { type: 'flag', help: 'shrink everything to a trial of a minute or two: it proves nothing' },
    job: {
      type: 'string',
      value: 'ID',
      help: 'measure one job of the run folder (used by the command itself)',
    },
    backend: COMMON_OPTIONS.backend,
  },
  run: experiment,
};

async function experiment(options: Options): Promise<number> {
  const name = options.positional ?? '';
  const { config, sha256 } = await loadExperiment(name, options.text('config'), options.flag('quick'));
  const extend = options.text('extend');
  const earlier = extend === undefined ? null : await readEarlier(userPath(extend), sha256);
  const plan = planOf(config, sha256, options, earlier);
  const jobs = planJobs(plan);
  const job = options.text('job');
  if (job !== undefined) return measureJob(job, jobs, plan, options);
  await claimRuns(plan, sha256, options.flag('resume'));
  await writeInputs(plan);
  say(`${jobs.length} jobs; runs and checkpoints in ${plan.root}`);
  const finished = await runJobs(jobs, {
    root: plan.root,
    parallel: options.requiredNumber('processes'),
    argsOf: (one) => (one.kind === 'command' ? one.args : measuringArgs(name, one, plan, options)),
  });
  if (!finished) return 1;
  await report(plan, sha256, options, earlier);
  return 0;
}

function planOf(
  config: ExperimentConfig,
  sha256: string,
  options: Options,
  earlier: EarlierReport | null,
): PlanOptions {
  const tune = options.flag('tune');
  if (tune && earlier) throw new UsageError('--extend adds to a report, and --tune makes none.');
  const first = tune ? FIRST_TUNING_SEED : 1;
  const count = options.number('seeds') ?? config.seeds;
  const seeds = Array.from({ length: count }, (_, i) => first + i).filter(
    (seed) => !earlier?.seeds.includes(seed),
  );
  if (seeds.length === 0) throw new UsageError(`--extend: the report has seeds 1 to ${count} already.`);
  const known = config.arms.map((arm) => arm.name);
  const arms = options.text('arms')?.split(',') ?? known;
  const unknown = arms.find((arm) => !known.includes(arm));
  if (unknown !== undefined) throw new UsageError(`--arms: "${unknown}" is not one of ${known.join(', ')}.`);
  const runs = options.text('runs');
  const cache = process.env.PEBR_CACHE ?? join(homedir(), '.cache', 'pebr');
  const needsPretrained = config.settings.some((setting) => setting.checkpoint === 'pretrained');
  const pretrained = options.text('pretrained');
  if (needsPretrained && pretrained === undefined) {
    throw new UsageError('--pretrained DIR is missing: this experiment starts from a policy without faults.');
  }
  return {
    config,
    root: runs ? userPath(runs) : join(cache, 'experiments', `${config.name}-${sha256.slice(0, 12)}`),
    seeds,
    arms,
    backend: options.text('backend') ?? config.backend,
    pretrained: pretrained === undefined ? '' : userPath(pretrained),
    measured: tune ? 'tune' : 'heldout',
  };
}

/** Refuses a run folder of another config, and one that would be written over. */
async function claimRuns(plan: PlanOptions, sha256: string, resume: boolean): Promise<void> {
  const path = join(plan.root, 'experiment.json');
  const bytes = await readIfThere(path);
  const identity = { sha256, backend: plan.backend };
  if (bytes) {
    const before = JSON.parse(new TextDecoder().decode(bytes)) as typeof identity;
    const changed = (['sha256', 'backend'] as const).find((key) => before[key] !== identity[key]);
    if (changed) {
      throw new DataError(
        `${plan.root} holds runs of another config (${changed}: was ${before[changed]}, now ${identity[changed]}). Give another --runs.`,
      );
    }
  }
  if (!resume || !bytes) await claimFolder(plan.root);
  await writeWhole(path, `${JSON.stringify(identity)}\n`);
}

/** Files that the jobs read. Checked first, so that a bad config fails before anything trains. */
async function writeInputs(plan: PlanOptions): Promise<void> {
  for (const setting of plan.config.settings) {
    mergeConfig(presetByName(setting.preset), plan.config.train);
    const checkpoint = givenCheckpoint(plan, setting);
    if (!(await readIfThere(join(checkpoint, 'config.json')))) {
      throw new DataError(`Setting ${setting.name}: ${checkpoint} is no checkpoint folder (no config.json).`);
    }
    if (!setting.warmup) continue;
    parseFaults(setting.warmup.faults, suiteOf(setting.tasks));
    await writeWhole(join(plan.root, `faults-${setting.name}.json`), JSON.stringify(setting.warmup.faults));
  }
  await writeWhole(join(plan.root, 'train.json'), JSON.stringify(plan.config.train));
}

/** This command again for one evaluation, in a process of its own. */
function measuringArgs(name: string, job: Job, plan: PlanOptions, options: Options): string[] {
  const args = ['experiment', name, '--job', job.id, '--runs', plan.root, '--backend', plan.backend];
  args.push('--seeds', options.text('seeds') ?? String(plan.config.seeds), '--arms', plan.arms.join(','));
  for (const flag of ['tune', 'quick']) if (options.flag(flag)) args.push(`--${flag}`);
  for (const text of ['config', 'pretrained', 'extend']) {
    const value = options.text(text);
    if (value !== undefined) args.push(`--${text}`, userPath(value));
  }
  return args;
}

async function measureJob(
  id: string,
  jobs: readonly Job[],
  plan: PlanOptions,
  options: Options,
): Promise<number> {
  const job = jobs.find((candidate) => candidate.id === id);
  if (job?.kind !== 'evaluation') throw new UsageError(`--job: there is no evaluation "${id}".`);
  await startBackend(options);
  const setting = plan.config.settings.find((candidate) => job.id.startsWith(`${candidate.name}-`))!;
  const { promptsPerStep } = mergeConfig(presetByName(setting.preset), plan.config.train);
  await measure(job, plan, promptsPerStep);
  return 0;
}

async function report(
  plan: PlanOptions,
  sha256: string,
  options: Options,
  earlier: EarlierReport | null,
): Promise<void> {
  const { config } = plan;
  const out = userPath(options.requiredText('out'));
  await mkdir(out, { recursive: true });
  const found = await gather(plan, sha256);
  const result = earlier ? joined(plan, earlier, found) : found;
  const log = join(out, `${config.name}-tuning.jsonl`);
  for (const line of summaryLines(result)) say(line);
  if (plan.measured === 'tune') {
    await logTuning(log, config, result);
    say(`Logged in ${log}`);
    return;
  }
  const command = [
    `npm run pebr -- experiment ${config.name} --seeds ${result.seeds.length}`,
    options.flag('quick') ? '--quick' : '',
  ]
    .filter(Boolean)
    .join(' ');
  const files = reportFiles(config, result, await readTuning(log), {
    command,
    when: new Date().toISOString().slice(0, 10),
  });
  for (const [file, text] of files) await writeWhole(join(out, file), text);
  say(`Report: ${relative(process.cwd(), join(out, `${config.name}.md`))}`);
  const recorded = options.text('recorded');
  if (recorded === undefined) return;
  for (const [file, bytes] of await recordedRuns(plan, sha256))
    await writeWhole(join(userPath(recorded), file), bytes);
}

/** Runs jobs in processes of their own, several at once. A finished job is marked and never run again. */
import { spawn } from 'node:child_process';
import { copyFile, mkdir, open, readFile, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { DataError } from '../errors.ts';
import { abortOnInterrupt } from '../interrupt.ts';
import { Progress, readIfThere, say, writeWhole } from '../output.ts';
import type { Job } from './jobs.ts';

export interface RunOptions {
  readonly root: string;
  /** Processes at once. */
  readonly parallel: number;
  /** Arguments of this CLI that run an evaluation job. */
  readonly argsOf: (job: Job) => readonly string[];
}

interface Running {
  readonly job: Job;
  readonly exit: Promise<{ job: Job; code: number }>;
}

const markOf = (root: string, job: Job): string => join(root, 'done', `${job.id}.json`);

/** Runs what is not done yet. False when the user interrupted it; throws DataError naming a job that failed. */
export async function runJobs(jobs: readonly Job[], options: RunOptions): Promise<boolean> {
  const { root, parallel } = options;
  const done = new Set<string>();
  for (const job of jobs) if (await readIfThere(markOf(root, job))) done.add(job.id);
  await mkdir(join(root, 'logs'), { recursive: true });
  await mkdir(join(root, 'pids'), { recursive: true });
  const bundle = await frozenBundle();
  const running = new Map<string, Running>();
  // The processes get the signal too and stop after their step.
  const interrupted = abortOnInterrupt('the steps in progress');
  const progress = new Progress('experiment');
  // In a pipe nobody would see what it reads.
  const watch = process.stderr.isTTY
    ? setInterval(() => void show(progress, jobs, done, running), 2000)
    : undefined;
  let failed: Job | null = null;
  try {
    for (;;) {
      const ready = jobs.filter(
        (job) => !done.has(job.id) && !running.has(job.id) && job.after.every((id) => done.has(id)),
      );
      while (!failed && !interrupted.aborted && running.size < parallel && ready.length > 0) {
        const job = ready.shift()!;
        running.set(job.id, await start(job, bundle, options));
      }
      if (running.size === 0) break;
      const { job, code } = await Promise.race([...running.values()].map(({ exit }) => exit));
      running.delete(job.id);
      if (code !== 0) {
        failed ??= job;
      } else if (await isWhole(job)) {
        await writeWhole(markOf(root, job), `${JSON.stringify({ id: job.id })}\n`);
        done.add(job.id);
      } else if (!interrupted.aborted) {
        failed ??= job;
      }
    }
  } finally {
    clearInterval(watch);
    progress.end();
  }
  if (failed && !interrupted.aborted) {
    const log = join(root, 'logs', `${failed.id}.log`);
    const tail = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-5).join('\n');
    throw new DataError(
      `Job ${failed.id} failed; ${log} ends with:\n${tail}\nMend the cause and go on with --resume.`,
    );
  }
  return !interrupted.aborted;
}

/** An interrupted command ends well without having done everything. */
async function isWhole(job: Job): Promise<boolean> {
  if (job.kind !== 'command' || job.lines === null) return true;
  return (await linesOf(join(job.folder, 'metrics.jsonl'))) >= job.lines;
}

async function linesOf(path: string): Promise<number> {
  const bytes = await readIfThere(path);
  return bytes ? new TextDecoder().decode(bytes).split('\n').length - 1 : 0;
}

/** Resolves once the process runs; `exit` resolves when it ends. */
async function start(job: Job, bundle: string, { root, argsOf }: RunOptions): Promise<Running> {
  const pidFile = join(root, 'pids', `${job.id}.pid`);
  await untilGone(pidFile, job.id);
  const log = await open(join(root, 'logs', `${job.id}.log`), 'a');
  // A child that loses its parent ends itself: see main.ts.
  const child = spawn(process.execPath, [bundle, ...argsOf(job)], {
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  const exit = new Promise<{ job: Job; code: number }>((resolve) => {
    child.once('error', () => {
      resolve({ job, code: 1 });
    });
    child.once('exit', (code) => {
      void log.close();
      void rm(pidFile, { force: true });
      resolve({ job, code: code ?? 1 });
    });
  });
  await writeWhole(pidFile, String(child.pid));
  return { job, exit };
}

/** Waits for a process that an earlier, killed run left behind: two of them must not write one folder. */
async function untilGone(pidFile: string, id: string): Promise<void> {
  const bytes = await readIfThere(pidFile);
  if (!bytes) return;
  const pid = Number(new TextDecoder().decode(bytes));
  for (let second = 0; await isAlive(pid); second += 1) {
    if (second === 0) say(`Job ${id}: waiting for process ${pid} of the run before to end.`);
    if (second >= 120) {
      throw new DataError(
        `Job ${id} still runs as process ${pid}. End it, or remove ${pidFile} if that process is another's.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** A process that has ended but was not collected yet counts as gone. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(stat);
}

/** The code that runs now under a name of its own, so that a command started meanwhile does not exchange it. */
async function frozenBundle(): Promise<string> {
  const bundle = process.argv[1];
  const hash = createHash('sha256')
    .update(await readFile(bundle))
    .digest('hex');
  const frozen = join(dirname(bundle), `experiment-${hash.slice(0, 12)}.mjs`);
  await copyFile(bundle, frozen);
  return frozen;
}

async function show(
  progress: Progress,
  jobs: readonly Job[],
  done: ReadonlySet<string>,
  running: ReadonlyMap<string, Running>,
): Promise<void> {
  const total = jobs.reduce((sum, job) => sum + job.cost, 0);
  let cost = jobs.filter((job) => done.has(job.id)).reduce((sum, job) => sum + job.cost, 0);
  for (const { job } of running.values()) {
    if (job.kind !== 'command' || job.lines === null) continue;
    cost += (job.cost * (await linesOf(join(job.folder, 'metrics.jsonl')))) / job.lines;
  }
  progress.update(Math.round(cost), Math.round(total), [...running.keys()].join(', '));
}

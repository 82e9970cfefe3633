/** Outcomes sample by sample: what the hierarchical bootstrap draws from. */
import { mkdir, readFile } from 'node:fs/promises';
import { rowsOf } from '../../engine/eval/evaluateRows.ts';
import { promptIndices } from '../../engine/rl/promptOrder.ts';
import type { TaskSet } from '../../engine/tasks/types.ts';
import { readIfThere, writeWhole } from '../output.ts';
import { loadParts, loadShippedScorer, loadTasks } from '../parts.ts';
import type { ExperimentConfig } from './config.ts';
import { rowsFile, type EvaluationJob, type PlanOptions } from './jobs.ts';

/** A sample's outcome under a policy, greedy. */
export interface Row {
  readonly qid: string;
  readonly kind: string;
  readonly accuracy: number;
  /** null where no truth is known. */
  readonly description_f1: number | null;
}

/** Measures the job's checkpoints one by one; rows that are there already stay. */
export async function measure(job: EvaluationJob, plan: PlanOptions, promptsPerStep: number): Promise<void> {
  const tasks = await loadTasks(job.tasks);
  const scorer = await loadShippedScorer();
  const { samples: most, maxNewTokens } = plan.config.evaluation;
  const indices =
    plan.measured === 'heldout'
      ? Array.from({ length: Math.min(most, tasks.size('heldout')) }, (_, i) => i)
      : untrainedIndices(plan.config, tasks, promptsPerStep, plan.seeds);
  const part = plan.measured === 'heldout' ? 'heldout' : 'train';
  await mkdir(job.folder, { recursive: true });
  for (const { update, checkpoint, samples: n } of job.measurements) {
    const file = rowsFile(job.folder, update);
    if (await readIfThere(file)) continue;
    const parts = await loadParts(checkpoint, tasks, scorer);
    const samples = indices.slice(0, n).map((index) => tasks.sample(part, index));
    const measured = await rowsOf(parts, samples, {
      samples: 0,
      temperature: 1,
      topP: 1,
      maxNewTokens,
      seed: 1,
    });
    parts.policy.dispose();
    const rows = measured.map(({ qid, kind, accuracy, description_f1 }): Row => ({
      qid,
      kind,
      accuracy,
      description_f1,
    }));
    await writeWhole(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }
}

/** Train-part indices, from its end, that no arm of these seeds trains on and no split samples. */
export function untrainedIndices(
  config: ExperimentConfig,
  tasks: Pick<TaskSet, 'size'>,
  promptsPerStep: number,
  seeds: readonly number[],
): number[] {
  const size = tasks.size('train');
  const trained = new Set(Array.from({ length: Math.min(size, config.split.questions) }, (_, i) => i));
  for (const { stages } of config.arms.filter((arm) => arm.split === 'none')) {
    for (const { stage, updates } of stages) {
      for (const seed of seeds) {
        for (const index of promptIndices(size, 0, updates * promptsPerStep, seed, stage)) trained.add(index);
      }
    }
  }
  const free: number[] = [];
  for (let index = size - 1; index >= 0 && free.length < config.evaluation.samples; index -= 1) {
    if (!trained.has(index)) free.push(index);
  }
  return free;
}

/** One JSON value a line, of a file that this program wrote. */
export async function readJsonLines<T>(path: string): Promise<T[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** Recorded runs for the page, from the runs of an experiment: every step's metrics, chosen steps in full. */
import { basename, join } from 'node:path';
import { meanAndStd, signalOf } from '../../engine/rl/advantage.ts';
import { mergeConfig } from '../../engine/rl/mergeConfig.ts';
import { presetByName } from '../../engine/rl/presets.ts';
import type { GroupRecord, RolloutRecord, StepRecord, TrainConfig } from '../../engine/rl/types.ts';
import type { TaskSet } from '../../engine/tasks/types.ts';
import { encodeRecordedRun, RECORDED_RUN_VERSION, type RecordedRun } from '../../runs/index.ts';
import { loadTasks } from '../parts.ts';
import type { Arm, Setting } from './config.ts';
import { armFolder, stageFolder, startCheckpoint, type PlanOptions } from './jobs.ts';
import { readJsonLines } from './rows.ts';

/** Full records of each stage: its first and last step and these many between them. */
const BETWEEN = 2;

type MetricsLine = Record<string, number> & { step: number };
type RolloutLine = RolloutRecord & { readonly qid: string };

/** Files by name. Only of configs with one setting and `recorded`; none otherwise. */
export async function recordedRuns(plan: PlanOptions, sha256: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const { recorded, settings, arms } = plan.config;
  if (!recorded || settings.length !== 1 || !plan.seeds.includes(recorded.seed)) return files;
  const [setting] = settings;
  const tasks = await loadTasks(setting.tasks);
  for (const arm of arms.filter(({ name }) => recorded.arms.includes(name) && plan.arms.includes(name))) {
    const run = await recordedRun(plan, sha256, setting, arm, recorded.seed, tasks);
    files.set(`${arm.name}.run`, encodeRecordedRun(run));
  }
  return files;
}

async function recordedRun(
  plan: PlanOptions,
  sha256: string,
  setting: Setting,
  arm: Arm,
  seed: number,
  tasks: TaskSet,
): Promise<RecordedRun> {
  const metrics: RecordedRun['metrics'][number][] = [];
  const records: StepRecord[] = [];
  const stageChanges: RecordedRun['stageChanges'][number][] = [];
  let before = 0;
  for (const [index, { stage, updates }] of arm.stages.entries()) {
    const folder = stageFolder(armFolder(plan, setting, arm, seed), index);
    stageChanges.push({ atStep: before, from: arm.stages[index - 1]?.stage ?? 'warm-up', to: stage });
    for (const { stage: _, ...numbers } of await readJsonLines<MetricsLine>(join(folder, 'metrics.jsonl'))) {
      metrics.push({ ...numbers, step: before + numbers.step });
    }
    for (const step of chosenSteps(updates)) {
      const name = `step_${String(step).padStart(5, '0')}.jsonl`;
      const lines = await readJsonLines<RolloutLine>(join(folder, 'rollouts', name));
      const { step: shown, ...stepMetrics } = metrics[before + step - 1];
      records.push({ step: shown, stage, metrics: stepMetrics, groups: groupsOf(lines, tasks) });
    }
    before += updates;
  }
  const preset = mergeConfig(presetByName(setting.preset), plan.config.train);
  return {
    version: RECORDED_RUN_VERSION,
    name: arm.name,
    label: arm.label,
    checkpoint: basename(startCheckpoint(plan, setting)),
    experiment: { name: plan.config.name, sha256 },
    config: { ...preset, ...stagePlan(arm), tasks: setting.tasks, seed },
    stageChanges,
    metrics,
    records,
  };
}

/** The stages of an arm as a config says them: its commands trained one each. */
function stagePlan({ stages }: Arm): Partial<TrainConfig> {
  const [first, second] = stages;
  if (!second) return { stages: first.stage };
  // No config switches back: that order is two runs, of which the last is told.
  if (first.stage !== 'perception' || stages.length > 2) return { stages: second.stage };
  return { stages: 'both', stageSwitch: { when: 'steps', perceptionSteps: first.updates } };
}

/** 1-based, ascending. */
export function chosenSteps(updates: number): number[] {
  const steps = Array.from({ length: BETWEEN + 2 }, (_, i) =>
    Math.round(1 + ((updates - 1) * i) / (BETWEEN + 1)),
  );
  return [...new Set(steps)];
}

/** Groups as the step had them: its rollouts, with the statistics of the same functions that the step used. */
function groupsOf(lines: readonly RolloutLine[], tasks: TaskSet): GroupRecord[] {
  const groups: RolloutLine[][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last && last[0].qid === line.qid) last.push(line);
    else groups.push([line]);
  }
  return groups.map((members): GroupRecord => {
    const [{ qid }] = members;
    const sample = tasks.find(qid)!;
    const rewards = members.map((member) => member.reward);
    const { mean, std } = meanAndStd(rewards);
    return {
      qid,
      kind: sample.kind,
      problem: sample.problem,
      answer: sample.answer,
      key_words: sample.key_words,
      rewardMean: mean,
      rewardStd: std,
      signal: signalOf(
        rewards,
        members.map((member) => member.accuracy),
      ),
      rollouts: members.map((member) => rolloutOf(member)),
    };
  });
}

/** The rollout's own fields: a line also says which step and group it is of. */
function rolloutOf(line: RolloutLine): RolloutRecord {
  const {
    qid: _qid,
    step: _step,
    stage: _stage,
    ...rollout
  } = line as RolloutLine & { step: number; stage: string };
  return rollout;
}

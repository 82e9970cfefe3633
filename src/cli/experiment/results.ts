/** What an experiment found: every arm's outcomes sample by sample, and the declared comparisons. */
import { join } from 'node:path';
import { hierarchicalDifference, type Difference } from '../../engine/eval/bootstrap.ts';
import { hashText } from '../../engine/random.ts';
import type { RewardStage } from '../../engine/rewards/types.ts';
import type { Arm, Outcome, Setting } from './config.ts';
import { armFolder, rowsFile, rowsFolder, stageFolder, type PlanOptions } from './jobs.ts';
import { readJsonLines, type Row } from './rows.ts';

export type Measure = 'accuracy' | 'description_f1';
export const MEASURES: readonly Measure[] = ['accuracy', 'description_f1'];

export interface CurvePoint {
  readonly update: number;
  readonly accuracy: number;
  readonly description_f1: number | null;
}

/** One seed of an arm. */
export interface ArmSeed {
  readonly seed: number;
  /** After the last update, in the order of the samples. */
  readonly final: Readonly<Record<Measure, readonly number[] | null>>;
  /** Means over the curve's samples, from the start of the arm. */
  readonly curve: readonly CurvePoint[];
  /** Per stage, the share of zero-advantage groups of every update. */
  readonly zeroAdvantage: readonly { readonly stage: RewardStage; readonly shares: readonly number[] }[];
}

export interface ArmResult {
  readonly name: string;
  readonly label: string;
  readonly seeds: readonly ArmSeed[];
}

export interface OutcomeResult {
  readonly setting: string;
  readonly outcome: Outcome;
  /** Difference of means with its 95 % interval; for zero advantage the ratio of shares, without one. */
  readonly value: number;
  readonly interval: Difference | null;
  readonly holds: boolean;
}

export interface SettingResult {
  readonly setting: Setting;
  readonly qids: readonly string[];
  readonly kinds: readonly string[];
  readonly arms: readonly ArmResult[];
}

export interface ExperimentResult {
  readonly name: string;
  readonly sha256: string;
  readonly measured: PlanOptions['measured'];
  readonly seeds: readonly number[];
  readonly settings: readonly SettingResult[];
  readonly outcomes: readonly OutcomeResult[];
}

/** Gathers a finished plan's files. */
export async function gather(plan: PlanOptions, sha256: string): Promise<ExperimentResult> {
  const settings: SettingResult[] = [];
  for (const setting of plan.config.settings) settings.push(await gatherSetting(plan, setting));
  return resultOf(plan, sha256, settings);
}

/** Decides the declared outcomes of the arms that the plan has. */
export function resultOf(
  plan: PlanOptions,
  sha256: string,
  settings: readonly SettingResult[],
): ExperimentResult {
  const outcomes = settings.flatMap((result) =>
    plan.config.outcomes
      .filter(({ of, against }) => [of, against].every((name) => plan.arms.includes(name)))
      .map((outcome) => decide(result, outcome)),
  );
  const { config, measured, seeds } = plan;
  return { name: config.name, sha256, measured, seeds, settings, outcomes };
}

async function gatherSetting(plan: PlanOptions, setting: Setting): Promise<SettingResult> {
  const arms = plan.config.arms.filter((arm) => plan.arms.includes(arm.name));
  let first: readonly Row[] = [];
  const results: ArmResult[] = [];
  for (const arm of arms) {
    const seeds: ArmSeed[] = [];
    for (const seed of plan.seeds) {
      const { rows, result } = await gatherSeed(plan, setting, arm, seed);
      first = first.length > 0 ? first : rows;
      seeds.push(result);
    }
    results.push({ name: arm.name, label: arm.label, seeds });
  }
  return {
    setting,
    qids: first.map((row) => row.qid),
    kinds: first.map((row) => row.kind),
    arms: results,
  };
}

async function gatherSeed(
  plan: PlanOptions,
  setting: Setting,
  arm: Arm,
  seed: number,
): Promise<{ rows: readonly Row[]; result: ArmSeed }> {
  const folder = armFolder(plan, setting, arm, seed);
  const rowsAt = (update: number): Promise<Row[]> =>
    readJsonLines<Row>(rowsFile(rowsFolder(folder, plan.measured), update));
  const { curveSamples } = plan.config.evaluation;
  const curve: CurvePoint[] = [];
  for (const update of curveUpdates(plan, arm)) {
    const rows = (await rowsAt(update)).slice(0, curveSamples);
    const f1 = columnOf(rows, 'description_f1');
    curve.push({
      update,
      accuracy: mean(rows.map((row) => row.accuracy)),
      description_f1: f1 && mean(f1),
    });
  }
  const zeroAdvantage: ArmSeed['zeroAdvantage'][number][] = [];
  for (const [index, { stage }] of arm.stages.entries()) {
    const lines = await readJsonLines<Record<string, number>>(
      join(stageFolder(folder, index), 'metrics.jsonl'),
    );
    zeroAdvantage.push({ stage, shares: lines.map((line) => line.frac_reward_zero_std) });
  }
  const rows = await rowsAt(updatesOf(arm));
  const final = {
    accuracy: columnOf(rows, 'accuracy'),
    description_f1: columnOf(rows, 'description_f1'),
  };
  return { rows, result: { seed, final, curve, zeroAdvantage } };
}

const updatesOf = (arm: Arm): number => arm.stages.reduce((sum, { updates }) => sum + updates, 0);

/** Updates after which an arm was measured, as `planJobs` asks for them. */
function curveUpdates({ config }: PlanOptions, arm: Arm): number[] {
  const every = config.evaluation.curveEvery;
  const points: number[] = [];
  let before = 0;
  for (const { updates } of arm.stages) {
    for (let step = every; step < updates; step += every) points.push(before + step);
    before += updates;
    points.push(before);
  }
  return points.length > 0 ? points : [0];
}

function columnOf(rows: readonly Row[], measure: Measure): number[] | null {
  const values: number[] = [];
  for (const row of rows) {
    const value = row[measure];
    if (value === null) return null;
    values.push(value);
  }
  return values;
}

function decide(result: SettingResult, outcome: Outcome): OutcomeResult {
  const { setting } = result;
  switch (outcome.kind) {
    case 'difference': {
      const interval = differenceOf(result, outcome.measure, outcome.of, outcome.against);
      const decisive = outcome.interval ? interval.low : interval.difference;
      return {
        setting: setting.name,
        outcome,
        value: interval.difference,
        interval,
        holds: decisive > outcome.above,
      };
    }
    case 'zero_advantage': {
      const value =
        zeroShare(armOf(result, outcome.of), outcome.stage) /
        zeroShare(armOf(result, outcome.against), outcome.stage);
      return { setting: setting.name, outcome, value, interval: null, holds: value <= outcome.ratioAtMost };
    }
    default:
      return outcome satisfies never;
  }
}

/** mean(of) − mean(against) over seeds and samples, with its hierarchical bootstrap interval. */
export function differenceOf(
  result: SettingResult,
  measure: Measure,
  of: string,
  against: string,
): Difference {
  const seed = hashText(`${measure} ${of} ${against}`);
  return hierarchicalDifference(
    columnsOf(armOf(result, of), measure),
    columnsOf(armOf(result, against), measure),
    { seed },
  );
}

/** Mean of an arm over seeds and samples, with its hierarchical bootstrap interval. */
export function levelOf(arm: ArmResult, measure: Measure): Difference {
  const columns = columnsOf(arm, measure);
  const zeros = columns.map((column) => new Float64Array(column.length));
  return hierarchicalDifference(columns, zeros, { seed: hashText(`${measure} ${arm.name}`) });
}

/** Mean share of zero-advantage groups over all updates of a stage, over seeds. */
export function zeroShare(arm: ArmResult, stage: RewardStage): number {
  return mean(
    arm.seeds.flatMap(({ zeroAdvantage }) =>
      zeroAdvantage.filter((part) => part.stage === stage).flatMap((part) => part.shares),
    ),
  );
}

export function armOf(result: SettingResult, name: string): ArmResult {
  const arm = result.arms.find((candidate) => candidate.name === name);
  if (arm) return arm;
  throw new Error(`Setting ${result.setting.name} has no arm ${name}.`);
}

function columnsOf(arm: ArmResult, measure: Measure): (readonly number[])[] {
  return arm.seeds.map(({ final }) => {
    const column = final[measure];
    if (column) return column;
    throw new Error(`Arm ${arm.name} has no ${measure}: the truth of its tasks is not known.`);
  });
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The log of tuned configurations: a line a trial, so that what was tried stands beside what was chosen. */
import { readIfThere, writeWhole } from '../output.ts';
import type { ExperimentConfig } from './config.ts';
import { levelOf, type ExperimentResult } from './results.ts';

export interface TunedConfig {
  readonly sha256: string;
  readonly seeds: readonly number[];
  /** What was laid over the preset. */
  readonly train: Readonly<Record<string, unknown>>;
  readonly arms: readonly {
    readonly name: string;
    readonly updates: number;
    readonly accuracy: number;
    readonly description_f1: number | null;
  }[];
}

/** The trials logged in a file; none when there is no file. */
export async function readTuning(path: string): Promise<TunedConfig[]> {
  const bytes = await readIfThere(path);
  if (!bytes) return [];
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TunedConfig);
}

/** Adds a trial; a trial of the same config takes the earlier one's place. */
export async function logTuning(
  path: string,
  config: ExperimentConfig,
  result: ExperimentResult,
): Promise<void> {
  const [setting] = result.settings;
  const trial: TunedConfig = {
    sha256: result.sha256,
    seeds: result.seeds,
    train: config.train,
    arms: setting.arms.map((arm) => ({
      name: arm.name,
      updates: config.arms
        .find(({ name }) => name === arm.name)!
        .stages.reduce((sum, { updates }) => sum + updates, 0),
      accuracy: levelOf(arm, 'accuracy').difference,
      description_f1: arm.seeds.every(({ final }) => final.description_f1)
        ? levelOf(arm, 'description_f1').difference
        : null,
    })),
  };
  const others = (await readTuning(path)).filter(({ sha256 }) => sha256 !== trial.sha256);
  await writeWhole(path, [...others, trial].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

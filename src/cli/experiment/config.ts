/**
 * An experiment as a committed JSON file: what is trained from what, in which arms, how it is measured, and which
 * outcomes were declared before anything was measured. Its SHA-256 names the run folder and stands in the report.
 *
 * Words: **setting** a task set with the policy that every arm starts from · **arm** the stages one policy goes
 * through · **update** one training step · **outcome** a declared comparison with the limit it has to reach.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { DataError, UsageError } from '../errors.ts';
import { userPath } from '../parts.ts';

export const EXPERIMENTS = ['two-stage', 'fault-sweep', 'suites'] as const;

const name = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]*$/, 'a name of a-z, 0-9, "." and "-"'));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const json = v.record(v.string(), v.unknown());

const StageRunSchema = v.strictObject({ stage: v.picklist(['perception', 'reasoning']), updates: count });

const ArmSchema = v.strictObject({
  name,
  label: v.string(),
  /**
   * Whose responses split the questions that a stage trains on: nobody's, so that it trains on the whole train part;
   * those of the policy that the arm starts from; or those of the policy that the stage starts from.
   */
  split: v.picklist(['none', 'start', 'stage']),
  stages: v.array(StageRunSchema),
});

const SettingSchema = v.strictObject({
  name,
  label: v.string(),
  tasks: v.string(),
  preset: v.string(),
  /** A folder under the repository's root, or "pretrained": the folder of `--pretrained`. */
  checkpoint: v.string(),
  /** Fine-tuned first on a teacher with these faults. */
  warmup: v.optional(v.strictObject({ steps: count, microBatch: count, faults: json })),
  /** Where the setting stands in a grid; the report draws one when all settings have it. */
  grid: v.optional(v.strictObject({ x: v.string(), series: v.string() })),
});

const OutcomeSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('difference'),
    measure: v.picklist(['accuracy', 'description_f1']),
    of: name,
    against: name,
    /** The difference, or with `interval` the lower end of its 95 % interval, has to exceed this. */
    above: v.number(),
    interval: v.boolean(),
  }),
  v.strictObject({
    kind: v.literal('zero_advantage'),
    stage: v.picklist(['perception', 'reasoning']),
    of: name,
    against: name,
    /** Share of zero-advantage groups in `of` over that in `against` may be at most this. */
    ratioAtMost: v.number(),
  }),
]);

const ExperimentSchema = v.strictObject({
  name: v.picklist(EXPERIMENTS),
  purpose: v.string(),
  seeds: count,
  backend: v.picklist(['wasm', 'webgpu', 'cpu']),
  settings: v.pipe(v.array(SettingSchema), v.minLength(1)),
  /** Laid over the preset, as `train --config`. */
  train: json,
  split: v.strictObject({ questions: count, n: count, temperature: v.number(), topP: v.number() }),
  arms: v.pipe(v.array(ArmSchema), v.minLength(1)),
  /** Greedy. The curve measures the first `curveSamples` every `curveEvery` updates. */
  evaluation: v.strictObject({
    samples: count,
    curveSamples: count,
    curveEvery: count,
    maxNewTokens: count,
  }),
  outcomes: v.array(OutcomeSchema),
  /** Which arms of which seed are kept as recorded runs for the page. */
  recorded: v.optional(v.strictObject({ arms: v.array(name), seed: count })),
});

export type ExperimentConfig = v.InferOutput<typeof ExperimentSchema>;
export type Arm = ExperimentConfig['arms'][number];
export type Setting = ExperimentConfig['settings'][number];
export type Outcome = ExperimentConfig['outcomes'][number];

export interface LoadedExperiment {
  readonly config: ExperimentConfig;
  /** SHA-256 of the file, hex; of the shrunk config for a quick run. */
  readonly sha256: string;
}

/**
 * Reads an experiment. `file` stands in for the committed config; `quick` shrinks it to a trial of a minute.
 * Throws UsageError for an unknown name, DataError naming file and field for a malformed config.
 */
export async function loadExperiment(
  name: string,
  file: string | undefined,
  quick: boolean,
): Promise<LoadedExperiment> {
  if (!(EXPERIMENTS as readonly string[]).includes(name)) {
    throw new UsageError(`The experiment is one of ${EXPERIMENTS.join(', ')}; got "${name}".`);
  }
  const path = file ? userPath(file) : join('experiments', `${name}.json`);
  const text = await readFile(path, 'utf8').catch(() => {
    throw new DataError(`${path} cannot be read; check the path.`);
  });
  const config = parseExperiment(text, path);
  if (config.name !== name) {
    throw new DataError(`${path} is a config of "${config.name}", asked for "${name}".`);
  }
  if (!quick) return { config, sha256: sha256(text) };
  const shrunk = shrink(config);
  return { config: shrunk, sha256: sha256(JSON.stringify(shrunk)) };
}

/** Throws DataError naming the field, what it takes and the value received. */
export function parseExperiment(text: string, path: string): ExperimentConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DataError(`${path} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const parsed = v.safeParse(ExperimentSchema, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new DataError(`${path}: ${v.getDotPath(issue) ?? 'the config'}: ${issue.message}`);
  }
  const config = parsed.output;
  const arms = config.arms.map((arm) => arm.name);
  const named = [
    ...config.outcomes.flatMap((outcome) => [outcome.of, outcome.against]),
    ...(config.recorded?.arms ?? []),
  ];
  const unknown = named.find((arm) => !arms.includes(arm));
  if (unknown !== undefined) {
    throw new DataError(`${path}: arm "${unknown}" is not declared; the arms are ${arms.join(', ')}.`);
  }
  if (config.evaluation.curveSamples > config.evaluation.samples) {
    throw new DataError(`${path}: evaluation.curveSamples is larger than evaluation.samples.`);
  }
  return config;
}

/** The same experiment at the size of a trial: it shows that everything runs, and proves nothing. */
function shrink(config: ExperimentConfig): ExperimentConfig {
  return {
    ...config,
    seeds: Math.min(2, config.seeds),
    settings: config.settings.map((setting) =>
      setting.warmup ? { ...setting, warmup: { ...setting.warmup, steps: 2 } } : setting,
    ),
    split: { ...config.split, questions: Math.min(32, config.split.questions) },
    arms: config.arms.map((arm) => ({
      ...arm,
      stages: arm.stages.map((stage) => ({ ...stage, updates: Math.min(2, stage.updates) })),
    })),
    evaluation: {
      ...config.evaluation,
      samples: Math.min(64, config.evaluation.samples),
      curveSamples: Math.min(32, config.evaluation.curveSamples),
      curveEvery: 1,
    },
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

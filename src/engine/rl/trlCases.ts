/** The rows of `trl-losses.json` as objective configs: TRL 1.13's own losses on a golden batch. */
import { PEBR_OBJECTIVE } from './presets.ts';
import { LOSS_TYPES, type ObjectiveConfig } from './types.ts';

export interface TrlCase {
  /** `trl grpo beta=0.01 …`: names the row uniquely. */
  readonly name: string;
  /** null: this loss is not known here, see `reason`. */
  readonly config: ObjectiveConfig | null;
  readonly reason: string | null;
  /** Float32 through the golden model. */
  readonly loss: number;
  /** Relative, of max(1, |loss|). */
  readonly lossTolerance: number;
  /** Tolerance 1e-3, relative. */
  readonly gradNorm: number;
  /** Float64 on the stored log-probs. */
  readonly lossFloat64: number;
  /** Under TRL's metric names. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface TrlCases {
  readonly cases: readonly TrlCase[];
  readonly maxCompletionLength: number;
  /** Reference log-probs are clamped to within this of the current ones first. */
  readonly referenceClamp: number;
}

interface TrlRow {
  readonly loss_type: string;
  readonly beta: number;
  readonly epsilon: number;
  readonly epsilon_high: number | null;
  readonly delta: number | null;
  readonly importance_sampling_level: string;
  readonly use_bias_correction_kl: boolean;
  readonly loss: number;
  readonly grad_norm: number;
  readonly loss_f64_golden_logps: number;
  readonly metrics: Readonly<Record<string, number>>;
}

const SECTIONS = ['cases', 'cases_plain_kl', 'extra_cases'] as const;
/** PeBR's own loss is none of TRL's. */
const TRL_LOSS_TYPES = LOSS_TYPES.filter((type) => type !== 'pebr');
const LEVELS: readonly ObjectiveConfig['importanceSampling'][] = ['token', 'sequence'];
/** The file states its tolerances in words; vespo's weight is an exponential of an exponential. */
const LOSS_TOLERANCE = 1e-5;
const VESPO_LOSS_TOLERANCE = 5e-5;

/** The parsed file → its rows. Throws when the file has no rows, no completion length or a setting is no number. */
export function trlCases(json: unknown): TrlCases {
  // Shape checked just below; a row's fields are the file's documented layout.
  const file = json as Partial<Record<(typeof SECTIONS)[number], TrlRow[]>> & {
    settings?: Readonly<Record<string, unknown>>;
  };
  const maxCompletionLength = file.settings?.max_completion_length;
  const rows = SECTIONS.flatMap((section) => file[section] ?? []);
  if (rows.length === 0 || typeof maxCompletionLength !== 'number') {
    throw new Error(
      `trl-losses.json: found ${rows.length} rows and max_completion_length ${String(maxCompletionLength)}; ` +
        `give it rows under ${SECTIONS.join(', ')} and settings.max_completion_length.`,
    );
  }
  const shared = sharedSettings(file.settings ?? {});
  return { cases: rows.map((row) => readRow(row, shared)), maxCompletionLength, referenceClamp: 1 };
}

type SharedSettings = Pick<ObjectiveConfig, 'sapo' | 'vespo'>;

/** sapo's temperatures and vespo's k and λ; what the file does not state is TRL's default, as in the presets. */
function sharedSettings(settings: Readonly<Record<string, unknown>>): SharedSettings {
  const setting = (name: string, standard: number): number => {
    const value = settings[name] ?? standard;
    if (typeof value === 'number') return value;
    throw new Error(
      `trl-losses.json: settings.${name} is ${JSON.stringify(value)}; give a number or leave it out.`,
    );
  };
  const { sapo, vespo } = PEBR_OBJECTIVE;
  return {
    sapo: {
      temperaturePositive: setting('sapo_temperature_pos', sapo.temperaturePositive),
      temperatureNegative: setting('sapo_temperature_neg', sapo.temperatureNegative),
    },
    vespo: {
      kPositive: setting('vespo_k_pos', vespo.kPositive),
      lambdaPositive: setting('vespo_lambda_pos', vespo.lambdaPositive),
      kNegative: setting('vespo_k_neg', vespo.kNegative),
      lambdaNegative: setting('vespo_lambda_neg', vespo.lambdaNegative),
    },
  };
}

function readRow(row: TrlRow, shared: SharedSettings): TrlCase {
  const high = row.epsilon_high ?? row.epsilon;
  const lossType = TRL_LOSS_TYPES.find((type) => type === row.loss_type);
  const importanceSampling = LEVELS.find((level) => level === row.importance_sampling_level);
  const reason =
    lossType === undefined
      ? `loss type ${row.loss_type} is not one of ${TRL_LOSS_TYPES.join(', ')}`
      : importanceSampling === undefined
        ? `importance sampling level ${row.importance_sampling_level} is not one of ${LEVELS.join(', ')}`
        : null;
  // TRL's cispo has no lower limit, and its epsilon_high is the cap itself.
  const cispo = lossType === 'cispo';
  const config: ObjectiveConfig | null =
    lossType === undefined || importanceSampling === undefined
      ? null
      : {
          ...PEBR_OBJECTIVE,
          ...shared,
          lossType,
          importanceSampling,
          clipLow: cispo ? 1 : row.epsilon,
          clipHigh: cispo ? high - 1 : high,
          dualClip: row.delta,
          klCoefficient: row.beta,
          clampKl: false,
          biasCorrectedKl: row.use_bias_correction_kl,
        };
  const name = [
    `trl ${row.loss_type}`,
    ...(row.importance_sampling_level === 'token' ? [] : [row.importance_sampling_level]),
    `beta=${row.beta}`,
    cispo ? `cap=${high}` : `clip=${row.epsilon}/${high}`,
    ...(row.delta === null ? [] : [`delta=${row.delta}`]),
    ...(row.beta === 0 ? [] : [row.use_bias_correction_kl ? 'k3·ratio' : 'k3']),
  ].join(' ');
  return {
    name,
    config,
    reason,
    loss: row.loss,
    lossTolerance: lossType === 'vespo' ? VESPO_LOSS_TOLERANCE : LOSS_TOLERANCE,
    gradNorm: row.grad_norm,
    lossFloat64: row.loss_f64_golden_logps,
    metrics: row.metrics,
  };
}

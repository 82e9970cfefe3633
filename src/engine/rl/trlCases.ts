/** The rows of `trl-losses.json` as objective configs: TRL 1.13's own losses on a golden batch. */
import type { LossType, ObjectiveConfig } from './types.ts';

export interface TrlCase {
  /** `trl grpo beta=0.01 …`: names the row uniquely. */
  readonly name: string;
  /** null: this loss is not implemented, see `reason`. */
  readonly config: ObjectiveConfig | null;
  readonly reason: string | null;
  /** Float32 through the golden model. Tolerance 1e-5 · max(1, |loss|). */
  readonly loss: number;
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
const LOSS_TYPES: readonly LossType[] = ['grpo', 'dr_grpo', 'dapo', 'bnpo'];

/** The parsed file → its rows. Throws when the file has no rows or no completion length. */
export function trlCases(json: unknown): TrlCases {
  // Shape checked just below; a row's fields are the file's documented layout.
  const file = json as Partial<Record<(typeof SECTIONS)[number], TrlRow[]>> & {
    settings?: { max_completion_length?: number };
  };
  const maxCompletionLength = file.settings?.max_completion_length;
  const cases = SECTIONS.flatMap((section) => (file[section] ?? []).map(readRow));
  if (cases.length === 0 || typeof maxCompletionLength !== 'number') {
    throw new Error(
      `trl-losses.json: found ${cases.length} rows and max_completion_length ${String(maxCompletionLength)}; ` +
        `give it rows under ${SECTIONS.join(', ')} and settings.max_completion_length.`,
    );
  }
  return { cases, maxCompletionLength, referenceClamp: 1 };
}

function readRow(row: TrlRow): TrlCase {
  const high = row.epsilon_high ?? row.epsilon;
  const lossType = LOSS_TYPES.find((type) => type === row.loss_type);
  const reason =
    lossType === undefined
      ? `loss type ${row.loss_type} is not implemented`
      : row.importance_sampling_level !== 'token'
        ? `${row.importance_sampling_level}-level ratios are not implemented`
        : null;
  const config: ObjectiveConfig | null =
    lossType === undefined || reason !== null
      ? null
      : {
          lossType,
          clipLow: row.epsilon,
          clipHigh: high,
          dualClip: row.delta,
          klCoefficient: row.beta,
          biasCorrectedKl: row.use_bias_correction_kl,
          advantageScale: 'group',
          advantageEpsilon: 1e-6,
        };
  const name = [
    `trl ${row.loss_type}`,
    ...(row.importance_sampling_level === 'token' ? [] : [row.importance_sampling_level]),
    `beta=${row.beta}`,
    `clip=${row.epsilon}/${high}`,
    ...(row.delta === null ? [] : [`delta=${row.delta}`]),
    ...(row.beta === 0 ? [] : [row.use_bias_correction_kl ? 'k3·ratio' : 'k3']),
  ].join(' ');
  return {
    name,
    config,
    reason,
    loss: row.loss,
    gradNorm: row.grad_norm,
    lossFloat64: row.loss_f64_golden_logps,
    metrics: row.metrics,
  };
}

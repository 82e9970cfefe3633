/**
 * The objective between the log-probs and the gradient of the logits: value and exact derivative of every loss type
 * and KL estimator, branch for branch as rl/objectiveTensorTerms.ts. An invocation a response.
 */
import { workgroupsFor, type Operation, type UniformType } from './kernel.ts';
import { OBJECTIVE_BODY, OBJECTIVE_TERMS_CODE } from './objectiveCode.ts';

/** Greater than anything the objective computes, for limits that are off. */
export const NO_LIMIT = 1e30;

const OBJECTIVE = {
  /** Of `POLICY_TERMS`. */
  term: 'u32',
  /** 1: a ratio a response, the geometric mean of its tokens'. */
  bySequence: 'u32',
  /** What a token counts for; with `byRow` 1 divided by its response's tokens. */
  weight: 'f32',
  byRow: 'u32',
  /** The ratio is clipped to [clipLow, clipHigh]. */
  clipLow: 'f32',
  clipHigh: 'f32',
  /** TRL's delta: the first of the two ratios is at most this. */
  ratioCap: 'f32',
  /** PeBR's dual clip: with A < 0 a token costs at most −A times this. */
  dualClip: 'f32',
  /** Log-ratios are held within this; beyond, the derivative is 0. */
  logRatioBound: 'f32',
  temperaturePositive: 'f32',
  temperatureNegative: 'f32',
  kPositive: 'f32',
  lambdaPositive: 'f32',
  kNegative: 'f32',
  lambdaNegative: 'f32',
  /** The logarithm of vespo's sequence ratio is held within this. */
  vespoBound: 'f32',
  /** 0: no KL, whether there is a reference or not. */
  klCoefficient: 'f32',
  /** Of `KL_ESTIMATORS`. */
  klEstimator: 'u32',
  /** Difference to the reference and estimate are held within these; beyond, the derivative is 0. */
  klDifferenceBound: 'f32',
  klCap: 'f32',
  /** 1: the estimate times the differentiable ratio. */
  biasCorrectedKl: 'u32',
} as const satisfies Readonly<Record<string, UniformType>>;

const OBJECTIVE_NAMES = Object.keys(OBJECTIVE) as (keyof typeof OBJECTIVE)[];

/** An objective and the sizes of its mini-batch, in numbers: `objectiveUniforms` in rl makes them of a config. */
export type ObjectiveUniforms = Readonly<Record<keyof typeof OBJECTIVE, number>>;

export interface PolicyObjectiveCall {
  readonly rows: number;
  /** Tokens a row. */
  readonly width: number;
  /** Where [rows, width] starts in each buffer, floats; null: none, bind any buffer that is only read. */
  readonly logProbs: number;
  /** Without: the current log-probs, held fixed, so that every ratio is 1. */
  readonly oldLogProbs: number | null;
  /** Without: no KL. */
  readonly referenceLogProbs: number | null;
  readonly objective: ObjectiveUniforms;
}

/**
 * Log-probs [rows, width] in nats, advantages [rows], mask [rows, width] → coefficients [rows, width] =
 * d loss / d log-prob, 0 where masked, and sums [rows, 2]: what the row adds to the policy loss and to the KL
 * (loss = policy loss + klCoefficient · KL). Under the mask anything may stand.
 */
export const POLICY_OBJECTIVE = {
  kernel: {
    name: 'policy_objective',
    buffers: {
      logProbs: 'read f32',
      oldLogProbs: 'read f32',
      referenceLogProbs: 'read f32',
      advantages: 'read f32',
      mask: 'read f32',
      coefficients: 'write f32',
      sums: 'write f32',
    },
    uniforms: {
      rows: 'u32',
      width: 'u32',
      logProbs: 'u32',
      oldLogProbs: 'u32',
      referenceLogProbs: 'u32',
      hasOld: 'u32',
      hasKl: 'u32',
      ...OBJECTIVE,
    },
    workgroup: [64],
    declarations: OBJECTIVE_TERMS_CODE,
    body: OBJECTIVE_BODY,
  },
  uniforms: ({ rows, width, logProbs, oldLogProbs, referenceLogProbs, objective }) => [
    rows,
    width,
    logProbs,
    oldLogProbs ?? 0,
    referenceLogProbs ?? 0,
    oldLogProbs === null ? 0 : 1,
    referenceLogProbs === null || objective.klCoefficient === 0 ? 0 : 1,
    ...OBJECTIVE_NAMES.map((name) => objective[name]),
  ],
  workgroups: ({ rows }) => workgroupsFor(rows, 64),
} as const satisfies Operation<PolicyObjectiveCall>;

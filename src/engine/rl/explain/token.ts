/** A token's way from its log-probs to its part of the loss. */
import { tokenWeight, type Normaliser } from '../aggregation.ts';
import { rowObjective, type TokenObjective } from '../objectiveReference.ts';
import {
  cispoWeight,
  clipChoice,
  klDifferenceBound,
  klSteps,
  logRatioBound,
  policyTermKind,
  ratioOf,
  sapoGate,
  type ClipChoice,
  type KlSteps,
} from '../objectiveTerms.ts';
import type { ObjectiveConfig } from '../types.ts';
import {
  advantageOf,
  isUpdated,
  miniBatchOf,
  normaliserOf,
  referenceOf,
  type ExplainedStep,
  type TokenPlace,
} from './advantage.ts';

/** How a loss type treats the ratio. */
export type PolicySteps =
  | ({ readonly kind: 'clip' } & ClipChoice)
  /** cispo: −A · weight · log-prob, the weight without a gradient. */
  | { readonly kind: 'weight'; readonly weight: number; readonly low: number; readonly high: number }
  /** sapo: −A · 4 · gate ÷ temperature. */
  | { readonly kind: 'gate'; readonly temperature: number; readonly gate: number }
  /** vespo: −A · weight · log-prob, one weight a response, of the sum of its log-ratios. */
  | {
      readonly kind: 'response-weight';
      readonly weight: number;
      readonly rowLogRatio: number;
      readonly k: number;
      readonly lambda: number;
    };

export interface TokenSteps extends TokenObjective {
  readonly advantage: number;
  readonly logProb: number;
  readonly oldLogProb: number;
  /** The token's own, nats. */
  readonly logRatio: number;
  /** What the ratio is the exponential of: the token's, or the mean over its response. */
  readonly readLogRatio: number;
  /** `readLogRatio` is held within this. */
  readonly logRatioBound: number;
  readonly responseTokens: number;
  readonly policy: PolicySteps;
  /** null: the objective has no KL, or the run kept no reference. */
  readonly klSteps: (KlSteps & { readonly referenceLogProb: number; readonly bound: number }) | null;
  readonly normaliser: Normaliser;
  /** What the token's loss is multiplied by. */
  readonly weight: number;
  /** weight × (policy loss + coefficient × KL): all tokens of the mini-batch add up to its loss. */
  readonly contribution: number;
  /** d policy loss / d log-prob and d KL / d log-prob of this token, before weight and coefficient. */
  readonly policyGradient: number;
  readonly klGradient: number;
  /** d loss / d log-prob of this token: the update moves the log-prob against it. */
  readonly gradient: number;
}

/** A token's part of the loss; null before the update has computed its log-probs, and for a place out of range. */
export function explainToken(step: ExplainedStep, place: TokenPlace): TokenSteps | null {
  const { config } = step;
  const { objective } = config;
  const rollout = step.groups[place.group]?.rollouts[place.rollout];
  if (!rollout || !isUpdated(rollout) || !(place.token in rollout.logProbs)) return null;
  const { logProbs, oldLogProbs } = rollout;
  const { token } = place;
  const advantage = advantageOf(step, place, rollout);
  const referenceLogProbs = referenceOf(step, rollout);
  const row = rowObjective({ logProbs, oldLogProbs, referenceLogProbs, advantage }, objective);
  const parts = row.tokens[token];
  const logRatios = logProbs.map((logProb, t) => logProb - oldLogProbs[t]);
  const rowLogRatio = logRatios.reduce((sum, logRatio) => sum + logRatio, 0);
  const readLogRatio =
    objective.importanceSampling === 'sequence' ? rowLogRatio / logRatios.length : logRatios[token];
  const miniBatch = miniBatchOf(step, place.group);
  const normaliser = normaliserOf(miniBatch, config);
  const weight = tokenWeight(normaliser, logProbs.length);
  const ratio = ratioOf(readLogRatio, objective.lossType);
  const referenceLogProb = referenceLogProbs?.[token];
  return {
    ...parts,
    advantage,
    logProb: logProbs[token],
    oldLogProb: oldLogProbs[token],
    logRatio: logRatios[token],
    readLogRatio,
    logRatioBound: logRatioBound(objective.lossType),
    responseTokens: logProbs.length,
    policy: policySteps(parts, rowLogRatio, advantage, objective),
    klSteps:
      referenceLogProb === undefined
        ? null
        : {
            ...klSteps(logProbs[token], referenceLogProb, ratio, objective),
            referenceLogProb,
            bound: klDifferenceBound(objective),
          },
    normaliser,
    weight,
    contribution: weight * (parts.policyLoss + objective.klCoefficient * parts.kl),
    policyGradient: row.policyGradient[token],
    klGradient: row.klGradient[token],
    gradient: weight * (row.policyGradient[token] + objective.klCoefficient * row.klGradient[token]),
  };
}

function policySteps(
  { ratio, vespoWeight }: TokenObjective,
  rowLogRatio: number,
  advantage: number,
  objective: ObjectiveConfig,
): PolicySteps {
  const { clipLow, clipHigh, vespo } = objective;
  const kind = policyTermKind(objective.lossType);
  switch (kind) {
    case 'clipped':
      return { kind: 'clip', ...clipChoice(ratio, advantage, objective) };
    case 'cispo':
      return {
        kind: 'weight',
        weight: cispoWeight(ratio, objective),
        low: 1 - clipLow,
        high: 1 + clipHigh,
      };
    case 'sapo':
      return { kind: 'gate', ...sapoGate(ratio, advantage, objective) };
    case 'vespo': {
      const [k, lambda] =
        advantage < 0 ? [vespo.kNegative, vespo.lambdaNegative] : [vespo.kPositive, vespo.lambdaPositive];
      return { kind: 'response-weight', weight: vespoWeight ?? 0, rowLogRatio, k, lambda };
    }
    default:
      return kind satisfies never;
  }
}

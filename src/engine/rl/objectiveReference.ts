/**
 * The objective in float64 on plain arrays: what each token of a response adds, its exact derivative, and the loss
 * of a batch. It is the oracle of the tensor version (objective.ts) and computes the metrics the page shows, from
 * the very log-probs that trained. The terms themselves are in objectiveTerms.ts.
 */
import { tokenWeight, type Normaliser } from './aggregation.ts';
import { clipBranch, klTerm, policyTerm, ratioOf, vespoWeight } from './objectiveTerms.ts';
import type { ObjectiveConfig } from './types.ts';

/** One response: arrays over its tokens, nats, of the full softmax at logits / temperature. */
export interface ObjectiveRow {
  readonly logProbs: ArrayLike<number>;
  readonly oldLogProbs: ArrayLike<number>;
  /** null: no KL. */
  readonly referenceLogProbs: ArrayLike<number> | null;
  readonly advantage: number;
}

/** One response token: loss parts before aggregation. */
export interface TokenObjective {
  readonly policyLoss: number;
  /** The estimate as it enters the loss (times the ratio when `biasCorrectedKl`), nats; 0 without a reference. */
  readonly kl: number;
  /** The token's, or its response's when the importance sampling is by sequence. */
  readonly ratio: number;
  /** vespo's weight of the response; null for the other losses. */
  readonly vespoWeight: number | null;
  /** TRL's clip metrics: ratio under the range with A < 0, over it with A > 0. */
  readonly clippedLow: boolean;
  readonly clippedHigh: boolean;
}

export interface RowObjective {
  readonly tokens: readonly TokenObjective[];
  /** d Σ policy loss / d log-prob of each token, and the same of the KL: sums, before aggregation. */
  readonly policyGradient: readonly number[];
  readonly klGradient: readonly number[];
}

/** The objective of one response, every array over the same tokens. */
export function rowObjective(row: ObjectiveRow, config: ObjectiveConfig): RowObjective {
  const { oldLogProbs, referenceLogProbs, advantage } = row;
  const logProbs = Array.from(row.logProbs);
  const logRatios = logProbs.map((logProb, t) => logProb - oldLogProbs[t]);
  const rowLogRatio = logRatios.reduce((sum, logRatio) => sum + logRatio, 0);
  const bySequence = config.importanceSampling === 'sequence';
  const meanLogRatio = rowLogRatio / Math.max(1, logRatios.length);
  const weight = config.lossType === 'vespo' ? vespoWeight(rowLogRatio, advantage, config) : null;
  const terms = logProbs.map((logProb, t) => {
    const ratio = ratioOf(bySequence ? meanLogRatio : logRatios[t], config.lossType);
    const policy = policyTerm(logProb, ratio, rowLogRatio, advantage, config);
    const kl = referenceLogProbs ? klTerm(logProb, referenceLogProbs[t], ratio, config) : NO_TERM;
    return { policy, kl, ratio };
  });
  const gradient = (of: 'policy' | 'kl'): number[] => {
    // A sequence's log-ratio is the mean over its tokens: each of them moves it by 1/n.
    const total = terms.reduce((sum, term) => sum + term[of].throughRatio, 0);
    return terms.map((term) => term[of].direct + (bySequence ? total / terms.length : term[of].throughRatio));
  };
  return {
    tokens: terms.map(({ policy, kl, ratio }) => ({
      policyLoss: policy.value,
      kl: kl.value,
      ratio: ratio.value,
      vespoWeight: weight,
      ...clipBranch(ratio, advantage, config),
    })),
    policyGradient: gradient('policy'),
    klGradient: gradient('kl'),
  };
}

const NO_TERM = { value: 0, direct: 0, throughRatio: 0 } as const;

type Rows = readonly ArrayLike<number>[];
export interface ObjectiveInput {
  /** [B][T], nats, of the full softmax at logits / temperature. */
  readonly logProbs: Rows;
  readonly oldLogProbs: Rows;
  readonly referenceLogProbs: Rows | null;
  /** [B] */
  readonly advantages: ArrayLike<number>;
  /** [B][T], 1 on response tokens. */
  readonly mask: Rows;
}

export interface ObjectiveSums {
  readonly tokens: number;
  readonly kl: number;
  readonly clippedLow: number;
  readonly clippedHigh: number;
}

export interface ReferenceLoss {
  /** policyLoss + klCoefficient × kl. */
  readonly loss: number;
  readonly policyLoss: number;
  /** KL aggregated as the loss is (the metric `kl` is the token mean: sums.kl / sums.tokens). */
  readonly kl: number;
  /** d loss / d log-prob, [B][T], 0 where masked. */
  readonly gradient: number[][];
  readonly sums: ObjectiveSums;
}

/** Value, derivative and clip counts over the unmasked tokens of a (micro-)batch, float64. */
export function referencePolicyLoss(
  input: ObjectiveInput,
  config: ObjectiveConfig,
  normaliser: Normaliser,
): ReferenceLoss {
  let policyLoss = 0;
  let kl = 0;
  const sums = { tokens: 0, kl: 0, clippedLow: 0, clippedHigh: 0 };
  const gradient = Array.from(input.logProbs, (logProbs, b) => {
    const places = Array.from(input.mask[b]).flatMap((m, t) => (m === 0 ? [] : t));
    const pick = (values: ArrayLike<number>): number[] => places.map((t) => values[t]);
    const reference = input.referenceLogProbs?.[b];
    const row = rowObjective(
      {
        logProbs: pick(logProbs),
        oldLogProbs: pick(input.oldLogProbs[b]),
        referenceLogProbs: reference ? pick(reference) : null,
        advantage: input.advantages[b],
      },
      config,
    );
    const weight = tokenWeight(normaliser, places.length);
    for (const token of row.tokens) {
      policyLoss += weight * token.policyLoss;
      kl += weight * token.kl;
      sums.tokens += 1;
      sums.kl += token.kl;
      sums.clippedLow += Number(token.clippedLow);
      sums.clippedHigh += Number(token.clippedHigh);
    }
    const derivative = new Array<number>(logProbs.length).fill(0);
    places.forEach((t, i) => {
      derivative[t] = weight * (row.policyGradient[i] + config.klCoefficient * row.klGradient[i]);
    });
    return derivative;
  });
  return { loss: policyLoss + config.klCoefficient * kl, policyLoss, kl, gradient, sums };
}

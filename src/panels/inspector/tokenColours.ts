/** What colours the tokens: one number a token, its scale, and how it reads. */
import type { DraftRollout, ObjectiveConfig } from '../../engine/index.ts';
import { rowObjective } from '../../engine/rl/objectiveReference.ts';
import {
  advantageScale,
  formatNumber,
  formatSigned,
  logProbScale,
  magnitudeScale,
  ratioScale,
} from '../../ui/index.ts';
import type { ColourScale } from '../../ui/index.ts';
import type { AttentionGiven } from '../../state/index.ts';
import { tokenWeights } from './look.ts';
import type { HeadChoice } from './look.ts';

export const TOKEN_MODES = ['advantage', 'log-prob', 'entropy', 'ratio', 'KL', 'keyword'] as const;
export type TokenMode = (typeof TOKEN_MODES)[number];

export const MODE_LABELS: Readonly<Record<TokenMode, string>> = {
  advantage: 'advantage × objective',
  'log-prob': 'log-prob',
  entropy: 'entropy',
  ratio: 'ratio',
  KL: 'KL',
  keyword: 'keyword hit',
};

export interface TokenColouring {
  /** What the scale shows: for `ratio` its logarithm. */
  readonly values: readonly number[];
  readonly scale: ColourScale;
  readonly format: (value: number) => string;
  readonly definition: string;
}

/** KL estimate of each token as it enters the loss; null while the log-probs or the reference are missing. */
export function tokenKls(rollout: DraftRollout, objective: ObjectiveConfig): number[] | null {
  const { logProbs, oldLogProbs, referenceLogProbs, advantage } = rollout;
  if (!logProbs || !oldLogProbs || advantage === undefined) return null;
  if (!referenceLogProbs || referenceLogProbs.length !== logProbs.length) return null;
  const row = rowObjective({ logProbs, oldLogProbs, referenceLogProbs, advantage }, objective);
  return row.tokens.map((token) => token.kl);
}

/**
 * Minus the derivative of the response's loss (policy and KL, before aggregation) by each token's log-prob: positive
 * makes the token likelier. null before the update.
 */
export function tokenPushes(rollout: DraftRollout, objective: ObjectiveConfig): number[] | null {
  const { logProbs, oldLogProbs, referenceLogProbs, advantage } = rollout;
  if (!logProbs || !oldLogProbs || advantage === undefined) return null;
  const { klCoefficient } = objective;
  const hasKl = klCoefficient !== 0 && referenceLogProbs?.length === logProbs.length;
  const row = rowObjective(
    { logProbs, oldLogProbs, referenceLogProbs: hasKl ? referenceLogProbs : null, advantage },
    objective,
  );
  return row.policyGradient.map((gradient, t) => 0 - gradient - klCoefficient * row.klGradient[t]);
}

/** Tokens by how much they looked at one patch. */
export function colourByPatch(
  attention: AttentionGiven['attention'],
  head: HeadChoice,
  patch: number,
): TokenColouring | null {
  const { imageTokens } = attention;
  if (patch >= imageTokens) return null;
  const values = tokenWeights(attention, head, patch);
  const columns = Math.round(Math.sqrt(imageTokens));
  return {
    values,
    scale: magnitudeScale(values),
    format: (value) => formatNumber(value),
    definition:
      `Attention to the patch in row ${Math.floor(patch / columns) + 1}, column ${(patch % columns) + 1} when each ` +
      'token was chosen; recomputed. Leave the patch for the colours chosen above.',
  };
}

const KL_FORMULAS: Readonly<Record<ObjectiveConfig['klEstimator'], string>> = {
  k1: 'k1 = −d',
  k2: 'k2 = d²/2',
  k3: 'k3 = e^d − d − 1',
};

/** log π − log π_old of each token; null before the update. */
export function logRatios(rollout: DraftRollout): number[] | null {
  const { logProbs, oldLogProbs } = rollout;
  return logProbs && oldLogProbs ? logProbs.map((logProb, t) => logProb - oldLogProbs[t]) : null;
}

/** Colouring of a rollout's tokens; null when its phase has not been reached. `advantages`: of the whole step. */
export function colourTokens(
  mode: Exclude<TokenMode, 'keyword'>,
  rollout: DraftRollout,
  advantages: readonly number[],
  objective: ObjectiveConfig,
): TokenColouring | null {
  switch (mode) {
    case 'advantage': {
      const { advantage } = rollout;
      if (advantage === undefined) return null;
      const pushes = tokenPushes(rollout, objective);
      return {
        values: pushes ?? rollout.tokenIds.map(() => advantage),
        scale: advantageScale(advantages),
        format: (value) => formatSigned(value, 3),
        definition: pushes
          ? 'What pushes the token’s log-prob: the advantage as the objective lets it through (times the ratio, ' +
            'nothing where it is clipped), with the pull of the KL. Minus the gradient, before averaging.'
          : 'The rollout’s advantage: before the update every token has the same.',
      };
    }
    case 'log-prob': {
      const values = rollout.logProbs ?? rollout.decodeLogProbs;
      return {
        values,
        scale: logProbScale(values),
        format: (value) => formatNumber(value, 2),
        definition: rollout.logProbs
          ? 'log-prob of the token in the training forward of the update, nats; darker is less likely.'
          : 'log-prob of the token while decoding, nats; darker is less likely.',
      };
    }
    case 'entropy': {
      const { entropies } = rollout;
      if (!entropies) return null;
      return {
        values: entropies,
        scale: magnitudeScale(entropies),
        format: (value) => formatNumber(value, 2),
        definition: 'Entropy of the next-token distribution at this position, nats: how open the choice was.',
      };
    }
    case 'ratio': {
      const values = logRatios(rollout);
      if (!values) return null;
      return {
        values,
        scale: ratioScale(values),
        format: (value) => formatNumber(Math.exp(value), 4),
        definition:
          'Ratio π/π_old = exp(log-prob − old log-prob) in the update that used the token. 1 with one update a step.' +
          (objective.importanceSampling === 'sequence'
            ? ' The loss takes the geometric mean of the whole response.'
            : ''),
      };
    }
    case 'KL': {
      const values = tokenKls(rollout, objective);
      if (!values) return null;
      return {
        values,
        scale: magnitudeScale(values),
        format: (value) => formatNumber(value),
        definition:
          `${KL_FORMULAS[objective.klEstimator]} with d = reference log-prob − log-prob` +
          `${objective.biasCorrectedKl ? ', times the ratio' : ''}, as it enters the loss, nats.`,
      };
    }
    default:
      return mode satisfies never;
  }
}

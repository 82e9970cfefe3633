/** Around the token: its surrogate over other ratios, and the loss that all tokens of a step add up to. */
import { tokenWeight } from '../aggregation.ts';
import { referencePolicyLoss, rowObjective } from '../objectiveReference.ts';
import {
  advantageOf,
  isUpdated,
  miniBatchOf,
  normaliserOf,
  referenceOf,
  type ExplainedStep,
  type TokenPlace,
} from './advantage.ts';

/** One point of the surrogate: what the token's policy part would be if its own ratio were this. */
export interface SurrogatePoint {
  /** π / π_old of the token itself. */
  readonly ratio: number;
  readonly policyLoss: number;
  /** d Σ policy loss of the response / d log-prob of the token. */
  readonly gradient: number;
}

/** The policy part over the token's own ratio, the rest of its response as recorded; null as in `explainToken`. */
export function surrogate(
  step: ExplainedStep,
  place: TokenPlace,
  ratios: readonly number[],
): SurrogatePoint[] | null {
  const rollout = step.groups[place.group]?.rollouts[place.rollout];
  if (!rollout || !isUpdated(rollout) || !(place.token in rollout.logProbs)) return null;
  const { logProbs, oldLogProbs } = rollout;
  const advantage = advantageOf(step, place, rollout);
  return ratios.map((ratio) => {
    const moved = [...logProbs];
    moved[place.token] = oldLogProbs[place.token] + Math.log(ratio);
    const row = rowObjective(
      { logProbs: moved, oldLogProbs, referenceLogProbs: null, advantage },
      step.config.objective,
    );
    return {
      ratio,
      policyLoss: row.tokens[place.token].policyLoss,
      gradient: row.policyGradient[place.token],
    };
  });
}

/** The loss of a step from its tokens: token-weighted over its mini-batches, as the metrics are. */
export interface StepLoss {
  readonly policyLoss: number;
  /** Aggregated as the loss is. */
  readonly kl: number;
  readonly loss: number;
  readonly tokens: number;
  /** Σ weight × |policy loss|, over mini-batches as above: what rounding is measured against. */
  readonly size: number;
}

/** All tokens of the step added up; null before the update. */
export function explainStep(step: ExplainedStep): StepLoss | null {
  const { groups, config } = step;
  const sums = { policyLoss: 0, kl: 0, loss: 0, tokens: 0, size: 0 };
  for (let first = 0; first < groups.length; first += config.promptsPerMiniBatch) {
    const miniBatch = miniBatchOf(step, first);
    const rollouts = miniBatch.flatMap((group) => group.rollouts);
    const updated = rollouts.filter(isUpdated);
    if (updated.length < rollouts.length || updated.length === 0) return null;
    const places = miniBatch.flatMap((group, g) =>
      group.rollouts.map((_, r) => ({ group: first + g, rollout: r })),
    );
    const references = updated.map((rollout) => referenceOf(step, rollout));
    const normaliser = normaliserOf(miniBatch, config);
    const input = {
      logProbs: updated.map((rollout) => rollout.logProbs),
      oldLogProbs: updated.map((rollout) => rollout.oldLogProbs),
      referenceLogProbs: references.every((reference) => reference !== null) ? references : null,
      advantages: updated.map((rollout, i) => advantageOf(step, places[i], rollout)),
      mask: updated.map((rollout) => rollout.logProbs.map(() => 1)),
    };
    const part = referencePolicyLoss(input, config.objective, normaliser);
    const { tokens } = normaliser;
    sums.tokens += tokens;
    sums.policyLoss += tokens * part.policyLoss;
    sums.kl += tokens * part.kl;
    sums.loss += tokens * part.loss;
    input.advantages.forEach((advantage, i) => {
      const length = input.mask[i].length;
      sums.size += tokens * Math.abs(advantage) * length * tokenWeight(normaliser, length);
    });
  }
  const { tokens } = sums;
  if (tokens === 0) return null;
  return {
    policyLoss: sums.policyLoss / tokens,
    kl: sums.kl / tokens,
    loss: sums.loss / tokens,
    tokens,
    size: sums.size / tokens,
  };
}

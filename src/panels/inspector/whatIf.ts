/**
 * What the reward, the group's ranks and its advantages would have been with other weights, other thresholds or
 * another response. The terms are the engine's, the advantages the trainer's function; with nothing changed the
 * numbers are exactly those that trained, which a property test holds.
 */
import type {
  DraftGroup,
  DraftRollout,
  Evidence,
  ObjectiveConfig,
  Recipe,
  RewardStage,
  TermName,
  TermScore,
} from '../../engine/index.ts';
import { estimateAdvantages } from '../../engine/rl/advantage.ts';
import { recompute, scoreResponse, weightedSum } from '../../engine/rewards/index.ts';
import { scoreCustom } from '../../engine/rewards/custom/term.ts';
import type { EditFacts } from '../../state/index.ts';
import { isScored } from './reconcile.ts';

/** A number of the recipe that can be turned. */
export type KnobId =
  `weight ${TermName}` | 'clip threshold' | 'length limit' | 'overlong limit' | 'overlong tail';

export interface Knob {
  readonly id: KnobId;
  /** What trained. */
  readonly trained: number;
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  readonly step: number;
}

export type KnobChanges = Readonly<Partial<Record<KnobId, number>>>;

/** The knobs of the recipe that gave these terms, read from the terms: a later change of the recipe leaves them. */
export function knobsOf(terms: readonly TermScore[]): Knob[] {
  const weights = terms.map(({ name, weight }): Knob => ({
    id: `weight ${name}`,
    trained: weight,
    unit: '',
    least: Math.min(0, weight),
    most: Math.max(1, weight),
    step: 0.05,
  }));
  return [...weights, ...terms.flatMap(({ evidence }) => limitsOf(evidence))];
}

function limitsOf(evidence: Evidence): Knob[] {
  const tokens = (id: KnobId, trained: number, most: number): Knob => {
    return { id, trained, unit: 'tokens', least: 1, most, step: 1 };
  };
  switch (evidence.kind) {
    case 'clip':
      return [
        { id: 'clip threshold', trained: evidence.threshold, unit: '', least: 0.01, most: 1, step: 0.01 },
      ];
    case 'length':
      return [tokens('length limit', evidence.limit, Math.max(512, evidence.limit))];
    case 'overlong':
      return [
        tokens('overlong limit', evidence.limit, Math.max(512, evidence.limit)),
        tokens('overlong tail', evidence.tail, Math.max(64, evidence.limit)),
      ];
    case 'keyword':
    case 'format':
    case 'accuracy':
    case 'custom':
      return [];
    default:
      return evidence satisfies never;
  }
}

/** A term under changed knobs; one whose evidence stays keeps its value to the bit. */
export function turn(term: TermScore, changes: KnobChanges): TermScore {
  const weight = changes[`weight ${term.name}`] ?? term.weight;
  const evidence = turnEvidence(term.evidence, changes);
  // A value that is unknown, or 0 because the scorer failed, depends on no threshold.
  if (evidence === term.evidence || term.raw === null) return { ...term, weight, evidence };
  return { ...term, weight, evidence, value: recompute(evidence, 'training') };
}

function turnEvidence(evidence: Evidence, changes: KnobChanges): Evidence {
  switch (evidence.kind) {
    case 'clip': {
      const threshold = changes['clip threshold'] ?? evidence.threshold;
      return threshold === evidence.threshold ? evidence : { ...evidence, threshold };
    }
    case 'length': {
      const limit = changes['length limit'] ?? evidence.limit;
      return limit === evidence.limit ? evidence : { ...evidence, limit };
    }
    case 'overlong': {
      const limit = changes['overlong limit'] ?? evidence.limit;
      const tail = changes['overlong tail'] ?? evidence.tail;
      return limit === evidence.limit && tail === evidence.tail ? evidence : { ...evidence, limit, tail };
    }
    case 'keyword':
    case 'format':
    case 'accuracy':
    case 'custom':
      return evidence;
    default:
      return evidence satisfies never;
  }
}

/** Terms of an edited response under the recipe that trained; those that need what is not known yet have no value. */
export function scoreEdit(
  stage: RewardStage,
  { answer, key_words }: Pick<DraftGroup, 'answer' | 'key_words'>,
  trained: readonly TermScore[],
  response: string,
  { tokens, similarity, custom }: EditFacts,
): TermScore[] {
  const input = { response, answer, key_words, responseTokens: tokens };
  // A scorer that failed counts 0, as in training; one that has not answered yet leaves its term open.
  const mode = similarity === null ? 'offline' : 'training';
  const { terms } = scoreResponse(stage, input, similarity, recipeOf(stage, trained), mode);
  const own = trained.filter(({ evidence }) => evidence.kind === 'custom');
  return trained.map((before): TermScore => {
    const result = custom?.[own.indexOf(before)];
    if (result) return { ...scoreCustom(before, result, 'training'), name: before.name };
    return terms.find(({ name }) => name === before.name) ?? { ...before, raw: null, value: null };
  });
}

/** The standard terms of the recipe that gave these terms. */
function recipeOf(stage: RewardStage, terms: readonly TermScore[]): Recipe {
  let recipe: Recipe = { stage, weights: {}, lengthLimit: 0, clipThreshold: null };
  for (const { name, weight, evidence } of terms) {
    if (evidence.kind === 'overlong') {
      const { limit, tail } = evidence;
      recipe = { ...recipe, overlongLimit: limit, overlongTail: tail, overlongWeight: weight };
    } else if (evidence.kind !== 'custom') {
      recipe = { ...recipe, weights: { ...recipe.weights, [name]: weight } };
    }
    if (evidence.kind === 'clip') recipe = { ...recipe, clipThreshold: evidence.threshold };
    if (evidence.kind === 'length') recipe = { ...recipe, lengthLimit: evidence.limit };
  }
  return recipe;
}

/** A number that trained and what it would have been; null: not known (yet). */
export interface Change {
  readonly trained: number | null;
  readonly whatIf: number | null;
}

export interface WhatIf {
  readonly terms: readonly TermScore[];
  /** Terms of the edited response that weigh something and have no value yet. */
  readonly missing: readonly TermName[];
  readonly reward: number | null;
  /** Each rollout of the group; rank 1 is the best reward, equal rewards share a rank. */
  readonly group: readonly { readonly reward: Change; readonly rank: Change; readonly advantage: Change }[];
}

export interface WhatIfPlace {
  readonly groups: readonly DraftGroup[];
  readonly group: number;
  readonly rollout: number;
}

/**
 * The step under changed knobs, all its rollouts; `edited`: terms of the selected one's edited response, or null.
 * null while a reward of the step is missing.
 */
export function whatIf(
  { groups, group, rollout }: WhatIfPlace,
  objective: Pick<ObjectiveConfig, 'advantageEstimator' | 'advantageScale' | 'advantageEpsilon'>,
  changes: KnobChanges,
  edited: readonly TermScore[] | null,
): WhatIf | null {
  const scored = groups.map((of) => of.rollouts.filter(isScored));
  if (scored.some((of, g) => of.length < Math.max(1, groups[g].rollouts.length))) return null;
  const turned = scored.map((of, g) =>
    of.map(({ terms }, r) => {
      const own = edited && g === group && r === rollout ? edited : terms;
      return own.map((term) => turn(term, changes));
    }),
  );
  const { rollouts } = groups[group];
  const terms = turned[group][rollout];
  const missing = terms.filter(({ value, weight }) => value === null && weight !== 0);
  const rewarded = turned.map((of) => of.map((own) => ({ reward: weightedSum(own), terms: own })));
  const isKnown = missing.length === 0;
  const advantages = isKnown ? estimateAdvantages(rewarded, objective).advantages[group] : null;
  const rewards = rewarded[group].map(({ reward }, r) => (isKnown || r !== rollout ? reward : null));
  const trained = scored[group].map(({ reward }) => reward);
  return {
    terms,
    missing: missing.map(({ name }) => name),
    reward: rewards[rollout],
    group: rollouts.map(({ advantage }: DraftRollout, r) => ({
      reward: { trained: trained[r], whatIf: rewards[r] },
      rank: { trained: rankOf(trained, r), whatIf: isKnown ? rankOf(rewards, r) : null },
      advantage: { trained: advantage ?? null, whatIf: advantages?.[r] ?? null },
    })),
  };
}

function rankOf(rewards: readonly (number | null)[], at: number): number {
  const own = rewards[at] ?? 0;
  return 1 + rewards.filter((reward) => reward !== null && reward > own).length;
}

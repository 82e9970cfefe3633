import { scoreAccuracy } from './accuracy.ts';
import { scoreClip } from './clip.ts';
import { scoreCustom } from './custom/term.ts';
import type { CustomResult } from './custom/types.ts';
import { extractDescription } from './description.ts';
import { scoreFormat } from './format.ts';
import { scoreKeywords } from './keyword.ts';
import { scoreLength } from './length.ts';
import { scoreOverlong } from './overlong.ts';
import { FG_CLIP_THRESHOLD } from './recipes.ts';
import { weightedSum } from './recompute.ts';
import { rewardText } from './rewardText.ts';
import type { ScoringMode, Similarity } from './context.ts';
import type {
  Recipe,
  RewardInput,
  RewardScore,
  RewardStage,
  StandardTermName,
  TermName,
  TermScore,
} from './types.ts';

/** A reward's input of which, offline, the token count or the key words may be unknown (null). */
export type KnownInput = Pick<RewardInput, 'response' | 'answer'> & {
  readonly [Field in 'responseTokens' | 'key_words']: RewardInput[Field] | null;
};

/** A reward and, where its overall is null, what is known of it. */
export interface ScoredResponse extends RewardScore {
  /** Terms whose input was unknown are not among these. */
  readonly terms: readonly TermScore[];
  /** Weighted sum of the terms that are known; the overall when none is missing. */
  readonly partial: number;
  /** Weights of the terms that could not be computed; those of weight 0 are not missed. */
  readonly missing: Readonly<Partial<Record<TermName, number>>>;
}

/** The order in which the published code adds the terms up; DAPO's shaping comes last, then the custom terms. */
export const TERM_ORDER: readonly StandardTermName[] = [
  'clip',
  'format',
  'keyword',
  'length',
  'accuracy',
  'overlong',
];

/** Weight of a term in a recipe; undefined: the term is not part of it. */
export function weightOf(recipe: Recipe, name: StandardTermName): number | undefined {
  if (name !== 'overlong') return recipe.weights[name];
  return overlongLimit(recipe) === null ? undefined : (recipe.overlongWeight ?? 1);
}

const overlongLimit = ({ overlongLimit: limit }: Recipe): number | null => limit ?? null;

/**
 * Scores one response by a recipe. A term with weight 0 is computed and logged; one without weight is not
 * computed. In training a similarity or a custom term that failed counts 0, its error kept as evidence; offline a
 * term that cannot be computed makes the overall null. `custom`: what the sandbox gave the response, in the order of
 * the recipe's custom terms. PeBR-R1 "Stage 1 reward", "Stage 2 reward".
 */
export function scoreResponse(
  stage: RewardStage,
  input: KnownInput,
  similarity: Similarity | null,
  recipe: Recipe,
  mode: ScoringMode,
  custom: readonly CustomResult[] = [],
): ScoredResponse {
  const text = rewardText(input.response);
  const terms: TermScore[] = [];
  const missing: Partial<Record<TermName, number>> = {};
  for (const name of TERM_ORDER) {
    const weight = weightOf(recipe, name);
    if (weight === undefined) continue;
    const term = scoreTerm(name, { text, input, similarity, recipe, mode, weight });
    if (term !== null) terms.push(term);
    if ((term === null || term.value === null) && weight !== 0) missing[name] = weight;
  }
  for (const [index, own] of (recipe.custom ?? []).entries()) {
    const term = scoreCustom(own, custom[index] ?? null, mode);
    terms.push(term);
    if (term.value === null && term.weight !== 0) missing[term.name] = term.weight;
  }
  const partial = weightedSum(terms);
  const overall = Object.keys(missing).length === 0 ? partial : null;
  return { stage, text, overall, terms, partial, missing };
}

interface Scoring {
  readonly text: string;
  readonly input: KnownInput;
  readonly similarity: Similarity | null;
  readonly recipe: Recipe;
  readonly mode: ScoringMode;
  readonly weight: number;
}

/** One term; null when its input is unknown. */
function scoreTerm(name: StandardTermName, scoring: Scoring): TermScore | null {
  const { text, input, recipe, weight } = scoring;
  switch (name) {
    case 'clip':
      return scoreClip(extractDescription(text), similarityOf(scoring), scoring);
    case 'keyword':
      return input.key_words && scoreKeywords(text, input.key_words, { weight });
    case 'format':
      return scoreFormat(text, { weight });
    case 'length':
      return input.responseTokens === null
        ? null
        : scoreLength(input.responseTokens, { weight, limit: recipe.lengthLimit });
    case 'overlong': {
      const limit = overlongLimit(recipe);
      return input.responseTokens === null || limit === null
        ? null
        : scoreOverlong(input.responseTokens, { weight, limit, tail: recipe.overlongTail ?? 0 });
    }
    case 'accuracy':
      return scoreAccuracy(text, input.answer, { weight });
  }
  name satisfies never;
}

/** The recipe's threshold, where it has one, goes before the scorer's. */
function similarityOf({ similarity, recipe }: Scoring): Similarity {
  const known = similarity ?? {
    value: null,
    scorer: 'none',
    threshold: FG_CLIP_THRESHOLD,
    error: 'no similarity was given and no scorer ran',
  };
  return { ...known, threshold: recipe.clipThreshold ?? known.threshold };
}

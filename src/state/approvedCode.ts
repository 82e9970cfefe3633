/**
 * Reward code that the reader has written or allowed, remembered on this device by its whole text. Other code, from a
 * link or an import, is held back: `bridge.send` refuses it, so that it cannot run whatever way it came.
 */
import * as v from 'valibot';
import type { CustomTerm } from '../engine/rewards/custom/types.ts';
import type { RewardStage } from '../engine/rewards/types.ts';
import type { TrainConfig } from '../engine/rl/types.ts';

/** A custom term and the stage whose recipe has it. */
export interface PlacedTerm {
  readonly stage: RewardStage;
  readonly term: CustomTerm;
}

const KEY = 'pebr-allowed-code';
const MOST = 32;
let allowed: readonly string[] | null = null;

function known(): readonly string[] {
  if (allowed) return allowed;
  // Storage may be refused, or hold what somebody else wrote.
  try {
    const parsed = v.safeParse(v.array(v.string()), JSON.parse(localStorage.getItem(KEY) ?? '[]'));
    allowed = parsed.success ? parsed.output : [];
  } catch {
    allowed = [];
  }
  return allowed;
}

export function allowCode(code: string): void {
  allowed = [...known().filter((text) => text !== code), code].slice(-MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(allowed));
  } catch {
    // Then it is remembered as long as the page lives.
  }
}

/** The config's custom terms, stage by stage. */
export function customTermsOf({ recipes }: Pick<TrainConfig, 'recipes'>): PlacedTerm[] {
  return (['perception', 'reasoning'] as const).flatMap((stage) =>
    (recipes[stage].custom ?? []).map((term) => ({ stage, term })),
  );
}

/** Terms of the config whose code nobody here has written or allowed. */
export function foreignTerms(config: Pick<TrainConfig, 'recipes'>): PlacedTerm[] {
  return customTermsOf(config).filter(({ term }) => !known().includes(term.code));
}

/** The config with other custom terms; a stage left without any has no such field, as in the presets. */
export function withTerms(config: TrainConfig, terms: readonly PlacedTerm[]): TrainConfig {
  const recipeOf = (stage: RewardStage) => {
    const { custom: _, ...recipe } = config.recipes[stage];
    const own = terms.filter((placed) => placed.stage === stage).map(({ term }) => term);
    return own.length === 0 ? recipe : { ...recipe, custom: own };
  };
  return {
    ...config,
    recipes: { perception: recipeOf('perception'), reasoning: recipeOf('reasoning') },
  };
}

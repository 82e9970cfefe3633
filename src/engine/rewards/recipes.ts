import type { Recipe, RewardStage } from './types.ts';

/** DAPO's shaping, switched off; its numbers are what it has when it is switched on. */
const NO_OVERLONG = { overlongLimit: null, overlongTail: 32, overlongWeight: 1 } as const;

/**
 * PeBR-R1's two rewards, to the last constant. Accuracy is computed and logged in perception, with weight 0.
 */
export const PEBR_RECIPES: Readonly<Record<RewardStage, Recipe>> = {
  perception: {
    stage: 'perception',
    weights: { clip: 0.4, keyword: 0.4, format: 0.1, length: 0.1, accuracy: 0 },
    lengthLimit: 512,
    clipThreshold: null,
    ...NO_OVERLONG,
  },
  reasoning: {
    stage: 'reasoning',
    weights: { accuracy: 0.9, format: 0.1 },
    lengthLimit: 512,
    clipThreshold: null,
    ...NO_OVERLONG,
  },
};

/** Similarity from which FG-CLIP-large counts as 1; for similarities that come without their scorer. */
export const FG_CLIP_THRESHOLD = 0.4;

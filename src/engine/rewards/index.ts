/**
 * Rewards: a response's text in, named terms and their weighted sum out; a file a term, pure functions. Only
 * image, response, key words and answer may enter, never a scene's truth. Every term keeps the evidence that
 * its value can be recomputed from.
 *
 * Words: **reward text** what the terms read · **term** one component with raw value, value, weight, evidence
 * · **recipe** a stage's weights and limits · **overall** Σ weight · value · **similarity** what an
 * image–text scorer says of image and description · **training/offline** what a failing scorer means: 0, or
 * unknown.
 */
export { extractDescription } from './description.ts';
export { gradeAnswer } from './grader/index.ts';
export { FG_CLIP_THRESHOLD, PEBR_RECIPES } from './recipes.ts';
export { recompute, weightedSum } from './recompute.ts';
export { mapRewardText, rewardText } from './rewardText.ts';
export { scoreResponse } from './score.ts';
export { parseRewardStage, parseScoreLine, scoredLine } from './scoreLine.ts';
export type { ScoringMode, Similarity } from './context.ts';
export type { Verdict } from './grader/index.ts';
export type { RewardText } from './rewardText.ts';
export type { KnownInput, ScoredResponse } from './score.ts';
export type { ScoredLine, ScoredTerm, ScoreLine } from './scoreLine.ts';

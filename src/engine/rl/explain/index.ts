/**
 * One token's way into the loss, with every number on it: rewards → advantage, log-probs → ratio → clip, KL,
 * aggregation weight. Contract: numbers are the record's, or come from the very functions that the trainer and the
 * metrics call; nothing is computed by a second formula. The same for an objective that did not train the step.
 *
 * Words: **place** group, rollout and token in a step · **steps** of a number: what it was computed from, in order ·
 * **surrogate** the policy part of a token's loss as a function of its ratio · **named objective** a loss type with
 * the settings it is published with.
 */
export { explainAdvantage } from './advantage.ts';
export type { AdvantageSteps, ExplainedStep, TokenPlace } from './advantage.ts';
export { explainStep, surrogate } from './loss.ts';
export type { StepLoss, SurrogatePoint } from './loss.ts';
export { NAMED_OBJECTIVES } from './namedObjectives.ts';
export type { NamedObjective, ObjectiveName } from './namedObjectives.ts';
export { explainToken } from './token.ts';
export type { PolicySteps, TokenSteps } from './token.ts';

/**
 * The objective panel: a step walked through from its question to the loss, with the selected group's, rollout's and
 * token's own numbers in the formulas, and the same token under two objectives.
 *
 * Words: **beat** one stop of the walk, a phase of the step · **push** what the update does to a token's log-prob,
 * minus the gradient · **side** one of the two objectives that are compared.
 */
export { ObjectivePanel } from './ObjectivePanel.tsx';

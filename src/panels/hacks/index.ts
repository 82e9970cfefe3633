/**
 * Ways to game the reward: METHOD's list, each exploited live on a sample of the run's tasks and, where a shipped
 * policy learns it, as a run. Every number is the worker's answer for the very text on screen.
 *
 * Words: **hack** a way to a reward that the picture did not earn · **honest** and **hacked** the two responses that
 * are compared · **worth** the description's F1 against the scene's truth, which no reward reads.
 */
export { HacksPanel } from './HacksPanel.tsx';

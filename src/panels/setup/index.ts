/**
 * The setup rail: preset, questions, model, objective, sampling, rewards, stage plan. It edits the draft config;
 * a run only ever changes by "Apply & restart".
 */
export { SetupPanel } from './SetupPanel.tsx';

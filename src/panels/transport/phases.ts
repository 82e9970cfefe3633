import type { Phase } from '../../engine/index.ts';

/** The phases of a step as the page names them. The split comes once, before the first step. */
export const STEP_PHASES: readonly {
  readonly phase: Exclude<Phase, 'split'>;
  readonly label: string;
  readonly what: string;
}[] = [
  { phase: 'sample', label: 'sample', what: 'Draw the step’s questions from the pool of the stage.' },
  { phase: 'rollout', label: 'roll out', what: 'Let the policy answer each question G times.' },
  { phase: 'score', label: 'score', what: 'Compute every reward term of every response.' },
  {
    phase: 'advantage',
    label: 'advantage',
    what: 'Compare each reward with its group: (reward − mean) ÷ std.',
  },
  { phase: 'update', label: 'update', what: 'Take the policy-gradient step on what was sampled.' },
];

export const PHASE_LABELS: Readonly<Record<Phase, string>> = {
  split: 'estimate the split',
  sample: 'sample',
  rollout: 'roll out',
  score: 'score',
  advantage: 'advantage',
  update: 'update',
};

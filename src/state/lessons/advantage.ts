import { NANO_START, type Lesson } from './types.ts';

export const advantage: Lesson = {
  name: 'advantage',
  title: 'How a group becomes an advantage',
  start: NANO_START,
  stops: [
    {
      title: 'One step, phase by phase',
      text: [
        'GRPO has no value network. It asks the same question several times and compares the responses *with each other*. You will take one step of the smallest policy apart: sample, roll out, score, advantage, update.',
      ],
      place: 'phases',
      open: { tab: 'rollouts', dockOpen: false },
      allow: [],
      goal: null,
    },
    {
      title: 'Draw the questions',
      text: [
        'First the policy answers 32 questions eight times each; those it always gets right are *easy* (the split). Then it draws 4 for this step: easy ones, and the next best where those are too few.',
      ],
      place: 'subStep',
      open: { tab: 'rollouts' },
      allow: ['subStep'],
      goal: { kind: 'phase', done: 'sample', ask: 'Press Sub-step until four questions stand in Rollouts.' },
    },
    {
      title: 'Roll out: four responses each',
      text: [
        'Each question becomes a *group*: G = 4 responses, sampled at temperature 1, so that they differ.',
      ],
      place: 'rollouts',
      open: { tab: 'rollouts' },
      allow: ['subStep'],
      goal: { kind: 'phase', done: 'rollout', ask: 'Press Sub-step.' },
    },
    {
      title: 'Score: a reward for each response',
      text: [
        'In the perception stage the reward is `0.4 · clip + 0.4 · keyword + 0.1 · format + 0.1 · length`. No term is above 1, so neither is the reward. The bars of a group are its rewards.',
      ],
      place: 'rollouts',
      open: { tab: 'rollouts' },
      allow: ['subStep'],
      goal: { kind: 'phase', done: 'score', ask: 'Press Sub-step.' },
    },
    {
      title: 'Advantage: against the group’s own mean',
      text: [
        '`A = (reward − mean) ÷ (std + 0.000001)`, with mean and std of *this group* (std over G − 1). Better than its siblings is positive, worse is negative, whatever the reward is in itself.',
      ],
      place: 'phases',
      open: { tab: 'rollouts' },
      allow: ['subStep'],
      goal: { kind: 'phase', done: 'advantage', ask: 'Press Sub-step.' },
    },
    {
      title: 'Look at one group',
      text: [
        'Groups marked *mixed* have different rewards, so each of their responses has an advantage. The inspector shows the way from the reward to it.',
      ],
      fact: 'signals',
      place: 'rollouts',
      open: { tab: 'rollouts' },
      allow: [],
      goal: {
        kind: 'group',
        signals: ['mixed'],
        orNone: true,
        ask: 'Unfold a mixed group and choose a response of it; if there is none, go on.',
      },
    },
    {
      title: 'The same advantage for every token',
      text: [
        'All tokens of a response share its advantage. The update pushes the tokens of better responses up and those of worse ones down. The KL term pulls towards the policy that the stage started from; in a stage’s first step the two are the same, and it does not pull yet.',
      ],
      fact: 'chosenResponse',
      place: 'advantage',
      open: { tab: 'inspector', inspectorOpen: true },
      allow: [],
      goal: null,
    },
    {
      title: 'Update',
      text: [
        'Now the gradient step. After it the step is a record: every number you saw is the number that trained.',
      ],
      place: 'phases',
      open: { tab: 'rollouts' },
      allow: ['subStep'],
      goal: { kind: 'steps', least: 1, ask: 'Press Sub-step.' },
    },
    {
      title: 'That is GRPO',
      text: [
        'Training is this step again and again. What happens when *all* rewards of a group are equal is the next lesson, “Why all-equal groups teach nothing”.',
      ],
      place: null,
      open: { tab: 'rollouts', dockOpen: true },
      allow: 'all',
      goal: null,
    },
  ],
};

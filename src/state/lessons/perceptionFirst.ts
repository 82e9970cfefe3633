import type { Lesson } from './types.ts';

/** Numbers in the text are those of docs/experiments/two-stage.json; a test holds them together. */
export const perceptionFirst: Lesson = {
  name: 'perception-first',
  title: 'Perception before reasoning',
  start: {
    preset: 'tiny',
    seed: 1,
    easyFrom: 8,
    mediumFrom: 1,
    delayMs: 0,
    checkpoint: 'tiny-severe',
    edits: {
      promptsPerStep: 8,
      promptsPerMiniBatch: 8,
      'optimizer.learningRate': 3e-4,
      'split.questions': 64,
      'stageSwitch.perceptionSteps': 60,
    },
  },
  stops: [
    {
      title: 'A policy that sees wrongly',
      text: [
        'The teacher of `tiny-severe` took every colour and every shape for another with probability 0.9, and reasoned on what it thought it saw. The settings are those of our two-stage experiment, but for the split, which asks 64 questions here instead of 768, so that you need not wait.',
      ],
      place: null,
      open: { tab: 'rollouts', dockOpen: false },
      allow: [],
      goal: null,
    },
    {
      title: 'Take the first step',
      text: [
        'It begins with the split, then rolls out eight questions, eight responses each: easy ones, and the next best where fewer than 16 are easy. This policy is larger than nano: without a graphics card it takes a while.',
      ],
      place: 'step',
      open: { tab: 'rollouts' },
      allow: ['step', 'play'],
      goal: { kind: 'steps', least: 1, ask: 'Press Step and wait for it.' },
    },
    {
      title: 'Look at what it says it sees',
      text: [
        'Compare the description with the picture. A right final answer can stand under a wrong description: *easy* is what it always answers, not what it sees.',
      ],
      fact: 'descriptions',
      place: 'inspector',
      open: { tab: 'inspector', inspectorOpen: true },
      allow: [],
      goal: null,
    },
    {
      title: 'A graded reward finds its way',
      text: [
        'Perception pays for parts: similarity of image and description, share of key words found. One colour more that is right is usually a little more reward, so groups seldom tie: 15 % of them in our experiment’s perception stage, 53 % in its reasoning stage, where an answer is right or wrong.',
      ],
      fact: 'signals',
      place: 'reward',
      open: { tab: 'inspector', inspectorOpen: true },
      allow: [],
      goal: null,
    },
    {
      title: 'Train perception a little',
      text: [
        'Watch *Perception F1* and *Reward terms*. A few steps show the direction at best: the experiment took 60.',
      ],
      fact: 'descriptionTrend',
      place: 'f1Chart',
      open: { tab: 'charts', dockOpen: true },
      allow: ['step', 'play'],
      goal: { kind: 'steps', least: 5, ask: 'Go to step 5 with Play or Step.' },
    },
    {
      title: 'What was measured',
      text: [
        '120 updates each, 1024 held-out samples, five seeds. Warm-up policy: accuracy 0.34, description F1 0.02. 120 updates of reasoning: 0.48 and 0.18. 60 of perception, then 60 of reasoning: 0.79 and 0.88.',
        'In this setting the order matters. Reasoning first, then perception, ends at 0.43.',
      ],
      place: null,
      open: { tab: 'stages', dockOpen: true },
      allow: [],
      goal: null,
    },
    {
      title: 'How far to trust it',
      text: [
        'Five seeds. Without the split the two stages were about as good (0.73, intervals overlap), and the split did not halve the share of groups without advantage as declared. With milder faults (every colour wrong, but no shape) the two ended within 0.04 of each other in accuracy (one seed), and on the picture suite two stages were far behind. What happens at this size need not happen at 7 billion parameters.',
        'Press *Play* to go on to the switch, or leave the lesson and try reasoning alone: Setup, Stage plan.',
      ],
      place: 'stages',
      open: { tab: 'stages', dockOpen: true },
      allow: 'all',
      goal: null,
    },
  ],
};

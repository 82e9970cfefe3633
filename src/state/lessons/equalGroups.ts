import { NANO_START, type Lesson } from './types.ts';

export const equalGroups: Lesson = {
  name: 'equal-groups',
  title: 'Why all-equal groups teach nothing',
  start: { ...NANO_START, edits: { stages: 'reasoning' } },
  stops: [
    {
      title: 'A comparison needs a difference',
      text: [
        'An advantage says how a response compares with its group. If every response of the group has the same reward, each one equals the mean, and every advantage is 0. This run trains reasoning only, `0.9 · accuracy + 0.1 · format`: an answer is right or wrong and most responses keep the format, so ties are common.',
      ],
      place: null,
      open: { tab: 'rollouts', dockOpen: false },
      allow: [],
      goal: null,
    },
    {
      title: 'Take two steps',
      text: [
        'Where there is one stage there is no split: it draws from all train questions, easy, medium and hard alike, 4 questions a step, 4 responses each.',
      ],
      place: 'step',
      open: { tab: 'rollouts' },
      allow: ['step'],
      goal: { kind: 'steps', least: 2, ask: 'Press Step, and once more when it is done.' },
    },
    {
      title: 'Find a group without a signal',
      text: [
        'The last column says *all correct*, *all wrong* or *tied* where the rewards are equal. If this step has none, go to the other step with `[`, or take one more.',
      ],
      fact: 'signals',
      place: 'rollouts',
      open: { tab: 'rollouts' },
      allow: ['step'],
      goal: {
        kind: 'group',
        signals: ['all_correct', 'all_wrong', 'tied_other'],
        orNone: false,
        ask: 'Unfold a group marked “no signal” and choose a response of it.',
      },
    },
    {
      title: 'Every advantage is 0',
      text: [
        'In such a group reward minus mean is 0 for each response, so the policy-gradient part of their loss has no gradient. The work of sampling them was for nothing. Only the KL term still pulls, and in the first step, where the policy is its own reference, not even that.',
      ],
      fact: 'chosenGroup',
      place: 'advantage',
      open: { tab: 'inspector', inspectorOpen: true },
      allow: [],
      goal: null,
    },
    {
      title: 'The chart that counts them',
      text: [
        '*Zero-signal groups* splits each step’s groups into mixed, all correct, all wrong and tied. Much all correct: the reward has little left to teach there. Much all wrong: it is out of reach for now.',
      ],
      place: 'signalChart',
      open: { tab: 'charts', dockOpen: true },
      allow: [],
      goal: null,
    },
    {
      title: 'What one can expect',
      text: [
        'Where only the answer counts, a question with pass rate p ties with probability `p^G + (1 − p)^G`. That is why PeBR-R1 gives reasoning the *medium* questions. *Estimate* asks 32 questions eight times each; then *Data* shows the share to expect for all questions and for each stage’s pool.',
      ],
      place: 'data',
      open: { tab: 'sampling', dockOpen: false },
      allow: ['split'],
      goal: { kind: 'split', ask: 'Press Estimate and wait for it.' },
    },
    {
      title: 'Make groups larger',
      text: [
        'A question that is sometimes answered ties less often with a larger G, which costs more rollouts. Choose 8 instead of 4: the edit waits in Setup until it is applied.',
      ],
      place: 'groupSize',
      open: { tab: 'setup', railOpen: true },
      allow: ['setup'],
      goal: { kind: 'edited', path: 'groupSize', ask: 'Change “Group size G” and press Enter.' },
    },
    {
      title: 'No cure, a trade',
      text: [
        'Ties come back as the policy gets better: in our two-stage experiment the split did *not* thin them out (0.94 of the share without a split, where 0.5 or less was declared). Dynamic sampling (in Setup) draws until enough groups are mixed, and pays with rollouts thrown away.',
        'Apply the larger groups if you like, and compare the chart.',
      ],
      place: null,
      open: { tab: 'rollouts', dockOpen: true },
      allow: 'all',
      goal: null,
    },
  ],
};

import { hackPresetById } from '../../worker/protocol.ts';
import { NANO_START, type Lesson } from './types.ts';

const hack = hackPresetById('keyword-only');
const ran = (metric: string): string => {
  const measure = hack.measured.find((one) => one.metric === metric);
  if (!measure) throw new Error(`The hack preset "${hack.id}" has no measured "${metric}".`);
  return `${measure.first.toFixed(2)} to ${measure.last.toFixed(2)}`;
};

export const rewardHack: Lesson = {
  name: 'reward-hack',
  title: 'How a reward is hacked',
  start: NANO_START,
  stops: [
    {
      title: 'A reward is a stand-in',
      text: [
        'What we want is a description of what is in the picture. What the perception stage pays for is similarity, key words, headings and length. Where the two come apart, a policy follows the pay.',
      ],
      place: null,
      open: { tab: 'hacks', dockOpen: false },
      allow: [],
      goal: null,
    },
    {
      title: 'Keyword stuffing',
      text: [
        'Key words count anywhere in the response. Under *Keyword stuffing*, the first text makes honest mistakes; the second makes the same mistakes, then lists everything that a picture might show.',
      ],
      place: 'hacks',
      open: { tab: 'hacks' },
      allow: [],
      goal: null,
    },
    {
      title: 'Compare what they are paid',
      text: [
        'The waterfalls are the published recipe on these very texts. You may edit both: delete words from the list and watch the keyword term. What each description is *worth* is measured beside it, and no reward reads that.',
      ],
      place: 'hackVerdict',
      open: { tab: 'hacks' },
      allow: [],
      goal: null,
    },
    {
      title: 'Now let a policy find out',
      text: [
        '*Train this* starts nano with the keyword term alone and no KL: nothing is paid for leaving out what is not there. Nobody shows the policy the trick; it has to sample it.',
      ],
      place: 'hackRun',
      open: { tab: 'hacks' },
      allow: ['hacks'],
      goal: { kind: 'hack', preset: hack.id, ask: 'Press Train this, under “A policy learns it”.' },
    },
    {
      title: 'Watch it drift',
      text: [
        'Watch *Reward terms* and *Perception F1*. If the policy finds the trick, the keyword term, which is the whole reward, stays up, while format and F1 fall: the reward alone looks fine.',
      ],
      fact: 'drift',
      place: 'termsChart',
      open: { tab: 'charts', dockOpen: true },
      allow: ['play', 'step'],
      goal: { kind: 'steps', least: 20, ask: 'Let it train to step 20.' },
    },
    {
      title: 'Where it ended in our run',
      text: [
        `${hack.steps} steps, first ten against last ten: keyword ${ran('rewards/keyword/mean')}, description F1 ${ran('perception/f1')}, format ${ran('rewards/format/mean')}.`,
        hack.remark,
        'Yours will not be the same number for number on another backend.',
      ],
      place: 'charts',
      open: { tab: 'charts', dockOpen: true },
      allow: ['play', 'step'],
      goal: null,
    },
    {
      title: 'What protects a reward',
      text: [
        'Terms that pull against each other (similarity falls when a description lists what is not there), a KL to the starting policy, and above all a *measure that no reward reads*. Here that is `perception/f1`. The other hacks of the list are yours to try.',
      ],
      place: 'hacks',
      open: { tab: 'hacks' },
      allow: 'all',
      goal: null,
    },
  ],
};

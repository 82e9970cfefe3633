/** The lessons there are; each one's stops are loaded when it is opened. */
import type { Lesson } from './types.ts';

interface LessonEntry {
  readonly title: string;
  readonly about: string;
  readonly load: () => Promise<Lesson>;
}

export const LESSON_NAMES = ['tour', 'advantage', 'equal-groups', 'perception-first', 'reward-hack'] as const;
export type LessonName = (typeof LESSON_NAMES)[number];

export const LESSONS: Readonly<Record<LessonName, LessonEntry>> = {
  tour: {
    title: 'A tour of the playground',
    about: 'Seven stops: what is where. Nothing is locked.',
    load: async () => (await import('./tour.ts')).tour,
  },
  advantage: {
    title: 'How a group becomes an advantage',
    about: 'One step of the smallest policy, phase by phase, from the questions to the update.',
    load: async () => (await import('./advantage.ts')).advantage,
  },
  'equal-groups': {
    title: 'Why all-equal groups teach nothing',
    about: 'Groups whose rewards tie, what they do to the update, and what makes them rarer.',
    load: async () => (await import('./equalGroups.ts')).equalGroups,
  },
  'perception-first': {
    title: 'Perception before reasoning',
    about: 'A policy that sees nearly every colour and shape wrongly, and what was measured on it.',
    load: async () => (await import('./perceptionFirst.ts')).perceptionFirst,
  },
  'reward-hack': {
    title: 'How a reward is hacked',
    about: 'A text that is paid for what it did not see, and a policy that learns to write such texts.',
    load: async () => (await import('./rewardHack.ts')).rewardHack,
  },
};

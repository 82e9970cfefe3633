import type { Lesson, Stop } from './types.ts';

function stop(title: string, place: Stop['place'], open: Stop['open'], ...text: string[]): Stop {
  return { title, text, place, open, allow: 'all', goal: null };
}

export const tour: Lesson = {
  name: 'tour',
  title: 'A tour of the playground',
  start: null,
  stops: [
    stop(
      'Transport: the run and its controls',
      'transport',
      { tab: 'rollouts' },
      '*Play* trains, *Step* takes one step, *Sub-step* one phase of it. The strip shows the phase under way, the chip the stage, and the badge what computes.',
    ),
    stop(
      'Setup: what the run is made of',
      'setup',
      { tab: 'setup', railOpen: true },
      'Preset, questions, weights, objective, rewards. Every field says what it is and what its default was. An edit never touches a run: it waits for *Apply & restart*.',
    ),
    stop(
      'Rollouts: what the policy wrote',
      'rollouts',
      { tab: 'rollouts' },
      'A row a group: one question, G responses, their rewards. Groups whose rewards are all equal are marked: they teach nothing. Unfold a group and choose a response.',
    ),
    stop(
      'Inspector: where a reward comes from',
      'inspector',
      { tab: 'inspector', inspectorOpen: true },
      'The picture, the tokens coloured by advantage, and a waterfall from each term’s evidence to the reward, then to the advantage. Under *What if* you can edit the weights or the response itself.',
    ),
    stop(
      'Charts: every number over the steps',
      'charts',
      { tab: 'charts', dockOpen: true },
      'Every finished step adds a point. A title explains its metric, a click on a chart selects that step everywhere.',
    ),
    stop(
      'Data: easy, medium, hard',
      'data',
      { tab: 'sampling' },
      'Before the first step the policy answers each question several times. Always right is easy and goes to perception, sometimes right is medium and goes to reasoning, never right is hard.',
    ),
    stop(
      'Stages: perception, then reasoning',
      'stages',
      { tab: 'stages' },
      'When the stages switch, what changes between them, and a button to switch by hand. That was all: press *Play* whenever you like. Lessons and a glossary are in *Help*.',
    ),
  ],
};

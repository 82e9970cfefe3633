/**
 * Runs in which a shipped policy really learns to game its reward in a minute or two, with what was measured. The
 * JSON files are what `train --config` takes; docs/reward-hacks.md has the commands.
 */
import type { HackId } from '../rewards/gaming.ts';
import headingsOnly from './hacks/headings-only.json' with { type: 'json' };
import keywordOnly from './hacks/keyword-only.json' with { type: 'json' };
import lowThreshold from './hacks/low-threshold.json' with { type: 'json' };
import { mergeConfig } from './mergeConfig.ts';
import { presetByName } from './presets.ts';
import type { TrainConfig } from './types.ts';

/** A metric's mean over the first and the last ten steps. */
export interface HackMeasure {
  readonly metric: string;
  readonly first: number;
  readonly last: number;
}

export interface HackPreset {
  readonly id: string;
  /** The hack it shows. */
  readonly hack: HackId;
  /** What the run changes and what the policy learns from it. */
  readonly explanation: string;
  /** Where to look, in words. */
  readonly watch: string;
  readonly config: TrainConfig;
  /** What our run of that many steps gave, with the config's seed, on wasm. */
  readonly steps: number;
  readonly measured: readonly HackMeasure[];
  /** What else is known of it: other seeds, held-out samples, a run without the hack. */
  readonly remark: string;
}

const nano = presetByName('nano');
const tiny = presetByName('tiny');

export const HACK_PRESETS: readonly HackPreset[] = [
  {
    id: 'keyword-only',
    hack: 'keyword-stuffing',
    explanation:
      'nano with the keyword term alone, no KL: nothing is paid for what is not in the picture, so the policy lists object after object and forgets its sections.',
    watch: 'Charts: “Reward terms” (keyword stays up, clip and format fall) and “Perception F1”.',
    config: mergeConfig(nano, keywordOnly),
    steps: 80,
    measured: [
      { metric: 'rewards/keyword/mean', first: 0.946, last: 0.987 },
      { metric: 'perception/f1', first: 0.803, last: 0.127 },
      { metric: 'rewards/format/mean', first: 0.903, last: 0 },
      { metric: 'rewards/accuracy/mean', first: 0.481, last: 0.003 },
    ],
    remark:
      'Seeds 2 and 3: description F1 to 0.01 and 0.26, keyword at 0.98 and 1.00. On 512 held-out samples, greedy, seed 1: key words found 0.78 → 0.99, description precision 0.71 → 0.27.',
  },
  {
    id: 'low-threshold',
    hack: 'clip-saturation',
    explanation:
      'tiny with the clip term and a threshold of 0.25, far below the 0.84 that right descriptions reach: nearly every description is worth 1 already, so nearly every group ties, and the planted mistakes go only as fast as the few that do not.',
    watch:
      'Charts: “Zero-signal groups”, hardly any of them mixed, and “Perception F1”, which climbs slowly.',
    config: mergeConfig(tiny, lowThreshold),
    steps: 40,
    measured: [
      { metric: 'rewards/clip/mean', first: 0.986, last: 1 },
      { metric: 'frac_reward_zero_std', first: 0.912, last: 0.994 },
      { metric: 'perception/f1', first: 0.794, last: 0.945 },
    ],
    remark:
      'The same run at the scorer’s own threshold of 0.84: groups without spread 0.28 → 0.84, description F1 0.82 → 0.99. One seed.',
  },
  {
    id: 'headings-only',
    hack: 'format-order',
    explanation:
      'nano with format and length alone, twenty tokens allowed, no KL: four headings are all that is paid for, so the policy keeps them, says next to nothing between them, and ends at “The final answer is:”.',
    watch: 'Charts: “Reward terms” (format and length go to 1), “Accuracy” and “Response length”.',
    config: mergeConfig(nano, headingsOnly),
    steps: 80,
    measured: [
      { metric: 'reward', first: 0.797, last: 0.99 },
      { metric: 'rewards/accuracy/mean', first: 0.484, last: 0.002 },
      { metric: 'perception/f1', first: 0.911, last: 0.573 },
      { metric: 'completions/mean_length', first: 33.2, last: 19.9 },
    ],
    remark:
      'Seeds 2 and 3: reward to 0.98 and 0.99, accuracy to 0.27 and 0.15. The order of the headings did not change: 2 of 5 120 rollouts had them in another.',
  },
];

/** Why a hack has no run of its own: what was tried. */
export const NOT_LEARNED: Readonly<Partial<Record<HackId, string>>> = {
  substring:
    'Not learned here: every word of these tasks is one token, so nearly no rollout contains a key word inside another word (0 of 5 120 in 80 steps of keyword-only nano, 2 of 5 120 in 40 of tiny), and what is never sampled is never rewarded.',
  'past-the-window':
    'Not learned here: the built-in policies stop at 48 or 112 tokens, long before the scorer’s window ends.',
  'first-answer':
    'Not learned here: in 80 steps of nano on accuracy and format, 33 of 5 120 rollouts gave a second final answer, none for a reward that it could not have had with one.',
};

/** The preset of that id; throws naming the known ones. */
export function hackPresetById(id: string): HackPreset {
  const preset = HACK_PRESETS.find((candidate) => candidate.id === id);
  if (preset) return preset;
  throw new Error(`Unknown hack preset "${id}". Known: ${HACK_PRESETS.map((known) => known.id).join(', ')}.`);
}

import { expect, it } from 'vitest';
import type { TextReward } from '../../engine/rl/hackReward.ts';
import { verdictText } from './Verdict.tsx';

const paid = (overall: number | null, descriptionF1: number | null): TextReward => ({
  score: { stage: 'perception', text: '', overall, terms: [] },
  descriptionF1,
});

it.each([
  [paid(0.5, 0.5), paid(0.9, 0.5), 'paid more for seeing no better'],
  [paid(0.5, null), paid(0.9, null), 'paid more for seeing no better'],
  [paid(0.5, 0.5), paid(0.9, 0.1), 'paid more, and is worth less'],
  [paid(0.5, 0.5), paid(0.9, 0.9), 'worth more too'],
  [paid(1, 1), paid(1, 0), 'cannot tell them apart'],
  [paid(1, 1), paid(1, 1), 'Both are paid the same.'],
  [paid(1, 1), paid(0.998, 0.889), 'hardly tells the two apart'],
  [paid(1, 1), paid(0.6, 0.889), 'does not pay'],
  [paid(1, 0.5), paid(0.998, 0.5), 'does not pay'],
  [paid(null, 1), paid(1, 1), 'cannot be compared'],
])('%j → %j is put in words', (honest, hacked, words) => {
  expect(verdictText(honest, hacked)).toContain(words);
});

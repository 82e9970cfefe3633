import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepRecord } from '../../../fixtures/stepRecord.ts';
import { diffTexts, tellingSibling, termGaps } from './sibling.ts';

const words = fc
  .array(fc.constantFrom('red', 'blue', 'cube', 'sphere', '###', '='))
  .map((list) => list.join(' '));
const groups = stepRecord(5, 'perception').groups;

describe('two texts as one', () => {
  it('loses no word of either', () => {
    fc.assert(
      fc.property(words, words, (one, other) => {
        const parts = diffTexts(one, other);
        const of = (side: string) =>
          parts
            .filter((part) => part.in === 'both' || part.in === side)
            .flatMap(({ text }) => text.match(/\S+/g) ?? [])
            .join(' ');
        expect(of('one')).toBe(one);
        expect(of('other')).toBe(other);
      }),
    );
  });

  it('marks no more than what differs', () => {
    expect(diffTexts('1 red cube, 2 blue sphere', '1 red sphere, 2 blue sphere')).toEqual([
      { text: '1 red', in: 'both' },
      { text: ' cube,', in: 'one' },
      { text: ' sphere,', in: 'other' },
      { text: ' 2 blue sphere', in: 'both' },
    ]);
  });
});

describe('two rollouts of a group', () => {
  it('differ in reward by the sum of their terms’ gaps', () => {
    for (const { rollouts } of groups)
      for (const other of rollouts) {
        const sum = termGaps(rollouts[0], other).reduce((total, { gap }) => total + gap, 0);
        expect(sum).toBeCloseTo(rollouts[0].reward - other.reward, 9);
      }
  });

  it('are the best and whoever is not, or the worst for the best', () => {
    for (const { rollouts } of groups) {
      const rewards = rollouts.map(({ reward }) => reward);
      const best = Math.max(...rewards);
      rewards.forEach((reward, at) => {
        const sibling = tellingSibling(rollouts, at);
        expect(sibling).not.toBe(at);
        expect(rewards[sibling ?? -1]).toBe(
          reward < best ? best : Math.min(...rewards.filter((_, i) => i !== at)),
        );
      });
    }
  });

  it('have none to compare with before the scores', () => {
    expect(
      tellingSibling(
        groups[0].rollouts.map((each) => ({ ...each, reward: undefined })),
        0,
      ),
    ).toBeNull();
  });
});

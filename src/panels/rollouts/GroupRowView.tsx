import { memo } from 'react';
import { ChevronDown, ChevronRight } from 'lucide-react';
import type { DraftGroup, Signal } from '../../engine/index.ts';
import { useShownImage } from '../../state/index.ts';
import { ImageView, RewardBars, formatNumber } from '../../ui/index.ts';

const SIGNALS: Readonly<Record<Signal, { glyph: string; text: string; hint: string }>> = {
  mixed: { glyph: '±', text: 'mixed', hint: 'Rewards differ, so every rollout has an advantage.' },
  all_correct: {
    glyph: '✓',
    text: 'all correct',
    hint: 'All rewards are equal: every advantage is 0, nothing is learned.',
  },
  all_wrong: {
    glyph: '✗',
    text: 'all wrong',
    hint: 'All rewards are equal: every advantage is 0, nothing is learned.',
  },
  tied_other: {
    glyph: '=',
    text: 'tied',
    hint: 'All rewards are equal for another reason: every advantage is 0.',
  },
};

interface GroupRowProps {
  readonly group: DraftGroup;
  readonly index: number;
  readonly open: boolean;
  readonly matches: number | null;
  readonly selectedRollout: number | null;
  readonly onToggle: (index: number, open: boolean) => void;
}

/** A group: thumbnail, problem, reward bars, its mean and std, and whether it has a signal. */
export const GroupRowView = memo(function GroupRowView(props: GroupRowProps) {
  const { group, index, open, matches, selectedRollout, onToggle } = props;
  const image = useShownImage(group.qid);
  const rewards = group.rollouts.flatMap((rollout) => (rollout.reward === undefined ? [] : [rollout.reward]));
  const signal = group.signal && SIGNALS[group.signal];
  return (
    <button
      type="button"
      className="ro-group"
      aria-expanded={open}
      data-selected={selectedRollout !== null || undefined}
      data-testid={`rollout-group-${index}`}
      onClick={() => onToggle(index, !open)}
    >
      {open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
      <ImageView image={image} size={40} alt="" />
      <span className="ro-problem">
        <span className="ro-clamp">{group.problem.replaceAll('<image>', '').trim()}</span>
        <span className="ro-quiet">
          {group.kind} · answer {group.answer}
          {matches !== null && ` · ${matches} found`}
        </span>
      </span>
      <span className="ro-bars">
        {rewards.length > 0 ? (
          <RewardBars rewards={rewards} mean={group.rewardMean ?? null} selected={selectedRollout} />
        ) : (
          <span className="ro-quiet">
            {group.rollouts.length === 0 ? 'not rolled out' : `${group.rollouts.length} rollouts`}
          </span>
        )}
      </span>
      <span className="ro-stats">
        <span>
          mean <b>{formatNumber(group.rewardMean)}</b>
        </span>
        <span title="Standard deviation of this group's rewards, over G − 1">
          std <b>{formatNumber(group.rewardStd)}</b>
        </span>
      </span>
      <span className="ro-signal" data-signal={group.signal} title={signal?.hint}>
        {signal && (
          <span>
            <span aria-hidden="true">{signal.glyph}</span> {signal.text}
          </span>
        )}
        {signal && group.signal !== 'mixed' && <span className="ro-quiet">no signal</span>}
      </span>
    </button>
  );
});

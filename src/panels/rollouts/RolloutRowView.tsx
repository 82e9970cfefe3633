import { memo } from 'react';
import type { DraftRollout } from '../../engine/index.ts';
import { Sign, SignedBar, formatNumber } from '../../ui/index.ts';
import type { ColourScale } from '../../ui/index.ts';
import { meanLogProb } from './rows.ts';

interface RolloutRowProps {
  readonly rollout: DraftRollout;
  readonly group: number;
  readonly index: number;
  readonly selected: boolean;
  readonly advantages: ColourScale;
  readonly onSelect: (group: number, rollout: number) => void;
}

/** A rollout: response, every term, reward, advantage, length, why it stopped, mean log-prob. */
export const RolloutRowView = memo(function RolloutRowView(props: RolloutRowProps) {
  const { rollout, group, index, selected, advantages, onSelect } = props;
  const { advantage } = rollout;
  return (
    <button
      type="button"
      className="ro-rollout"
      aria-current={selected || undefined}
      data-testid={`rollout-${group}-${index}`}
      onClick={() => onSelect(group, index)}
    >
      <span className="ro-index">{index + 1}</span>
      <span className="ro-response">
        <span className="ro-clamp">{rollout.response}</span>
        <span className="ro-terms">
          {rollout.terms?.map((term) => (
            <span
              key={term.name}
              title={`${term.name}: value ${formatNumber(term.value)}, weight ${term.weight}`}
            >
              {term.name} <b>{formatNumber(term.value, 2)}</b>
              <span className="ro-quiet">×{term.weight}</span>
            </span>
          ))}
        </span>
      </span>
      <span className="ro-reward">
        {rollout.reward === undefined ? (
          <span className="ro-quiet">not scored</span>
        ) : (
          <>
            <span className="ro-quiet">reward</span> <b>{formatNumber(rollout.reward)}</b>
          </>
        )}
      </span>
      <span className="ro-advantage">
        {advantage !== undefined && (
          <>
            <SignedBar position={advantages.position(advantage)} value={advantage} />
            <Sign value={advantage} digits={2} />
          </>
        )}
      </span>
      <span className="ro-facts">
        <span>
          {rollout.tokenIds.length} tok · {rollout.stopReason === 'eos' ? 'ended' : 'cut'}
        </span>
        <span className="ro-quiet" title="Mean log-prob of the decode, nats a token">
          log p {formatNumber(meanLogProb(rollout), 2)}
        </span>
      </span>
    </button>
  );
});

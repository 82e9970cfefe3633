import { memo } from 'react';
import type { DraftRollout, TermScore } from '../../engine/index.ts';
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
        <span className="ro-clamp">{excerpt(rollout.response)}</span>
        <span className="ro-terms">
          {rollout.terms?.map((term) => (
            <Term key={term.name} term={term} />
          ))}
        </span>
      </span>
      <span className="ro-advantage">
        {rollout.reward === undefined ? (
          <span className="ro-quiet">not scored</span>
        ) : (
          <span>
            <span className="ro-quiet">reward</span> <b>{formatNumber(rollout.reward)}</b>
          </span>
        )}
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

/** A term's value; of accuracy also what was answered, and in brackets where the term pays nothing. */
function Term({ term: { name, value, weight, evidence } }: { readonly term: TermScore }) {
  const isPaid = weight !== 0;
  return (
    <span
      className={isPaid ? undefined : 'ro-unpaid'}
      title={`${name}: value ${formatNumber(value)}, ${isPaid ? `weight ${weight}` : 'weight 0: measured, not rewarded'}`}
    >
      {!isPaid && '('}
      {name} <b>{formatNumber(value, 2)}</b>
      {evidence.kind === 'accuracy' && (
        <>
          : {evidence.extracted === '' ? '(empty)' : evidence.extracted} {evidence.correct ? '✓' : '✗'}
        </>
      )}
      {!isPaid && ')'}
    </span>
  );
}

/** The response without its first heading, which every well-formed one begins with. */
function excerpt(response: string): string {
  return response.replace(/^\s*###\s*Image Description:\s*/i, '');
}

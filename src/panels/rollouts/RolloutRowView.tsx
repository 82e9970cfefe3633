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
  const answer = rollout.terms?.map((term) => term.evidence).find((evidence) => evidence.kind === 'accuracy');
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
            <span
              key={term.name}
              title={`${term.name}: value ${formatNumber(term.value)}, weight ${term.weight}`}
            >
              {term.name} <b>{formatNumber(term.value, 2)}</b>
            </span>
          ))}
          {answer && (
            <span title="Extracted answer, and the grader’s verdict">
              <span className="ro-quiet">answers</span>{' '}
              <b>{answer.extracted === '' ? '(empty)' : answer.extracted}</b> {answer.correct ? '✓' : '✗'}
            </span>
          )}
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

/** The response without its first heading, which every well-formed one begins with. */
function excerpt(response: string): string {
  return response.replace(/^\s*###\s*Image Description:\s*/i, '');
}

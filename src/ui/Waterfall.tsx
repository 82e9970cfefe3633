import { memo } from 'react';
import type { ReactNode } from 'react';
import type { TermScore } from '../engine/index.ts';
import { formatNumber, formatSigned, signOf } from './format.ts';
import { transformText, waterfallSteps } from './waterfall.ts';
import './waterfall.css';

interface WaterfallProps {
  readonly terms: readonly TermScore[];
  /** The stored reward the terms add up to. */
  readonly overall: number | null;
  /** What a term looked at, under its row. */
  readonly renderEvidence?: (term: TermScore) => ReactNode;
}

/** Terms as rows: raw → transform → value × weight → contribution, drawn as a running sum up to the reward. */
export const Waterfall = memo(function Waterfall({ terms, overall, renderEvidence }: WaterfallProps) {
  const steps = waterfallSteps(terms);
  const ends = steps.flatMap((step) => [step.from, step.to]);
  const low = Math.min(0, ...ends);
  const high = Math.max(1, ...ends);
  const percent = (value: number) => ((value - low) / (high - low)) * 100;
  return (
    <div className="ui-waterfall" role="list" aria-label="Reward by term" data-testid="waterfall">
      {steps.map(({ term, contribution, from, to }) => (
        <div
          key={term.name}
          role="listitem"
          className="ui-waterfall-row"
          data-testid={`waterfall-${term.name}`}
        >
          <div className="ui-waterfall-term">
            <strong>{term.name}</strong>
            <span className="ui-waterfall-transform">{transformText(term)}</span>
            <span className="ui-waterfall-product">
              {formatNumber(term.value)} × {formatNumber(term.weight)} ={' '}
              <b>{contribution === null ? 'missing' : formatSigned(contribution)}</b>
            </span>
          </div>
          <div className="ui-waterfall-track" aria-hidden="true">
            <span
              className="ui-waterfall-bar"
              data-sign={signOf(contribution ?? 0)}
              style={{
                left: `${percent(Math.min(from, to))}%`,
                width: `${Math.abs(percent(to) - percent(from))}%`,
              }}
            />
            <span className="ui-waterfall-end" style={{ left: `${percent(to)}%` }} />
          </div>
          {renderEvidence?.(term)}
        </div>
      ))}
      <div role="listitem" className="ui-waterfall-row ui-waterfall-total" data-testid="waterfall-total">
        <div className="ui-waterfall-term">
          <strong>reward</strong>
          <span className="ui-waterfall-product">
            <b>{formatNumber(overall, 4)}</b>
          </span>
        </div>
        <div className="ui-waterfall-track" aria-hidden="true">
          <span
            className="ui-waterfall-bar"
            data-sign="total"
            style={{
              left: `${percent(Math.min(0, overall ?? 0))}%`,
              width: `${Math.abs(percent(overall ?? 0) - percent(0))}%`,
            }}
          />
        </div>
      </div>
    </div>
  );
});

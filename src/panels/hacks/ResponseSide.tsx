import { useMemo } from 'react';
import type { TextReward } from '../../engine/rl/hackReward.ts';
import { Bar, Button, MarkedText, Waterfall, evidenceMarks, formatNumber } from '../../ui/index.ts';

interface ResponseSideProps {
  readonly side: 'honest' | 'hacked';
  readonly label: string;
  readonly text: string;
  /** The text is no longer the one written for the sample. */
  readonly isEdited: boolean;
  /** null: not there yet. */
  readonly reward: TextReward | null;
  /** The reward is that of an earlier text. */
  readonly isStale: boolean;
  readonly onEdit: (text: string) => void;
  readonly onReset: () => void;
}

/** One response: its text to edit, what every term pays for it, and what it is worth. */
export function ResponseSide(props: ResponseSideProps) {
  const { side, label, text, isEdited, reward, isStale, onEdit, onReset } = props;
  return (
    <section className="ha-side" aria-label={label} data-testid={`hack-${side}`}>
      <header>
        <h4>
          <span className="ha-tag">{side}</span> {label}
        </h4>
        {isEdited && (
          <Button variant="quiet" onClick={onReset}>
            ↺ as written
          </Button>
        )}
      </header>
      <textarea
        className="ui-input ha-text"
        aria-label={`${label}: the response, editable`}
        rows={7}
        spellCheck={false}
        value={text}
        onChange={(event) => onEdit(event.target.value)}
      />
      {reward && (
        <div className="ha-paid" aria-busy={isStale}>
          <Waterfall terms={reward.score.terms} overall={reward.score.overall} />
          <Worth f1={reward.descriptionF1} />
          <Found reward={reward} />
        </div>
      )}
    </section>
  );
}

function Worth({ f1 }: { readonly f1: number | null }) {
  if (f1 === null) {
    return <p className="ha-quiet">Worth unknown: nobody has said what this picture really holds.</p>;
  }
  return (
    <div className="ha-worth" data-testid="hack-worth">
      <span>
        <strong>worth</strong> <span className="ha-quiet">description F1 by truth</span>
      </span>
      <b>{formatNumber(f1)}</b>
      <Bar share={f1} label={`description F1 ${formatNumber(f1)}`} token="--easy" />
    </div>
  );
}

/** The text as the reward reads it, with what the terms found in it. */
function Found({ reward }: { readonly reward: TextReward }) {
  const { text, terms } = reward.score;
  const marks = useMemo(() => evidenceMarks(terms), [terms]);
  return (
    <details className="ha-found">
      <summary>What the terms found, and where</summary>
      <p className="ha-quiet ui-marked">
        <mark data-kinds="heading">headings</mark> · <mark data-kinds="keyword">key words</mark> ·{' '}
        <mark data-kinds="answer">graded answer</mark>
      </p>
      <div className="ha-marked" tabIndex={0} role="group" aria-label="Response as the reward reads it">
        <MarkedText text={text} marks={marks} />
      </div>
    </details>
  );
}

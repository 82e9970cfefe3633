import { memo, useMemo, useState } from 'react';
import type { DraftRollout } from '../../engine/index.ts';
import { DataTable, Sign, formatNumber, formatSigned } from '../../ui/index.ts';
import { diffTexts, tellingSibling, termGaps } from './sibling.ts';
import type { TermGap } from './sibling.ts';

/** Rewards nearer than this differ by rounding alone. */
const SAME = 1e-9;

interface SiblingSectionProps {
  readonly rollouts: readonly DraftRollout[];
  readonly rollout: number;
}

/** Why this response got more or less than another of its group: term by term, and word by word. */
export const SiblingSection = memo(function SiblingSection({ rollouts, rollout }: SiblingSectionProps) {
  const [chosen, setChosen] = useState<number | null>(null);
  const [isOpen, setOpen] = useState(false);
  const isThere = chosen !== null && chosen !== rollout && chosen < rollouts.length;
  const sibling = isThere ? chosen : tellingSibling(rollouts, rollout);
  const one = rollouts[rollout];
  const other = sibling === null ? null : rollouts[sibling];
  const gaps = useMemo(() => (other ? termGaps(one, other) : []), [one, other]);
  if (sibling === null || other?.reward === undefined || one.reward === undefined) return null;
  return (
    <section className="in-section" data-testid="inspector-sibling">
      <h3>
        <label>
          Compared with rollout{' '}
          <select
            className="ui-input"
            value={sibling}
            onChange={(event) => setChosen(Number(event.target.value))}
          >
            {rollouts.map(({ reward }, index) =>
              index === rollout ? null : (
                <option key={index} value={index}>
                  {index + 1}, reward {formatNumber(reward)}
                </option>
              ),
            )}
          </select>
        </label>
      </h3>
      <p>{gapText(one.reward - other.reward, gaps)}</p>
      <DataTable
        caption={`What each term adds to the rewards of rollouts ${rollout + 1} and ${sibling + 1}`}
        rows={gaps}
        rowKey={({ name }) => name}
        columns={[
          { id: 'term', header: 'term adds', render: ({ name }) => name },
          {
            id: 'one',
            header: `rollout ${rollout + 1}`,
            numeric: true,
            render: (gap) => formatNumber(gap.one),
          },
          {
            id: 'other',
            header: `rollout ${sibling + 1}`,
            numeric: true,
            render: (gap) => formatNumber(gap.other),
          },
          { id: 'gap', header: 'difference', numeric: true, render: ({ gap }) => <Sign value={gap} /> },
        ]}
      />
      <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Where the texts differ</summary>
        {isOpen && <TextDiff rollouts={rollouts} one={rollout} other={sibling} />}
      </details>
    </section>
  );
});

interface TextDiffProps {
  readonly rollouts: readonly DraftRollout[];
  readonly one: number;
  readonly other: number;
}

/** Both responses as one text, what is in one alone marked. */
function TextDiff({ rollouts, one, other }: TextDiffProps) {
  const parts = useMemo(
    () => diffTexts(rollouts[one].response, rollouts[other].response),
    [rollouts, one, other],
  );
  if (parts.every((part) => part.in === 'both')) return <p className="in-quiet">Word for word the same.</p>;
  return (
    <>
      <p className="in-quiet">
        <ins>underlined: rollout {one + 1} alone</ins>, <del>struck: rollout {other + 1} alone</del>
      </p>
      <p className="in-diff">
        {parts.map(({ text, in: of }, i) => {
          if (of === 'both') return text;
          return of === 'one' ? <ins key={i}>{text}</ins> : <del key={i}>{text}</del>;
        })}
      </p>
    </>
  );
}

/** The difference in one sentence, the terms that make it named. */
function gapText(difference: number, gaps: readonly TermGap[]): string {
  const telling = gaps.filter(({ gap }) => gap !== 0);
  if (telling.length === 0) return 'The same reward, the same from every term.';
  const terms = telling.map(({ name, gap }) => `${name} ${formatSigned(gap)}`).join(', ');
  if (Math.abs(difference) < SAME) return `The same reward, by other terms: ${terms}.`;
  return `${formatNumber(Math.abs(difference))} ${difference > 0 ? 'more' : 'less'}, from ${terms}.`;
}
